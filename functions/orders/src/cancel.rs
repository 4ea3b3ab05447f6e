//! Calling off an order, or a part of it.

use aws::Answered;
use kernel::{CancellationId, OrderId, Timestamp};

use crate::Orders;
use crate::cancellation::Unwanted;
use crate::error::OrdersError;
use crate::order::Order;
use crate::person::Person;

/// What is asked to be called off.
#[derive(Debug, Clone, Default)]
pub struct Withdrawal {
    /// So many of these lines; without, all that is left.
    pub items: Option<Vec<Unwanted>>,
    /// Why.
    pub reason: Option<String>,
    /// Only of this version.
    pub version: Option<u64>,
}

impl Orders {
    /// Calls off an order, or a part of it, before it is shipped. What is to become of its stock
    /// and of its money follows by event.
    ///
    /// # Errors
    /// The order is not the caller's, or past that, or being paid; it has not so many of the
    /// lines; it has another version than the one asked for.
    pub async fn cancel(
        &self,
        id: OrderId,
        by: &Person,
        asked: &Withdrawal,
        answered: &Answered<Order>,
        at: Timestamp,
        traceparent: Option<&str>,
    ) -> Result<Order, OrdersError> {
        let cancellation = CancellationId::derive(&answered.id().to_string(), "cancellation");
        let decide = |order: &Order| {
            let by = by.on(order).ok_or(OrdersError::NotFound)?;
            order.must_be(asked.version)?;
            let reason = asked.reason.clone();
            let change = order.cancelled(cancellation, asked.items.as_deref(), reason, by, at)?;
            Ok(Some(change))
        };
        self.change(id, decide, answered, traceparent).await
    }
}

impl Order {
    /// Lets a change pass unless it was asked of another version.
    pub(crate) fn must_be(&self, version: Option<u64>) -> Result<(), OrdersError> {
        match version {
            Some(version) if version != self.version => Err(OrdersError::Changed {
                current: self.version,
            }),
            _ => Ok(()),
        }
    }
}
