//! `POST /api/v1/orders`: orders what is in the caller's cart.

use edge::{Answer, Call, Created, Doc, Endpoint, Guest, Links, Problem, Reply, ReplyDoc};
use kernel::OrderId;
use manifest::{Route, routes};
use schemars::SchemaGenerator;
use serde_json::Value;

use super::order_fields::{OrderFields, customer};
use crate::Checkout;
use crate::error::{CART_EMPTY, INSUFFICIENT_STOCK, OrdersError, PRICE_CHANGED};
use crate::order::Order;
use crate::order_token::order_token;
use crate::placing::NotPlaced;
use crate::wire::OrderView;

/// Places an order.
pub struct PlaceOrder;

/// 201 with the order. The key to a guest's order goes with it, and is not kept.
pub struct Placed(Created<OrderView>);

impl Reply for Placed {
    fn into_answer(self, links: &Links) -> Answer {
        self.0.into_answer(links)
    }

    fn describe(generator: &mut SchemaGenerator) -> ReplyDoc {
        ReplyDoc {
            headers: &["Location", "ETag", "X-Order-Token"],
            ..Created::<OrderView>::describe(generator)
        }
    }
}

impl Endpoint for PlaceOrder {
    const ROW: &'static Route = &routes::ORDERS_PLACE;
    const DOC: Doc = Doc {
        summary: "Order what is in the cart",
        detail: "Its stock is held for fifteen minutes, in which it is to be paid; the cart is empty \
                 then. A guest gets the key to the order in X-Order-Token, with every replay again. \
                 Prices are held to what the cart last showed, and totals are ours.",
        problems: &[CART_EMPTY, INSUFFICIENT_STOCK, PRICE_CHANGED],
    };
    type App = Checkout;
    type Caller = Guest;
    type Params = ();
    type Query = ();
    type Body = OrderFields;
    type Reply = Placed;

    async fn call(checkout: &Checkout, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let answered = call.answered_by(placed);
        let request = call.body.request(&call.caller)?;
        let customer = customer(&call.caller).ok_or(OrdersError::from(NotPlaced::CartEmpty))?;
        let cart_token = call.caller.cart_token;
        let key_of = |id| Some(order_token(cart_token.as_ref()?, id).hash());
        let traceparent = call.trace.traceparent();
        let order = checkout
            .place(
                &customer,
                &request,
                key_of,
                &answered,
                Some(&traceparent),
                call.at,
            )
            .await?;
        Ok(placed(&order))
    }

    fn secrets(caller: &Guest, answer: &Answer) -> Vec<(&'static str, String)> {
        let key = || {
            let cart = caller.cart_token.as_ref()?;
            let body: Value = serde_json::from_slice(&answer.body).ok()?;
            let id = OrderId::parse(body["data"]["id"].as_str()?).ok()?;
            Some(order_token(cart, id).expose().to_owned())
        };
        key()
            .map(|key| ("x-order-token", key))
            .into_iter()
            .collect()
    }
}

fn placed(order: &Order) -> Placed {
    let path = routes::ORDERS_GET.with(order.id);
    Placed(Created::at(path, OrderView::from(order)).version(order.version))
}
