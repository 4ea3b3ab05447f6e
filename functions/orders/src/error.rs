//! How the service fails, and what of it callers read.

use aws::TableError;
use edge::{Problem, Row, rows};
use kernel::Faults;

use crate::stock::InventoryError;
use crate::store::StoreError;

/// Every problem of the service, for the documentation.
pub const ALL: &[Row] = &[];

/// Why the service did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum OrdersError {
    /// There is no such thing, or the caller may not see it.
    #[error("there is no such thing")]
    NotFound,
    /// What was asked breaks rules.
    #[error("the request breaks rules")]
    Invalid(Faults),
    /// The thing has another version than the caller knows.
    #[error("the current version is {current}")]
    Changed {
        /// Its version.
        current: u64,
    },
    /// The same things were changed by others again and again.
    #[error("the thing was changed by others each time it was tried")]
    Busy,
    /// Another run of the same operation took over.
    #[error("the operation was taken over by another run")]
    TakenOver,
    /// The table failed.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The stock failed.
    #[error(transparent)]
    Stock(InventoryError),
    /// The catalogue failed.
    #[error(transparent)]
    Products(#[from] products::error::ProductsError),
    /// The address books failed.
    #[error(transparent)]
    Auth(#[from] auth::error::AuthError),
}

impl OrdersError {
    /// One field that breaks a rule.
    pub fn invalid(pointer: &str, rule: impl std::fmt::Display) -> Self {
        let mut faults = Faults::new();
        faults.add(pointer, rule);
        Self::Invalid(faults)
    }
}

impl From<StoreError> for OrdersError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Stale => Self::Busy,
            StoreError::ClaimLost => Self::TakenOver,
            StoreError::Table(error) => Self::Table(error),
        }
    }
}

impl From<OrdersError> for Problem {
    fn from(error: OrdersError) -> Self {
        match error {
            OrdersError::NotFound => rows::NOT_FOUND.into(),
            OrdersError::Invalid(faults) => Self::invalid(faults),
            OrdersError::Changed { current } => Self::stale(current),
            OrdersError::TakenOver => rows::IDEMPOTENCY_IN_FLIGHT.into(),
            OrdersError::Busy => Self::new(rows::UNAVAILABLE).cause(error),
            OrdersError::Table(error) => error.into(),
            OrdersError::Stock(_) => Self::new(rows::UNAVAILABLE).cause(error),
            OrdersError::Products(error) => error.into(),
            OrdersError::Auth(error) => error.into(),
        }
    }
}
