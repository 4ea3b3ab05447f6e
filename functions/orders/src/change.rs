//! What becomes of an order, step by step.
//!
//! Each rule takes an order as it was read and gives the order that it becomes, with what is told
//! of it; the store writes both or neither, and only over the version that was read.

use kernel::{PaymentId, Timestamp};

use crate::cancellation::Cancellation;
use crate::order::{Actor, Entry, EntryKind, FulfilmentStatus, Order, OrderStatus};
use crate::status::{Step, after, allowed};

/// An order after a step, and what there is to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The order.
    pub order: Order,
    /// What is told with it.
    pub news: Vec<News>,
}

/// What is told of an order when it has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// It is paid.
    Paid(PaymentId),
    /// It was called off, or money came for one that is off and is due back.
    Cancelled(Cancellation),
    /// A part was called off, or money came that is not owed and is due back.
    LinesCancelled(Cancellation),
    /// It was not paid in time.
    Expired,
    /// It is on its way.
    Shipped,
    /// It has arrived.
    Delivered,
    /// It came back.
    Returned,
}

/// Why an order is left as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The step does not lead on from where the order stands.
    #[error("an order that is {from:?} cannot take this step")]
    Illegal {
        /// Where it stands.
        from: OrderStatus,
        /// Where it may go.
        allowed: Vec<OrderStatus>,
    },
    /// A payment of it is under way.
    #[error("a payment of the order is under way")]
    PaymentInProgress,
    /// It is paid.
    #[error("the order is paid")]
    AlreadyPaid,
    /// Its time is up, and its stock is gone or was given back.
    #[error("the order has expired")]
    Expired,
    /// The payment is none that is under way: it was never begun, failed, or gave way to another.
    #[error("the payment is not under way")]
    PaymentOver,
    /// It was tried to be paid too often.
    #[error("the order was tried to be paid too often")]
    TooManyPayments,
    /// Parts of it were called off too often.
    #[error("parts of the order were called off too often")]
    TooManyCancellations,
}

impl Refusal {
    /// The refusal of a step.
    pub(crate) fn illegal(from: OrderStatus) -> Self {
        Self::Illegal {
            from,
            allowed: allowed(from),
        }
    }
}

/// Where staff may move an order by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// Into packing.
    Processing,
    /// Out of the house.
    Shipped,
    /// To its buyer.
    Delivered,
    /// Back to us.
    Returned,
}

impl Order {
    /// Moves the order on.
    ///
    /// # Errors
    /// [`Refusal::Illegal`].
    pub fn moved(
        &self,
        to: Move,
        reason: Option<String>,
        by: Actor,
        at: Timestamp,
    ) -> Result<Change, Refusal> {
        let (step, kind, fulfilment, news) = match to {
            Move::Processing => (Step::Process, EntryKind::Processing, None, None),
            Move::Shipped => (
                Step::Ship,
                EntryKind::Shipped,
                Some(FulfilmentStatus::Fulfilled),
                Some(News::Shipped),
            ),
            Move::Delivered => (
                Step::Deliver,
                EntryKind::Delivered,
                None,
                Some(News::Delivered),
            ),
            Move::Returned => (
                Step::Return,
                EntryKind::Returned,
                Some(FulfilmentStatus::Returned),
                Some(News::Returned),
            ),
        };
        let mut order = self.stepped(step, at)?;
        order.fulfilment = fulfilment.unwrap_or(order.fulfilment);
        order.note(at, kind, by, reason);
        let news = news.into_iter().collect();
        Ok(Change { order, news })
    }

    /// Lets the order go because it was not paid in time; none while there is time, or a payment
    /// that has its stock.
    pub fn expired(&self, at: Timestamp) -> Option<Change> {
        let due = self.held_until.is_some_and(|until| until <= at);
        if !due || self.is_confirmed() {
            return None;
        }
        let mut order = self.stepped(Step::Expire, at).ok()?;
        order.attempt = None;
        order.held_until = None;
        order.note(at, EntryKind::Expired, Actor::System, None);
        Some(Change {
            order,
            news: vec![News::Expired],
        })
    }

    /// The next version of the order, with another status.
    pub(crate) fn stepped(&self, step: Step, at: Timestamp) -> Result<Self, Refusal> {
        let mut order = self.next(at);
        order.status = after(self.status, step).ok_or_else(|| Refusal::illegal(self.status))?;
        order.forget();
        Ok(order)
    }

    /// The next version of the order, as it is.
    pub(crate) fn next(&self, at: Timestamp) -> Self {
        let mut order = self.clone();
        order.version += 1;
        order.updated_at = at;
        order
    }

    /// Adds to the timeline.
    pub(crate) fn note(
        &mut self,
        at: Timestamp,
        kind: EntryKind,
        by: Actor,
        detail: Option<String>,
    ) {
        self.timeline.push(Entry {
            at,
            kind,
            by,
            detail,
        });
    }
}

#[cfg(test)]
mod tests;
