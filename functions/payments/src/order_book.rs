//! What payments ask of orders.

use std::future::Future;

use aws::Cause;
use kernel::{Money, OrderId, PaymentId, Timestamp, UserId};

use crate::payment::Payment;

/// Who pays, by what they showed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Payer {
    /// Who is signed in.
    pub user: Option<UserId>,
    /// Whoever shows the order's token, by its hash.
    pub guest: Option<String>,
}

impl Payer {
    /// Whether a payment is theirs.
    pub fn is_of(&self, payment: &Payment) -> bool {
        self.user.is_some() && self.user == payment.user_id
            || self.guest.is_some() && self.guest == payment.guest
    }
}

/// Why an order is not paid.
#[derive(Debug, thiserror::Error)]
pub enum OrderError {
    /// There is none, or it is not the payer's.
    #[error("there is no such order")]
    NotFound,
    /// It was paid.
    #[error("the order is paid already")]
    AlreadyPaid,
    /// Its time is up, or its stock is gone.
    #[error("the order has expired")]
    Expired,
    /// Another payment is under way, or this one is over.
    #[error("another payment of the order is under way")]
    PaymentInProgress,
    /// Nobody knows; trying again may help.
    #[error("the order could not be asked")]
    Unavailable(#[source] Cause),
}

impl OrderError {
    /// Whether asking again may be answered otherwise.
    pub(crate) const fn may_pass(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }

    /// The word for it.
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::AlreadyPaid => "order_already_paid",
            Self::Expired => "order_expired",
            Self::PaymentInProgress => "payment_in_progress",
            Self::Unavailable(_) => "unavailable",
        }
    }
}

/// The orders.
pub(crate) trait OrderBook: Sync {
    /// Begins a payment of an order, and says what is due. The same payment again is given the same
    /// answer.
    fn begin(
        &self,
        order: OrderId,
        payer: &Payer,
        payment: PaymentId,
        now: Timestamp,
    ) -> impl Future<Output = Result<Money, OrderError>> + Send;

    /// Makes the order's stock its own, before its money is captured.
    fn confirm(
        &self,
        order: OrderId,
        payment: PaymentId,
        now: Timestamp,
    ) -> impl Future<Output = Result<(), OrderError>> + Send;

    /// Ends a payment that came to nothing.
    fn fail(
        &self,
        order: OrderId,
        payment: PaymentId,
        now: Timestamp,
    ) -> impl Future<Output = Result<(), OrderError>> + Send;
}
