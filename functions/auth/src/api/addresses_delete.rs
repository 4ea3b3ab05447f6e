//! `DELETE /api/v1/users/me/addresses/{id}`: takes an address out of the caller's book.

use edge::{Call, Doc, Endpoint, NoContent, ObjectParams, Problem, Shopper};
use kernel::AddressId;
use manifest::{Route, routes};

use crate::Auth;

/// Deletes an address.
pub struct DeleteAddress;

impl Endpoint for DeleteAddress {
    const ROW: &'static Route = &routes::ADDRESSES_DELETE;
    const DOC: Doc = Doc {
        summary: "Delete an address",
        detail: "Orders keep what they say of it. Without its default a book has none until there \
                 is another.",
        problems: &[],
    };
    type App = Auth;
    type Caller = Shopper;
    type Params = ObjectParams<AddressId>;
    type Query = ();
    type Body = ();
    type Reply = NoContent;

    async fn call(auth: &Auth, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let answered = call.answered_by(|()| NoContent);
        let Shopper(identity) = call.caller;
        auth.remove_address(identity.user, call.params.id, call.if_match, &answered)
            .await?;
        Ok(NoContent)
    }
}
