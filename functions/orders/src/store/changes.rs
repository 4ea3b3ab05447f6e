//! Writing what becomes of an order, and what is told of it.

use aws::{Answered, Condition, Transaction};
use contracts::orders::{
    OrderCancelled, OrderDelivered, OrderExpired, OrderLinesCancelled, OrderPaid, OrderReturned,
    OrderShipped,
};
use contracts::{Envelope, Event};
use kernel::EventId;
use serde::Serialize;

use super::order_items::OrderItem;
use super::{Store, StoreError};
use crate::change::{Change, News};
use crate::order::Order;

const ORDER: &str = "order";

impl Store {
    /// Writes a changed order over the version that it was made of, with its events and its answer.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when the order has changed since.
    pub async fn write(
        &self,
        change: &Change,
        answered: &Answered<Order>,
        traceparent: Option<&str>,
    ) -> Result<(), StoreError> {
        let order = &change.order;
        let item = OrderItem::from(order);
        let unchanged = Condition::version(order.version.saturating_sub(1));
        if change.news.is_empty() && !answered.operation().is_claimed() {
            // One item alone is half the price of a transaction of one.
            return Ok(self.table().put(&item, unchanged).await?);
        }
        let mut write = self.table().transaction().put(ORDER, &item, unchanged);
        for news in &change.news {
            let told = Telling {
                order,
                operation: answered.id().to_string(),
                traceparent,
            };
            write = told.publish(write, news);
        }
        Ok(write.once(answered, order).commit().await?)
    }
}

/// The order of which is told, in which operation and in which trace.
struct Telling<'a> {
    order: &'a Order,
    operation: String,
    traceparent: Option<&'a str>,
}

impl Telling<'_> {
    fn publish(&self, write: Transaction, news: &News) -> Transaction {
        let order = self.order.state();
        match news {
            News::Paid(payment) => self.tell(
                write,
                OrderPaid {
                    order,
                    payment_id: *payment,
                },
            ),
            News::Cancelled(cancellation) => self.tell(
                write,
                OrderCancelled {
                    order,
                    cancellation: cancellation.into(),
                },
            ),
            News::LinesCancelled(cancellation) => self.tell(
                write,
                OrderLinesCancelled {
                    order,
                    cancellation: cancellation.into(),
                },
            ),
            News::Expired => self.tell(write, OrderExpired { order }),
            News::Shipped => self.tell(write, OrderShipped { order }),
            News::Delivered => self.tell(write, OrderDelivered { order }),
            News::Returned => self.tell(write, OrderReturned { order }),
        }
    }

    /// A version of an order tells an event of a type once at most, so these make its id.
    fn tell<E: Event + Serialize>(&self, write: Transaction, event: E) -> Transaction {
        let Self { order, .. } = self;
        let name = format!("{} of {}@{}", E::TYPE, order.id, order.version);
        let id = EventId::derive(&self.operation, &name);
        let envelope = Envelope::new(id, order.updated_at, event);
        write.publish(&envelope.traced(self.traceparent.map(str::to_owned)))
    }
}
