//! `PUT /api/v1/cart/items/{id}`: sets how many of a line the caller's cart has.

use edge::{Call, Data, Doc, Endpoint, Guest, JsonBody, ObjectParams, Problem};
use kernel::{LineId, Quantity};
use manifest::{Route, routes};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::cart_view::{CartView, owner_or_nobody, shown};
use crate::Carts;
use crate::cart::MOST_OF_ONE;
use crate::error::INSUFFICIENT_STOCK;

/// Changes a line of a cart.
pub struct ChangeCartItem;

/// How many there are to be.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "CartItemQuantity")]
pub struct Body {
    /// How many; 0 takes the line out.
    #[schemars(range(min = 0, max = MOST_OF_ONE))]
    quantity: u32,
}

impl JsonBody for Body {
    fn example() -> Value {
        json!({ "quantity": 3 })
    }
}

impl Endpoint for ChangeCartItem {
    const ROW: &'static Route = &routes::CART_CHANGE_ITEM;
    const DOC: Doc = Doc {
        summary: "Set the quantity of a line",
        detail: "The cart's version is what If-Match asks for.",
        problems: &[INSUFFICIENT_STOCK],
    };
    type App = Carts;
    type Caller = Guest;
    type Params = ObjectParams<LineId>;
    type Query = ();
    type Body = Body;
    type Reply = Data<CartView>;

    async fn call(carts: &Carts, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let currency = carts.currency();
        let answered = call.answered_by(move |priced| shown(priced, currency));
        let owner = owner_or_nobody(&call.caller, answered.id());
        let quantity = Quantity::new(call.body.quantity.into()).ok();
        let of = (&owner, call.if_match);
        let changed = carts.set_quantity(of, call.params.id, quantity, &answered, call.at);
        Ok(shown(&changed.await?, currency))
    }
}
