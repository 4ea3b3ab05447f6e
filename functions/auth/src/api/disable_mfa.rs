//! `POST /api/v1/auth/mfa/disable`: has signing in take no second factor any more.

use edge::{Call, Doc, Endpoint, JsonBody, NoContent, Problem, Shopper};
use manifest::{Route, routes};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::Auth;
use crate::error::{INVALID_MFA_CODE, MFA_NOT_SET_UP, TOO_MANY_ATTEMPTS};

/// Gives a second factor up.
pub struct DisableMfa;

/// A code.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "MfaCode")]
pub struct Body {
    /// The six digits that the app shows, or a recovery code.
    #[schemars(length(min = 1, max = 64))]
    code: String,
}

impl JsonBody for Body {
    fn example() -> Value {
        json!({ "code": "4k7d-m2xq-09bz-htv5" })
    }
}

impl Endpoint for DisableMfa {
    const ROW: &'static Route = &routes::AUTH_DISABLE_MFA;
    const DOC: Doc = Doc {
        summary: "Give up the second factor",
        detail: "With a last code, of the app or for recovery. The secret and the recovery codes \
                 are deleted.",
        problems: &[INVALID_MFA_CODE, MFA_NOT_SET_UP, TOO_MANY_ATTEMPTS],
    };
    type App = Auth;
    type Caller = Shopper;
    type Params = ();
    type Query = ();
    type Body = Body;
    type Reply = NoContent;

    async fn call(auth: &Auth, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let Shopper(identity) = call.caller;
        auth.disable_mfa(identity.user, &call.body.code, call.at)
            .await?;
        Ok(NoContent)
    }
}
