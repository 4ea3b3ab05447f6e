//! `GET /api/v1/users/me/export`: everything that is held on the caller.

use edge::{Call, Data, Doc, Endpoint, Problem, Shopper};
use kernel::Timestamp;
use manifest::{Route, routes};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::Auth;

/// Exports everything that is held on the caller.
pub struct ExportAccount;

/// Everything that is held on you, by sections.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "PersonalData")]
pub struct Export {
    /// When it was read.
    exported_at: Timestamp,
    /// The sections: `profile`, `addresses`, `sessions`, `devices`, `secondFactor`, `audit`, and
    /// those of other services.
    #[serde(flatten)]
    sections: Map<String, Value>,
}

impl Endpoint for ExportAccount {
    const ROW: &'static Route = &routes::USERS_EXPORT_ME;
    const DOC: Doc = Doc {
        summary: "Export your data",
        detail: "All data held on you, as JSON. Passwords, tokens and codes are kept as hashes \
                 only, and are no part of it.",
        problems: &[],
    };
    type App = Auth;
    type Caller = Shopper;
    type Params = ();
    type Query = ();
    type Body = ();
    type Reply = Data<Export>;

    async fn call(auth: &Auth, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let Shopper(identity) = call.caller;
        let sections = auth.export(identity.user).await?;
        Ok(Data::new(Export {
            exported_at: call.at,
            sections,
        }))
    }
}
