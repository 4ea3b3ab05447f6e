//! `POST /api/v1/orders/preview`: what an order of the caller's cart would cost.

use edge::{Call, Data, Doc, Endpoint, Guest, Problem};
use manifest::{Route, routes};

use super::order_fields::{OrderFields, customer};
use crate::Checkout;
use crate::error::{CART_EMPTY, INSUFFICIENT_STOCK, OrdersError, PRICE_CHANGED};
use crate::placing::NotPlaced;
use crate::wire::PreviewView;

/// Previews an order.
pub struct PreviewOrder;

impl Endpoint for PreviewOrder {
    const ROW: &'static Route = &routes::ORDERS_PREVIEW;
    const DOC: Doc = Doc {
        summary: "Preview an order",
        detail: "What POST /orders would order and cost, or why it would not. Nothing is held.",
        problems: &[CART_EMPTY, INSUFFICIENT_STOCK, PRICE_CHANGED],
    };
    type App = Checkout;
    type Caller = Guest;
    type Params = ();
    type Query = ();
    type Body = OrderFields;
    type Reply = Data<PreviewView>;

    async fn call(checkout: &Checkout, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let request = call.body.request(&call.caller)?;
        let customer = customer(&call.caller).ok_or(OrdersError::from(NotPlaced::CartEmpty))?;
        let (draft, wish) = checkout.preview(&customer, &request, call.at).await?;
        Ok(Data::new(PreviewView::of(&draft, &wish)))
    }
}
