//! Moving an order on: packed, shipped, delivered, returned.

use aws::Answered;
use kernel::{OrderId, Timestamp, UserId};

use crate::Orders;
use crate::change::Move;
use crate::error::OrdersError;
use crate::order::{Actor, Order};

/// Where an order is to be moved.
#[derive(Debug, Clone)]
pub struct Progress {
    /// Where to.
    pub to: Move,
    /// What staff has to say of it.
    pub reason: Option<String>,
    /// Only of this version.
    pub version: Option<u64>,
}

impl Orders {
    /// Moves an order on, for somebody of the staff.
    ///
    /// # Errors
    /// There is no such order; it cannot go there from where it stands; it has another version
    /// than the one asked for.
    pub async fn progress(
        &self,
        id: OrderId,
        staff: UserId,
        asked: &Progress,
        answered: &Answered<Order>,
        at: Timestamp,
        traceparent: Option<&str>,
    ) -> Result<Order, OrdersError> {
        let decide = |order: &Order| {
            order.must_be(asked.version)?;
            let reason = asked.reason.clone();
            let change = order.moved(asked.to, reason, Actor::User(staff), at)?;
            Ok(Some(change))
        };
        self.change(id, decide, answered, traceparent).await
    }
}
