//! `POST /api/v1/auth/forgot-password`: asks for the mail that lets somebody set a new password.

use edge::{Answer, Anyone, Call, Doc, Endpoint, JsonBody, Links, Problem, Reply, ReplyDoc};
use kernel::Email;
use manifest::{Route, routes};
use schemars::{JsonSchema, SchemaGenerator};
use serde::Deserialize;
use serde_json::{Value, json};

use super::written;
use crate::Auth;

/// Asks for the mail.
pub struct RequestPasswordReset;

/// Whose password is forgotten.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "ForgottenPassword")]
pub struct Body {
    /// The address of the account.
    email: Email,
}

impl JsonBody for Body {
    fn example() -> Value {
        json!({ "email": "ann@example.com" })
    }
}

/// 202, whoever asks for whom.
#[derive(Debug)]
pub struct Noted;

impl Reply for Noted {
    fn into_answer(self, _links: &Links) -> Answer {
        Answer {
            status: 202,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    fn describe(_generator: &mut SchemaGenerator) -> ReplyDoc {
        ReplyDoc {
            status: 202,
            body: None,
            headers: &[],
        }
    }
}

impl Endpoint for RequestPasswordReset {
    const ROW: &'static Route = &routes::AUTH_FORGOT_PASSWORD;
    const DOC: Doc = Doc {
        summary: "Ask for a new password",
        detail: "If there is an account, a mail with a link is sent to its address; five an hour. \
                 Whether there is one is not told.",
        problems: &[],
    };
    type App = Auth;
    type Caller = Anyone;
    type Params = ();
    type Query = ();
    type Body = Body;
    type Reply = Noted;

    async fn call(auth: &Auth, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let written = written(&call);
        auth.request_password_reset(&call.body.email, &written)
            .await?;
        Ok(Noted)
    }
}
