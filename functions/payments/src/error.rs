//! How the service fails, and what of it callers read.

use aws::TableError;
use edge::{Problem, Row, rows};
use kernel::{Faults, Money, MoneyError};

use crate::ledger::{EntryError, WalletError};
use crate::store::{PostError, StoreError};

/// There is less in the wallet than was asked for.
pub const INSUFFICIENT_FUNDS: Row = Row::new(
    "insufficient_funds",
    409,
    "There is not enough in the wallet",
);

/// Every problem of the service, for the documentation.
pub const ALL: &[Row] = &[INSUFFICIENT_FUNDS];

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
            PaymentsError::TakenOver => rows::IDEMPOTENCY_IN_FLIGHT.into(),
            PaymentsError::Busy => Self::new(rows::UNAVAILABLE).cause(error),
            PaymentsError::Money(_) | PaymentsError::Entry(_) | PaymentsError::Fault(_) => {
                Self::new(rows::INTERNAL).cause(error)
            }
            PaymentsError::Table(error) => error.into(),
        }
    }
}
