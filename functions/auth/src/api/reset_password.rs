//! `POST /api/v1/auth/reset-password`: sets a new password with the token of a mail.

use edge::{Anyone, Call, Doc, Endpoint, JsonBody, NoContent, Problem};
use kernel::Faults;
use manifest::{Route, routes};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{chosen, written};
use crate::Auth;
use crate::error::{AuthError, INVALID_TOKEN};
use crate::password::Password;

/// Sets a new password with the token of a mail.
pub struct ResetPassword;

/// The token, and the password that is to be.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "PasswordReset")]
pub struct Body {
    /// As it stands in the link of the mail.
    #[schemars(length(min = 1, max = 256))]
    token: String,
    /// 8 to 128 characters of any kind, but none of the passwords that are guessed first.
    #[schemars(length(min = 8, max = 128), extend("format" = "password"))]
    password: String,
}

impl JsonBody for Body {
    fn check(document: &Value, faults: &mut Faults) {
        chosen(document, "password", faults);
    }

    fn example() -> Value {
        json!({
            "token": "q83vEjRWeJq83vEjRWeJq83vEjRWeJq83vEjRWeJq80",
            "password": "purple otters juggle",
        })
    }
}

impl Endpoint for ResetPassword {
    const ROW: &'static Route = &routes::AUTH_RESET_PASSWORD;
    const DOC: Doc = Doc {
        summary: "Set a new password after forgetting the old one",
        detail: "Takes the token of a mail, once and within an hour. All sessions end, and failed \
                 tries to sign in are forgotten.",
        problems: &[INVALID_TOKEN],
    };
    type App = Auth;
    type Caller = Anyone;
    type Params = ();
    type Query = ();
    type Body = Body;
    type Reply = NoContent;

    async fn call(auth: &Auth, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let written = written(&call);
        let password = Password::choose(&call.body.password, &[])
            .map_err(|rule| AuthError::invalid("/password", rule))?;
        auth.reset_password(&call.body.token, &password, &written)
            .await?;
        Ok(NoContent)
    }
}
