//! `POST /api/v1/auth/change-password`: sets a new password in place of the old one.

use edge::{Call, Doc, Endpoint, JsonBody, NoContent, Problem, Shopper};
use kernel::Faults;
use manifest::{Route, routes};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{chosen, client, written};
use crate::Auth;
use crate::error::{AuthError, INVALID_CREDENTIALS, TOO_MANY_ATTEMPTS};
use crate::password::Password;

/// Sets a new password in place of the old one.
pub struct ChangePassword;

/// The password that is, and the one that is to be.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "PasswordChange")]
pub struct Body {
    /// The password that is.
    #[schemars(length(min = 1, max = 128), extend("format" = "password"))]
    current_password: String,
    /// 8 to 128 characters of any kind, but none of the passwords that are guessed first.
    #[schemars(length(min = 8, max = 128), extend("format" = "password"))]
    new_password: String,
}

impl JsonBody for Body {
    fn check(document: &Value, faults: &mut Faults) {
        chosen(document, "newPassword", faults);
    }

    fn example() -> Value {
        json!({
            "currentPassword": "correct horse battery staple",
            "newPassword": "purple otters juggle",
        })
    }
}

impl Endpoint for ChangePassword {
    const ROW: &'static Route = &routes::AUTH_CHANGE_PASSWORD;
    const DOC: Doc = Doc {
        summary: "Change the password",
        detail: "All sessions end, this one too. A wrong current password counts as a failed try \
                 to sign in does.",
        problems: &[INVALID_CREDENTIALS, TOO_MANY_ATTEMPTS],
    };
    type App = Auth;
    type Caller = Shopper;
    type Params = ();
    type Query = ();
    type Body = Body;
    type Reply = NoContent;

    async fn call(auth: &Auth, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let (client, written) = (client(&call), written(&call));
        let Shopper(identity) = call.caller;
        let old = Password::given(&call.body.current_password);
        let new = Password::choose(&call.body.new_password, &[&identity.email])
            .map_err(|rule| AuthError::invalid("/newPassword", rule))?;
        auth.change_password(identity.user, &old, &new, &client, &written)
            .await?;
        Ok(NoContent)
    }
}
