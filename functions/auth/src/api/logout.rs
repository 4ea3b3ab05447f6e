//! `POST /api/v1/auth/logout`: ends the session.

use edge::{Call, Doc, Endpoint, NoContent, Problem, Shopper};
use manifest::{Route, routes};

use crate::Auth;

/// Ends the session.
pub struct SignOut;

impl Endpoint for SignOut {
    const ROW: &'static Route = &routes::AUTH_LOGOUT;
    const DOC: Doc = Doc {
        summary: "Sign out",
        detail: "Ends the session that the access token belongs to: its refresh token is not good \
                 any more. The access token itself is, until it ends.",
        problems: &[],
    };
    type App = Auth;
    type Caller = Shopper;
    type Params = ();
    type Query = ();
    type Body = ();
    type Reply = NoContent;

    async fn call(auth: &Auth, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let Shopper(identity) = call.caller;
        if let Some(session) = identity.session {
            auth.sign_out(identity.user, session).await?;
        }
        Ok(NoContent)
    }
}
