//! `POST /api/v1/cart/items`: puts something into the caller's cart.

use edge::{Call, Doc, Endpoint, Guest, JsonBody, Problem, rows};
use kernel::{CartToken, ProductId, Quantity, VariantId};
use manifest::{Route, routes};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::cart_view::{CartAndToken, owner, shown};
use crate::cart::{MOST_OF_ONE, Owner};
use crate::error::{CART_FULL, CURRENCY_MISMATCH, INSUFFICIENT_STOCK, OrdersError};
use crate::{Carts, Wanted};

/// Adds to a cart.
pub struct AddCartItem;

/// What is to go into the cart.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "NewCartItem")]
pub struct Body {
    /// The product.
    product_id: ProductId,
    /// The variant; needed where the product has any.
    #[serde(default)]
    variant_id: Option<VariantId>,
    /// How many more.
    #[schemars(range(min = 1, max = MOST_OF_ONE))]
    quantity: u32,
}

impl JsonBody for Body {
    fn example() -> Value {
        json!({ "productId": "prod_01jxy3rpg0f4nrx2h35t6nwqvg", "quantity": 2 })
    }
}

impl Endpoint for AddCartItem {
    const ROW: &'static Route = &routes::CART_ADD_ITEM;
    const DOC: Doc = Doc {
        summary: "Put something into the cart",
        detail: "More of what is in the cart already adds up in its line. A guest without a cart gets \
                 one, and its token in X-Cart-Token; that is handed out once, and no replay by \
                 Idempotency-Key repeats it.",
        problems: &[CART_FULL, CURRENCY_MISMATCH, INSUFFICIENT_STOCK],
    };
    type App = Carts;
    type Caller = Guest;
    type Params = ();
    type Query = ();
    type Body = Body;
    type Reply = CartAndToken;

    async fn call(carts: &Carts, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let quantity = Quantity::new(call.body.quantity.into())
            .map_err(|invalid| OrdersError::invalid("/quantity", invalid))?;
        let (owner, token) = match owner(&call.caller) {
            Some(owner) => (owner, None),
            None => {
                let token = fresh_token()?;
                (Owner::Guest(token.hash()), Some(token))
            }
        };
        let currency = carts.currency();
        let reply = move |priced: &_| CartAndToken {
            cart: shown(priced, currency),
            token: token.clone(),
        };
        let answered = call.answered_by(reply.clone());
        let wanted = Wanted {
            product_id: call.body.product_id,
            variant_id: call.body.variant_id,
            quantity,
        };
        let priced = carts.add(&owner, wanted, &answered, call.at).await?;
        Ok(reply(&priced))
    }
}

fn fresh_token() -> Result<CartToken, Problem> {
    let mut bytes = [0; 32];
    match aws_lc_rs::rand::fill(&mut bytes) {
        Ok(()) => Ok(CartToken::of_bytes(bytes)),
        Err(_) => Err(Problem::new(rows::INTERNAL).cause("the machine has no chance to give")),
    }
}
