//! `DELETE /api/v1/cart/items/{id}`: takes a line out of the caller's cart.

use edge::{Call, Data, Doc, Endpoint, Guest, ObjectParams, Problem};
use kernel::LineId;
use manifest::{Route, routes};

use super::cart_view::{CartView, owner_or_nobody, shown};
use crate::Carts;

/// Takes a line out of a cart.
pub struct RemoveCartItem;

impl Endpoint for RemoveCartItem {
    const ROW: &'static Route = &routes::CART_REMOVE_ITEM;
    const DOC: Doc = Doc {
        summary: "Take a line out of the cart",
        detail: "The cart's version is what If-Match asks for.",
        problems: &[],
    };
    type App = Carts;
    type Caller = Guest;
    type Params = ObjectParams<LineId>;
    type Query = ();
    type Body = ();
    type Reply = Data<CartView>;

    async fn call(carts: &Carts, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let currency = carts.currency();
        let answered = call.answered_by(move |priced| shown(priced, currency));
        let owner = owner_or_nobody(&call.caller, answered.id());
        let of = (&owner, call.if_match);
        let changed = carts.set_quantity(of, call.params.id, None, &answered, call.at);
        Ok(shown(&changed.await?, currency))
    }
}
