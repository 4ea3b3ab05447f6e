//! The table of accounts: the only place that knows its keys and attributes.
//!
//! | what | partition | sort |
//! |---|---|---|
//! | user | `user#<id>` | `user` |
//! | claim of an e-mail address | `email#<canonical address>` | `email` |
//! | session | `user#<id>` | `session#<id>` |
//! | device that was seen | `user#<id>` | `device#<hash>` |
//! | address | `user#<id>` | `address#<id>` |
//! | how many addresses, and which is the default | `user#<id>` | `address-book` |
//! | second factor | `user#<id>` | `second-factor` |
//! | record of what was done | `user#<id>` | `audit#<number>` |
//! | key of what is personal in those records | `user#<id>` | `audit-key` |
//! | one-time token | `one-time#<hash>` | `one-time` |
//! | mail | `mail#<event id>` | `mail` |
//! | attempts | `attempts#<hash>` | `attempts` |
//! | number of admins | `admins` | `count` |
//!
//! An erasure takes everything out of a user's partition but the user's row, which is emptied, and
//! the records: what is put there later is erased without being listed anywhere.
//!
//! | index | finds |
//! |---|---|
//! | `users-by-email`, `users-by-name` | users whose address or name starts so, over some shards |
//! | `users-by-created` | all users, the newest first, over the same shards |
//! | `staff-by-created`, `inactive-by-created` | staff of a role; users who are suspended or erased |
//! | `audit-by-time` | the records of a month, of all users |

mod addresses;
mod attempts;
mod audit;
mod erasure;
mod listing;
mod mails;
mod one_time;
mod second_factors;
mod sessions;
mod users;

use aws::{Table, TableError, TokenVersions, TransactionError};
use contracts::{Envelope, Event};
use kernel::{EventId, OperationId, Timestamp};

pub use audit::{Recorded, Trail};
pub use listing::{By, Listed, Listing};
pub use mails::Due;
pub use sessions::Exchange;

/// The table, and in the functions that end access tokens the versions of those.
#[derive(Debug)]
pub struct Store {
    table: Table,
    versions: Option<TokenVersions>,
}

/// When, in which trace and for which operation something is written.
#[derive(Debug, Clone)]
pub struct Written {
    /// The time.
    pub at: Timestamp,
    /// The W3C trace context.
    pub traceparent: Option<String>,
    /// The operation, of which ids of what is made derive.
    pub operation: OperationId,
}

impl Written {
    /// An event of the operation. It tells at most one of each type.
    fn envelope<E: Event>(&self, event: E) -> Envelope<E> {
        let id = EventId::derive(&self.operation.to_string(), E::TYPE);
        Envelope::new(id, self.at, event).traced(self.traceparent.clone())
    }
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
    /// The address is another user's.
    #[error("the address is taken")]
    EmailTaken,
    /// The token was used by somebody else meanwhile.
    #[error("the token was used")]
    TokenUsed,
    /// The user is the last admin who may sign in.
    #[error("the user is the last admin")]
    LastAdmin,
    /// The user has as many addresses as one may have.
    #[error("the address book is full")]
    BookFull,
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
    /// Refusals are read by those who gave the actions their names; what is left is staleness.
    fn from(error: TransactionError) -> Self {
        match error {
            TransactionError::Refused(_) => Self::Stale,
            TransactionError::ClaimLost => Self::ClaimLost,
            TransactionError::Table(error) => error.into(),
        }
    }
}

impl Store {
    /// The store on a table, which ends access tokens where it knows their versions.
    pub const fn new(table: Table, versions: Option<TokenVersions>) -> Self {
        Self { table, versions }
    }

    /// The table itself, for what other crates keep in it.
    pub const fn table(&self) -> &Table {
        &self.table
    }
}
