//! `POST /api/v1/auth/mfa/confirm`: has signing in take the second factor.

use edge::{Call, Doc, Endpoint, JsonBody, NoContent, Problem, Shopper};
use manifest::{Route, routes};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::Auth;
use crate::error::{INVALID_MFA_CODE, MFA_ALREADY_ENABLED, MFA_NOT_SET_UP, TOO_MANY_ATTEMPTS};

/// Confirms a second factor.
pub struct ConfirmMfa;

/// A code.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "MfaConfirmation")]
pub struct Body {
    /// The six digits that the app shows.
    #[schemars(length(min = 1, max = 64))]
    code: String,
}

impl JsonBody for Body {
    fn example() -> Value {
        json!({ "code": "123456" })
    }
}

impl Endpoint for ConfirmMfa {
    const ROW: &'static Route = &routes::AUTH_CONFIRM_MFA;
    const DOC: Doc = Doc {
        summary: "Confirm the second factor",
        detail: "With a code of the app. From now on signing in asks for one, each good once. After \
                 five wrong codes in a quarter of an hour no more are taken for a while.",
        problems: &[
            INVALID_MFA_CODE,
            MFA_ALREADY_ENABLED,
            MFA_NOT_SET_UP,
            TOO_MANY_ATTEMPTS,
        ],
    };
    type App = Auth;
    type Caller = Shopper;
    type Params = ();
    type Query = ();
    type Body = Body;
    type Reply = NoContent;

    async fn call(auth: &Auth, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let Shopper(identity) = call.caller;
        auth.confirm_mfa(identity.user, &call.body.code, call.at)
            .await?;
        Ok(NoContent)
    }
}
