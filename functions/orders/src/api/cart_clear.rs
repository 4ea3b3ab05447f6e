//! `DELETE /api/v1/cart`: takes everything out of the caller's cart.

use edge::{Call, Data, Doc, Endpoint, Guest, Problem, rows};
use manifest::{Route, routes};

use super::cart_view::{CartView, owner_or_nobody, shown};
use crate::Carts;

/// Empties a cart.
pub struct ClearCart;

impl Endpoint for ClearCart {
    const ROW: &'static Route = &routes::CART_CLEAR;
    const DOC: Doc = Doc {
        summary: "Empty the cart",
        detail: "A guest's token stays good.",
        problems: &[rows::PRECONDITION_FAILED],
    };
    type App = Carts;
    type Caller = Guest;
    type Params = ();
    type Query = ();
    type Body = ();
    type Reply = Data<CartView>;

    async fn call(carts: &Carts, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let currency = carts.currency();
        let answered = call.answered_by(move |priced| shown(priced, currency));
        let owner = owner_or_nobody(&call.caller, answered.id());
        let cleared = carts.clear((&owner, call.if_match), &answered, call.at);
        Ok(shown(&cleared.await?, currency))
    }
}
