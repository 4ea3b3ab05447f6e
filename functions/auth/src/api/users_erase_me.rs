//! `DELETE /api/v1/users/me`: erases the caller's account.

use edge::{Call, Doc, Endpoint, NoContent, Problem, Shopper};
use manifest::{Route, routes};

use super::written;
use crate::Auth;
use crate::error::LAST_ADMIN;

/// Erases the caller's account.
pub struct EraseAccount;

impl Endpoint for EraseAccount {
    const ROW: &'static Route = &routes::USERS_ERASE_ME;
    const DOC: Doc = Doc {
        summary: "Erase your account",
        detail: "Name, address book, phone number and e-mail address are erased here and wherever \
                 else they are kept, and every session and token ends. Orders and ledgers stay, \
                 under an id that leads to nobody. The e-mail address is free again. Nothing brings \
                 the account back.",
        problems: &[LAST_ADMIN],
    };
    type App = Auth;
    type Caller = Shopper;
    type Params = ();
    type Query = ();
    type Body = ();
    type Reply = NoContent;

    async fn call(auth: &Auth, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let answered = call.answered_by(|()| NoContent);
        let written = written(&call);
        let Shopper(identity) = call.caller;
        auth.erase(identity.user, call.if_match, &answered, &written)
            .await?;
        Ok(NoContent)
    }
}
