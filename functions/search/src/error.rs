//! How the service fails, and what of it callers read.

use aws::{EngineError, TableError};
use edge::{Problem, Row, rows};
use kernel::Faults;
use products::error::ProductsError;

use crate::rules::RULES_MAX;
use crate::store::StoreError;

/// There are as many rules as there may be.
pub const TOO_MANY_RULES: Row = Row::new("too_many_rules", 409, "There are too many rules");
/// The search domain is being changed or upgraded.
pub const DOMAIN_PROCESSING: Row = Row::new(
    "search_domain_processing",
    409,
    "The search domain is being changed",
);
/// The search domain has no room for a second index.
pub const DOMAIN_FULL: Row = Row::new(
    "search_domain_full",
    409,
    "The search domain is short of storage",
);

/// Every problem of the service, for the documentation.
pub const ALL: &[Row] = &[TOO_MANY_RULES, DOMAIN_PROCESSING, DOMAIN_FULL];

/// Why the service did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// There is no such thing.
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
    /// The same thing was changed by others while it was tried.
    #[error("the thing was changed by others while it was tried")]
    Busy,
    /// Another run of the same operation took over.
    #[error("the operation was taken over by another run")]
    TakenOver,
    /// There are as many rules as there may be.
    #[error("there are too many rules")]
    TooManyRules,
    /// The search domain is being changed.
    #[error("the search domain is being changed")]
    DomainProcessing,
    /// The search domain has no room for a second index.
    #[error("the search domain holds {used} of {capacity} bytes, and needs {needed} more")]
    DomainFull {
        /// What it holds.
        used: u64,
        /// What it can hold.
        capacity: u64,
        /// What a second index takes.
        needed: u64,
    },
    /// The stage has no search engine.
    #[error("the stage has no search engine")]
    NoEngine,
    /// The index is being built for the first time.
    #[error("the index is being built")]
    NoIndex,
    /// The search engine failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The catalogue could not be read.
    #[error("the catalogue could not be read")]
    Catalogue(#[source] Box<ProductsError>),
    /// The table failed.
    #[error(transparent)]
    Table(#[from] TableError),
}

impl SearchError {
    /// One field that breaks a rule.
    pub fn invalid(pointer: &str, rule: impl std::fmt::Display) -> Self {
        let mut faults = Faults::new();
        faults.add(pointer, rule);
        Self::Invalid(faults)
    }

    /// Whether trying again may help.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Engine(EngineError::Unavailable(_))
            | Self::Table(TableError::Unavailable(_))
            | Self::NoIndex
            | Self::Busy
            | Self::TakenOver => true,
            Self::Catalogue(error) => matches!(
                **error,
                ProductsError::Busy | ProductsError::Table(TableError::Unavailable(_))
            ),
            _ => false,
        }
    }
}

impl From<ProductsError> for SearchError {
    fn from(error: ProductsError) -> Self {
        Self::Catalogue(Box::new(error))
    }
}

impl From<StoreError> for SearchError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Stale => Self::Busy,
            StoreError::ClaimLost => Self::TakenOver,
            StoreError::TooManyRules => Self::TooManyRules,
            StoreError::Table(error) => Self::Table(error),
        }
    }
}

impl From<SearchError> for Problem {
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::NotFound => rows::NOT_FOUND.into(),
            SearchError::Invalid(faults) => Self::invalid(faults),
            SearchError::Changed { current } => Self::stale(current),
            SearchError::TakenOver => rows::IDEMPOTENCY_IN_FLIGHT.into(),
            SearchError::TooManyRules => {
                Self::new(TOO_MANY_RULES).detail(format!("There may be {RULES_MAX} rules at most."))
            }
            SearchError::DomainProcessing => Self::new(DOMAIN_PROCESSING)
                .detail("AWS is changing or upgrading it. Rebuild when it is done."),
            SearchError::DomainFull { needed, .. } => Self::new(DOMAIN_FULL)
                .detail("A rebuild needs room for a second index beside the one that is searched.")
                .extension("neededBytes", needed)
                .cause(error),
            SearchError::NoEngine => {
                Self::new(rows::UNAVAILABLE).detail("This stage has no search engine.")
            }
            SearchError::NoIndex => Self::new(rows::UNAVAILABLE)
                .detail("The search index is being built for the first time."),
            // What it refuses to whoever asks, such as a role that it does not know, is no fault
            // of a request, and may be put right.
            SearchError::Engine(
                EngineError::Unavailable(_)
                | EngineError::Status {
                    status: 401 | 403 | 500..,
                    ..
                },
            )
            | SearchError::Busy => Self::new(rows::UNAVAILABLE).cause(error),
            SearchError::Engine(_) => Self::new(rows::INTERNAL).cause(error),
            SearchError::Catalogue(error) => (*error).into(),
            SearchError::Table(error) => error.into(),
        }
    }
}
