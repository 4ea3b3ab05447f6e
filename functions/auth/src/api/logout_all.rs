//! `POST /api/v1/auth/logout-all`: ends every session of the caller.

use edge::{Call, Doc, Endpoint, NoContent, Problem, Shopper};
use manifest::{Route, routes};

use crate::Auth;

/// Ends every session.
pub struct SignOutEverywhere;

impl Endpoint for SignOutEverywhere {
    const ROW: &'static Route = &routes::AUTH_LOGOUT_ALL;
    const DOC: Doc = Doc {
        summary: "Sign out everywhere",
        detail: "Ends every session, this one too, and every access token at once.",
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
        auth.sign_out_everywhere(identity.user, call.at).await?;
        Ok(NoContent)
    }
}
