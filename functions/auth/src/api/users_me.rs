//! `GET /api/v1/users/me`: the caller's account.

use edge::{Call, Data, Doc, Endpoint, Problem, Shopper};
use manifest::{Route, routes};

use super::shown;
use crate::Auth;
use crate::wire::UserView;

/// Gets the caller's account.
pub struct GetProfile;

impl Endpoint for GetProfile {
    const ROW: &'static Route = &routes::USERS_ME;
    const DOC: Doc = Doc {
        summary: "Get your account",
        detail: "",
        problems: &[],
    };
    type App = Auth;
    type Caller = Shopper;
    type Params = ();
    type Query = ();
    type Body = ();
    type Reply = Data<UserView>;

    async fn call(auth: &Auth, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let Shopper(identity) = call.caller;
        Ok(shown(&auth.profile(identity.user).await?))
    }
}
