//! The orders table: the only place that knows its keys and attributes.
//!
//! | what | partition | sort |
//! |---|---|---|
//! | order | `order#<id>` | `order` |
//! | cart | `cart#<owner>` | `cart` |
//! | block of order numbers | `numbers` | `orders` |
//!
//! | index | finds |
//! |---|---|
//! | `orders-by-user` | a user's orders, the newest first |
//! | `orders-by-created` | all orders, over some shards |
//! | `orders-by-status` | the orders of a status, over the same shards |
//! | `orders-by-due` | unpaid orders, by when their payment is due |
//! | `carts-by-idle` | carts with something in them, by when they were last touched |

pub mod carts;
mod changes;
mod due;
mod listing;
mod numbers;
mod order_items;
mod placing;

use aws::{Table, TableError, TransactionError};

pub use listing::{Listed, Listing};
pub(crate) use order_items::SHARDS;

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
