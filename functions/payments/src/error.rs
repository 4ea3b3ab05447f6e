//! How the service fails, and what of it callers read.

use aws::{QueueError, SecretError, TableError};
use edge::{Problem, Row, rows};
use kernel::{Faults, Money, MoneyError};
use orders::error::OrdersError;

use crate::ledger::{EntryError, WalletError};
use crate::payment::{Illegal, Stage};
use crate::processor::ProcessorError;
use crate::processor::stripe::signature::Unsigned;
use crate::store::{PostError, StoreError};

/// There is less in the wallet than was asked for.
pub const INSUFFICIENT_FUNDS: Row = Row::new(
    "insufficient_funds",
    409,
    "There is not enough in the wallet",
);

/// There is nothing to be captured, or it was captured.
pub const PAYMENT_NOT_CAPTURABLE: Row = Row::new(
    "payment_not_capturable",
    409,
    "The payment cannot be captured",
);
/// There is nothing to be let go.
pub const PAYMENT_NOT_VOIDABLE: Row =
    Row::new("payment_not_voidable", 409, "The payment cannot be voided");
/// Nothing of the payment was captured, so nothing can go back.
pub const PAYMENT_NOT_CAPTURED: Row =
    Row::new("payment_not_captured", 409, "The payment was not captured");
/// More than is left of the payment.
pub const REFUND_EXCEEDS_PAYMENT: Row = Row::new(
    "refund_exceeds_payment",
    409,
    "The refund is more than is left of the payment",
);
/// A webhook that is not the processor's.
pub const INVALID_SIGNATURE: Row = Row::new(
    "invalid_signature",
    400,
    "The signature is missing, old or wrong",
);
/// A webhook of the processor's that is no event.
pub const INVALID_EVENT: Row = Row::new("invalid_event", 400, "The body is no event");

/// Every problem of the service, for the documentation.
pub const ALL: &[Row] = &[
    PAYMENT_NOT_CAPTURABLE,
    PAYMENT_NOT_VOIDABLE,
    PAYMENT_NOT_CAPTURED,
    REFUND_EXCEEDS_PAYMENT,
    INVALID_SIGNATURE,
    INVALID_EVENT,
    INSUFFICIENT_FUNDS,
];

