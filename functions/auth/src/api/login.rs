//! `POST /api/v1/auth/login`: signs in.

use edge::{Anyone, Call, Data, Doc, Endpoint, JsonBody, Problem};
use kernel::Email;
use manifest::{Route, routes};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::signed_in::SignedInView;
use super::{client, written};
use crate::error::{ACCOUNT_SUSPENDED, INVALID_CREDENTIALS, MFA_REQUIRED, TOO_MANY_ATTEMPTS};
use crate::password::Password;
use crate::{Auth, Credentials};

/// Signs in.
pub struct SignIn;

/// What somebody signs in with.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "Credentials")]
pub struct Body {
    /// The address of the account.
    email: Email,
    /// The password.
    #[schemars(length(min = 1, max = 128), extend("format" = "password"))]
    password: String,
    /// Six digits of the authenticator app, or a recovery code.
    #[schemars(length(min = 1, max = 64))]
    mfa_code: Option<String>,
}

impl JsonBody for Body {
    fn example() -> Value {
        json!({ "email": "ann@example.com", "password": "correct horse battery staple" })
    }
}

impl Endpoint for SignIn {
    const ROW: &'static Route = &routes::AUTH_LOGIN;
    const DOC: Doc = Doc {
        summary: "Sign in",
        detail: "Begins a session. An address without an account is answered as a wrong password \
                 is, and as late. Failed tries are counted for 15 minutes, by account, whether it \
                 exists or not, and by network address; a success forgets those of the account. \
                 On a device that was not seen before the user is told by mail.",
        problems: &[
            INVALID_CREDENTIALS,
            MFA_REQUIRED,
            ACCOUNT_SUSPENDED,
            TOO_MANY_ATTEMPTS,
        ],
    };
    type App = Auth;
    type Caller = Anyone;
    type Params = ();
    type Query = ();
    type Body = Body;
    type Reply = Data<SignedInView>;

    async fn call(auth: &Auth, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let (client, written) = (client(&call), written(&call));
        let given = Credentials {
            email: call.body.email,
            password: Password::given(&call.body.password),
            mfa_code: call.body.mfa_code,
        };
        let signed_in = auth.sign_in(given, &client, &written).await?;
        Ok(Data::new(signed_in.into()))
    }
}
