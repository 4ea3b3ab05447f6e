//! `POST /api/v1/auth/register`: opens an account.

use edge::{Anyone, Call, Created, Doc, Endpoint, JsonBody, Problem, rows};
use kernel::{Email, Faults, Phone};
use manifest::{Route, routes};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::signed_in::{Limited, SignedInView};
use super::{client, written};
use crate::error::{AuthError, EMAIL_TAKEN};
use crate::password::Password;
use crate::{Applicant, Auth, user};

/// Opens an account.
pub struct RegisterUser;

/// Who wants an account.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "NewUser")]
pub struct Body {
    /// Where mail reaches the user; nobody else has it, in whatever case.
    email: Email,
    /// 8 to 128 characters of any kind, but none of the passwords that are guessed first.
    #[schemars(length(min = 8, max = 128), extend("format" = "password"))]
    password: String,
    /// What the user is called.
    #[schemars(length(min = 1, max = 200))]
    name: String,
    /// Where the user can be called.
    phone: Option<Phone>,
}

impl Body {
    /// The password, judged with what its owner is known by.
    fn password(password: &str, email: &str, name: &str) -> Result<Password, kernel::Invalid> {
        let (local, _) = email.split_once('@').unwrap_or((email, ""));
        Password::choose(password, &[email, local, name])
    }
}

impl JsonBody for Body {
    fn check(document: &Value, faults: &mut Faults) {
        let text = |field: &str| document[field].as_str().unwrap_or_default();
        if document["password"].is_string() && !faults.has("/password") {
            let chosen = Self::password(text("password"), text("email"), text("name"));
            faults.take("/password", chosen);
        }
        if document["name"].is_string() && !faults.has("/name") {
            faults.take("/name", user::name(text("name")));
        }
    }

    fn example() -> Value {
        json!({
            "email": "ann@example.com",
            "password": "correct horse battery staple",
            "name": "Ann Archer",
            "phone": "+49 30 123456",
        })
    }
}

impl Endpoint for RegisterUser {
    const ROW: &'static Route = &routes::AUTH_REGISTER;
    const DOC: Doc = Doc {
        summary: "Open an account",
        detail: "Opens an account of a shopper and signs in to it. A mail with a link proves the \
                 address. How many accounts a network address may open in an hour is limited.",
        problems: &[EMAIL_TAKEN, rows::RATE_LIMITED],
    };
    type App = Auth;
    type Caller = Anyone;
    type Params = ();
    type Query = ();
    type Body = Body;
    type Reply = Limited<Created<SignedInView>>;

    async fn call(auth: &Auth, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let (client, written) = (client(&call), written(&call));
        let body = call.body;
        let password = Body::password(&body.password, body.email.as_str(), &body.name)
            .map_err(|rule| AuthError::invalid("/password", rule))?;
        let name = user::name(&body.name).map_err(|rule| AuthError::invalid("/name", rule))?;
        let applicant = Applicant {
            email: body.email,
            name,
            phone: body.phone,
            password,
        };
        let (signed_in, allowance) = auth.register(applicant, &client, &written).await?;
        let version = signed_in.user.version;
        let created = Created::at(routes::USERS_ME.path, signed_in.into()).version(version);
        Ok(Limited::new(created, allowance))
    }
}
