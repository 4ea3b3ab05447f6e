//! `GET /api/v1/users/me/addresses`: the caller's address book.

use edge::{Call, Doc, Endpoint, List, Problem, Shopper};
use manifest::{Route, routes};

use crate::Auth;
use crate::wire::AddressView;

/// Lists the caller's addresses.
pub struct ListAddresses;

impl Endpoint for ListAddresses {
    const ROW: &'static Route = &routes::ADDRESSES_LIST;
    const DOC: Doc = Doc {
        summary: "List your addresses",
        detail: "All of them, the oldest first.",
        problems: &[],
    };
    type App = Auth;
    type Caller = Shopper;
    type Params = ();
    type Query = ();
    type Body = ();
    type Reply = List<AddressView>;

    async fn call(auth: &Auth, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let Shopper(identity) = call.caller;
        let book = auth.book(identity.user).await?;
        Ok(List::whole(book.entries().map(AddressView::from).collect()))
    }
}
