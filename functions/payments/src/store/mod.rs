//! The payments table: the only place that knows its keys and attributes.
//!
//! | what | partition | sort |
//! |---|---|---|
//! | entry of the ledger | `journal#<day>#<shard>` | `<entry>` |
//! | totals of a currency | `totals#<shard>` | `<currency>` |
//! | wallet | `wallet#<user>` | `wallet` |
//! | line of its history | `wallet#<user>` | `line#<number>` |
//! | deposit | `deposit#<deposit>` | `deposit` |
//! | refund | `refund#<refund>` | `refund` |
//! | what may be refunded of a payment | `payment#<payment>` | `refundable` |
//! | captured payment of an order | `order#<order>` | `captured#<payment>` |
//! | entry to be found at the processor | `awaited#<entry>` | `awaited` |
//! | difference to its books | `differences#<shard>` | `<time>#<subject>` |
//! | how far its books were read | `reconciliation` | `progress` |
//! | payment | `payment#<payment>` | `payment` |
//! | customer of the processor | `customer#<user>` | `customer` |
//! | webhook | `webhook#<event>` | `webhook` |
//!
//! Payments, refunds and deposits that are under way stand in the index `standing-by-time`, by when they are to be looked
//! after.

mod customers;
mod deposits;
mod ledger;
mod ledger_items;
mod payments;
mod reconciliation;
mod refunds;
mod standing;
mod webhooks;

use aws::{Table, TableError, TransactionError};

pub use ledger::PostError;
pub(crate) use ledger_items::SHARDS;
pub(crate) use refunds::{Change, Ending};
pub use webhooks::Received;

/// The table.
#[derive(Debug)]
pub struct Store {
    table: Table,
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
    /// The store on a table.
    pub const fn new(table: Table) -> Self {
        Self { table }
    }

    /// The table itself, for what other crates keep in it.
    pub const fn table(&self) -> &Table {
        &self.table
    }
}

#[cfg(test)]
mod tests;
