//! How the service fails, and what of it callers read.

use aws::TableError;
use edge::{Problem, Row, rows};
use kernel::Faults;

use crate::store::StoreError;

/// Every problem of the service, for the documentation.
pub const ALL: &[Row] = &[];

/// Why the service did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
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
    /// The function was not given what this needs.
    #[error("this function has no {0}")]
    NotGranted(&'static str),
}

impl From<StoreError> for AuthError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Stale => Self::Busy,
            StoreError::ClaimLost => Self::TakenOver,
            StoreError::Table(error) => Self::Table(error),
        }
    }
}

impl From<AuthError> for Problem {
    fn from(error: AuthError) -> Self {
        match error {
            AuthError::NotFound => rows::NOT_FOUND.into(),
            AuthError::Invalid(faults) => Self::invalid(faults),
            AuthError::Changed { current } => Self::stale(current),
            AuthError::TakenOver => rows::IDEMPOTENCY_IN_FLIGHT.into(),
            AuthError::Busy => Self::new(rows::UNAVAILABLE).cause(error),
            AuthError::Table(error) => error.into(),
            AuthError::NotGranted(_) => Self::new(rows::INTERNAL).cause(error),
        }
    }
}
