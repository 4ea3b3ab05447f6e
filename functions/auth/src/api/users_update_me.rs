//! `PUT /api/v1/users/me`: changes the caller's account.

use edge::{Call, Data, Doc, Endpoint, JsonBody, Problem, Shopper};
use kernel::{Faults, Phone};
use manifest::{Route, routes};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{given, shown, without_default};
use crate::error::AuthError;
use crate::user::ProfileChanges;
use crate::wire::UserView;
use crate::{Auth, user};

/// Changes the caller's account.
pub struct UpdateProfile;

/// What is to change.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "UserChanges")]
pub struct Body {
    /// What you are called.
    #[serde(default)]
    #[schemars(with = "String", length(min = 1, max = 200), transform = without_default)]
    name: Option<String>,
    /// Where you can be called; null is nowhere.
    #[serde(default, deserialize_with = "given")]
    phone: Option<Option<Phone>>,
}

impl JsonBody for Body {
    fn check(document: &Value, faults: &mut Faults) {
        if let Some(name) = document["name"].as_str()
            && !faults.has("/name")
        {
            faults.take("/name", user::name(name));
        }
    }

    fn example() -> Value {
        json!({ "name": "Ann Lee", "phone": "+49 30 123456" })
    }
}

impl Endpoint for UpdateProfile {
    const ROW: &'static Route = &routes::USERS_UPDATE_ME;
    const DOC: Doc = Doc {
        summary: "Change your account",
        detail: "Only the fields that are given change. With If-Match the change is made to that \
                 version or not at all. A change that changes nothing keeps the version.",
        problems: &[],
    };
    type App = Auth;
    type Caller = Shopper;
    type Params = ();
    type Query = ();
    type Body = Body;
    type Reply = Data<UserView>;

    async fn call(auth: &Auth, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let answered = call.answered_by(shown);
        let Shopper(identity) = call.caller;
        let name = call.body.name.as_deref().map(user::name).transpose();
        let asked = ProfileChanges {
            name: name.map_err(|rule| AuthError::invalid("/name", rule))?,
            phone: call.body.phone,
        };
        let user = auth
            .change_profile(identity.user, &asked, call.if_match, &answered, call.at)
            .await?;
        Ok(shown(&user))
    }
}
