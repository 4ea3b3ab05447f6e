//! `POST /api/v1/cart/merge`: puts what a guest's cart has into the caller's.

use edge::{Call, Data, Doc, Endpoint, JsonBody, Problem, Shopper};
use kernel::{CartToken, CurrencyCode};
use manifest::{Route, routes};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::cart_view::{CartView, shown};
use crate::cart::{Capped, Owner};
use crate::error::{CART_FULL, CURRENCY_MISMATCH};
use crate::{Carts, Merged};

/// Merges carts.
pub struct MergeCart;

/// The cart that is to go into the caller's.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "CartToMerge")]
pub struct Body {
    /// Its token.
    cart_token: CartToken,
}

impl JsonBody for Body {
    fn example() -> Value {
        json!({ "cartToken": "YSBndWVzdCdzIGNhcnQsIGZvciB0aGlzIGV4YW1wbGU" })
    }
}

impl Endpoint for MergeCart {
    const ROW: &'static Route = &routes::CART_MERGE;
    const DOC: Doc = Doc {
        summary: "Merge a guest's cart into one's own",
        detail: "Quantities of the same thing add up, to what is available; `meta.capped` lists the \
                 lines that got less. No line is dropped: of something that is gone one stays, with \
                 nothing available. The guest's cart is gone afterwards, so merging again changes \
                 nothing. With more than 40 lines in both, neither is changed.",
        problems: &[CART_FULL, CURRENCY_MISMATCH],
    };
    type App = Carts;
    type Caller = Shopper;
    type Params = ();
    type Query = ();
    type Body = Body;
    type Reply = Data<CartView>;

    async fn call(carts: &Carts, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let currency = carts.currency();
        let answered = call.answered_by(move |merged| reply(merged, currency));
        let Shopper(identity) = call.caller;
        let guest = Owner::Guest(call.body.cart_token.hash());
        let merged = carts.merge(identity.user, &guest, &answered, call.at);
        Ok(reply(&merged.await?, currency))
    }
}

fn reply(merged: &Merged, currency: CurrencyCode) -> Data<CartView> {
    let capped: Vec<Value> = merged.capped.iter().map(told).collect();
    shown(&merged.priced, currency).meta("capped", capped)
}

fn told(capped: &Capped) -> Value {
    json!({
        "id": capped.line.to_string(),
        "requested": capped.requested,
        "quantity": capped.quantity.get(),
    })
}
