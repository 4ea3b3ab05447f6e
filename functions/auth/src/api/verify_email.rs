//! `POST /api/v1/auth/verify-email`: proves an address.

use edge::{Anyone, Call, Doc, Endpoint, JsonBody, NoContent, Problem};
use manifest::{Route, routes};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::Auth;
use crate::error::INVALID_TOKEN;

/// Proves an address.
pub struct VerifyEmail;

/// The token of a mail.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "MailToken")]
pub struct Body {
    /// As it stands in the link.
    #[schemars(length(min = 1, max = 256))]
    token: String,
}

impl JsonBody for Body {
    fn example() -> Value {
        json!({ "token": "q83vEjRWeJq83vEjRWeJq83vEjRWeJq83vEjRWeJq80" })
    }
}

impl Endpoint for VerifyEmail {
    const ROW: &'static Route = &routes::AUTH_VERIFY_EMAIL;
    const DOC: Doc = Doc {
        summary: "Verify the e-mail address",
        detail: "Takes the token of the mail that came after registering, once and within a day.",
        problems: &[INVALID_TOKEN],
    };
    type App = Auth;
    type Caller = Anyone;
    type Params = ();
    type Query = ();
    type Body = Body;
    type Reply = NoContent;

    async fn call(auth: &Auth, call: Call<Self>) -> Result<Self::Reply, Problem> {
        auth.verify_email(&call.body.token, call.at).await?;
        Ok(NoContent)
    }
}
