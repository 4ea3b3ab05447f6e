//! `GET /api/v1/orders/{id}`: an order.

use edge::{Call, Data, Doc, Endpoint, Guest, ObjectParams, Problem};
use kernel::OrderId;
use manifest::{Route, routes};

use crate::Orders;
use crate::person::Person;
use crate::wire::OrderView;

/// Shows an order.
pub struct GetOrder;

impl Endpoint for GetOrder {
    const ROW: &'static Route = &routes::ORDERS_GET;
    const DOC: Doc = Doc {
        summary: "Show an order",
        detail: "Your own; or with the key that came with it in X-Order-Token; or any, with the \
                 permission order:*.",
        problems: &[],
    };
    type App = Orders;
    type Caller = Guest;
    type Params = ObjectParams<OrderId>;
    type Query = ();
    type Body = ();
    type Reply = Data<OrderView>;

    async fn call(orders: &Orders, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let people = people(&call.caller);
        let order = orders.look_up(call.params.id, &people).await?;
        Ok(Data::new(OrderView::from(&order)).version(order.version))
    }
}

/// Everybody that a caller is.
fn people(caller: &Guest) -> Vec<Person> {
    let signed_in = caller
        .identity
        .as_ref()
        .map(|identity| match identity.can("order:*") {
            true => Person::Staff(identity.user),
            false => Person::User(identity.user),
        });
    let guest = caller.order_token.as_ref();
    let guest = guest.map(|token| Person::Guest(token.hash()));
    signed_in.into_iter().chain(guest).collect()
}