/// Why the service did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum PaymentsError {
    /// There is no such thing, or the caller may not see it.
    #[error("there is no such thing")]
    NotFound,
    /// What was asked breaks rules.
    #[error("the request breaks rules")]
    Invalid(Faults),
    /// There is less in the wallet than was asked for.
    #[error("the wallet has {available}")]
    InsufficientFunds {
        /// What there is.
        available: Money,
    },
    /// The same things were changed by others again and again.
    #[error("the thing was changed by others each time it was tried")]
    Busy,
    /// Another run of the same operation took over.
    #[error("the operation was taken over by another run")]
    TakenOver,
    /// A sum that cannot be done.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// A movement that cannot be.
    #[error(transparent)]
    Entry(#[from] EntryError),
    /// Something that cannot fail did.
    #[error("{0}")]
    Fault(&'static str),
    /// The order is not paid so.
    #[error(transparent)]
    Order(#[from] OrdersError),
    /// The processor failed.
    #[error(transparent)]
    Processor(#[from] ProcessorError),
    /// The payment does not go where it was to go.
    #[error(transparent)]
    Illegal(#[from] Illegal),
    /// There is nothing to be captured.
    #[error("a payment that is {0} is not captured")]
    NotCapturable(Stage),
    /// There is nothing to be let go.
    #[error("a payment that is {0} is not voided")]
    NotVoidable(Stage),
    /// Nothing of the payment was captured.
    #[error("the payment was not captured")]
    NotCaptured,
    /// A refund is more than is left.
    #[error("{left} of the payment is left to be refunded")]
    RefundExceedsPayment {
        /// What is left.
        left: Money,
    },
    /// A webhook is not the processor's.
    #[error(transparent)]
    Unsigned(#[from] Unsigned),
    /// A webhook is no event.
    #[error("the body is no event")]
    NoEvent,
    /// Secrets Manager failed.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The queue failed.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// The table failed.
    #[error(transparent)]
    Table(#[from] TableError),
}

impl PaymentsError {
    /// One field that breaks a rule.
    pub fn invalid(pointer: &str, rule: impl std::fmt::Display) -> Self {
        let mut faults = Faults::new();
        faults.add(pointer, rule);
        Self::Invalid(faults)
    }
}

impl From<StoreError> for PaymentsError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Stale => Self::Busy,
            StoreError::ClaimLost => Self::TakenOver,
            StoreError::Table(error) => Self::Table(error),
        }
    }
}

impl From<PostError> for PaymentsError {
    fn from(error: PostError) -> Self {
        match error {
            PostError::AlreadyPosted => Self::Fault("an entry was posted before"),
            PostError::Wallet(WalletError::InsufficientFunds { available }) => {
                Self::InsufficientFunds { available }
            }
            PostError::Wallet(WalletError::Overflow) => {
                Self::invalid("/amount", "is too large for the wallet")
            }
            PostError::Wallet(WalletError::OtherWallet) => {
                Self::Fault("an entry of another wallet")
            }
            PostError::Refused(_) | PostError::Busy => Self::Busy,
            PostError::Store(error) => error.into(),
        }
    }
}

impl From<PaymentsError> for Problem {
    fn from(error: PaymentsError) -> Self {
        match error {
            PaymentsError::NotFound => rows::NOT_FOUND.into(),
            PaymentsError::Invalid(faults) => Self::invalid(faults),
            PaymentsError::InsufficientFunds { available } => Self::new(INSUFFICIENT_FUNDS)
                .detail(format!("The wallet has {available}."))
                .extension("available", serde_json::json!(available.amount())),
            PaymentsError::Order(error) => error.into(),
            PaymentsError::NotCapturable(stage) => {
                Self::new(PAYMENT_NOT_CAPTURABLE).detail(format!("It is {stage}."))
            }
            PaymentsError::NotVoidable(stage) => {
                Self::new(PAYMENT_NOT_VOIDABLE).detail(format!("It is {stage}."))
            }
            PaymentsError::NotCaptured => PAYMENT_NOT_CAPTURED.into(),
            PaymentsError::RefundExceedsPayment { left } => Self::new(REFUND_EXCEEDS_PAYMENT)
                .detail(format!("{left} of the payment is left to be refunded."))
                .extension("refundable", serde_json::json!(left.amount())),
            PaymentsError::Unsigned(error) => {
                Self::new(INVALID_SIGNATURE).detail(format!("This is because {error}."))
            }
            PaymentsError::NoEvent => INVALID_EVENT.into(),
            PaymentsError::Processor(ProcessorError::Refused { .. }) => {
                Self::new(rows::INTERNAL).cause(error)
            }
            PaymentsError::Processor(ProcessorError::Unavailable(_))
            | PaymentsError::Secret(SecretError::Unavailable(_))
            | PaymentsError::Queue(QueueError::Unavailable(_)) => {
                Self::new(rows::UNAVAILABLE).cause(error)
            }
            PaymentsError::TakenOver => rows::IDEMPOTENCY_IN_FLIGHT.into(),
            PaymentsError::Busy => Self::new(rows::UNAVAILABLE).cause(error),
            PaymentsError::Money(_)
            | PaymentsError::Entry(_)
            | PaymentsError::Illegal(_)
            | PaymentsError::Processor(ProcessorError::Fault(_))
            | PaymentsError::Secret(_)
            | PaymentsError::Queue(_)
            | PaymentsError::Fault(_) => Self::new(rows::INTERNAL).cause(error),
            PaymentsError::Table(error) => error.into(),
        }
    }
}
