//! `GET /api/v1/cart`: the caller's cart, by what its lines cost now.

use edge::{Call, Data, Doc, Endpoint, Guest, Problem};
use manifest::{Route, routes};

use super::cart_view::{CartView, owner_or_nobody, shown};
use crate::Carts;

/// Shows a cart.
pub struct GetCart;

impl Endpoint for GetCart {
    const ROW: &'static Route = &routes::CART_GET;
    const DOC: Doc = Doc {
        summary: "Get the cart",
        detail: "Prices are current. `priceChanged` stands on a line that costs something else than \
                 when the cart was shown the last time; from then on it is known at the price that \
                 is shown now. `available` is live, so If-None-Match is not looked at.",
        problems: &[],
    };
    const REVALIDATED: bool = false;
    type App = Carts;
    type Caller = Guest;
    type Params = ();
    type Query = ();
    type Body = ();
    type Reply = Data<CartView>;

    async fn call(carts: &Carts, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let by = call.operation.id;
        let owner = owner_or_nobody(&call.caller, by);
        let priced = carts.show(&owner, by, call.at).await?;
        Ok(shown(&priced, carts.currency()))
    }
}
