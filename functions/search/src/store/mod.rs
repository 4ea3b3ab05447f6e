//! The search table: the only place that knows its keys and attributes.
//!
//! | what | partition | sort |
//! |---|---|---|
//! | rule | `rules` | `<id>` |
//! | number of rules | `rules` | `~count` |
//! | job | `job#<id>` | `job` |
//! | rebuild that is at work | `rebuild` | `rebuild` |
//! | what is searched for on a day | `searched#<day>#<shard>` | `<words>` |
//! | the most of a day, of a week | `popular` | `<day>`, `week` |

mod items;
mod jobs;
mod rules;
mod searched;

use aws::{Table, TableError, TransactionError};
use kernel::Timestamp;

pub use jobs::Begun;
pub use searched::{Day, Popular, SHARDS, Searched};

/// The table.
#[derive(Debug, Clone)]
pub struct Store(Table);

/// When something is written, and in which trace.
#[derive(Debug, Clone)]
pub struct Written {
    /// When.
    pub at: Timestamp,
    /// The trace that its events carry on.
    pub traceparent: Option<String>,
}

/// Why the store wrote nothing.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The thing has another version, or is there when it should not be, or the other way round.
    #[error("the item has changed since it was read")]
    Stale,
    /// The operation was taken over by another run.
    #[error("the operation was taken over by another run")]
    ClaimLost,
    /// There are as many rules as there may be.
    #[error("there are too many rules")]
    TooManyRules,
    /// The table failed.
    #[error(transparent)]
    Table(TableError),
}

impl From<TableError> for StoreError {
    fn from(error: TableError) -> Self {
        match error {
            TableError::Refused { .. } => Self::Stale,
            other => Self::Table(other),
        }
    }
}

impl From<TransactionError> for StoreError {
    fn from(error: TransactionError) -> Self {
        match error {
            TransactionError::Refused(_) => Self::Stale,
            TransactionError::ClaimLost => Self::ClaimLost,
            TransactionError::Table(error) => error.into(),
        }
    }
}

impl Store {
    /// The store on a table.
    pub const fn new(table: Table) -> Self {
        Self(table)
    }

    /// The table itself, for what other crates keep in it.
    pub const fn table(&self) -> &Table {
        &self.0
    }
}

#[cfg(test)]
mod tests;
