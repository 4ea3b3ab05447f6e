//! Writing a new order.

use aws::{Answered, Condition};
use contracts::Envelope;
use contracts::orders::OrderPlaced;
use kernel::EventId;

use super::carts::put_cart;
use super::order_items::OrderItem;
use super::{Store, StoreError};
use crate::cart::Cart;
use crate::order::Order;

const ORDER: &str = "order";

impl Store {
    /// Writes a new order, and its cart without what went into it, with its event and its answer.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when the cart is no longer what was read.
    pub async fn place(
        &self,
        order: &Order,
        cart: &Cart,
        answered: &Answered<Order>,
        traceparent: Option<&str>,
    ) -> Result<(), StoreError> {
        let emptied = cart.cleared().changed(answered.id(), order.created_at);
        let event = OrderPlaced {
            order: order.state(),
        };
        let id = EventId::derive(&order.id.to_string(), "placed");
        let envelope = Envelope::new(id, order.created_at, event);
        let write = self
            .table()
            .transaction()
            .put(ORDER, &OrderItem::from(order), Condition::absent())
            .publish(&envelope.traced(traceparent.map(str::to_owned)));
        let write = put_cart(write, cart, &emptied);
        Ok(write.once(answered, order).commit().await?)
    }
}
