//! The inventory table: the only place that knows its keys and attributes.
//!
//! | what | partition | sort |
//! |---|---|---|
//! | bucket of a SKU | `stock#<sku>#<bucket>` | `bucket` |
//! | what else is known of the SKU | `stock#<sku>#0` | `head` |
//! | hold in a bucket | `stock#<sku>#<bucket>` | `hold#<until>#<reservation>` |
//! | movement in a bucket | `ledger#<sku>#<bucket>` | `<time>#<what did it>` |
//! | reservation | `reservation#<id>` | `reservation` |
//! | stock that came back, once for each key | `reservation#<id>` | `restock#<key>` |
//! | open alert | `alert#<sku>` | `low_stock`, `out_of_stock` |

mod alerts;
mod items;
mod listing;
mod movements;
mod reservations;
mod staff;
mod stock;

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws::{Table, TableError, TransactionError};
use kernel::{Sku, Timestamp};

pub use alerts::OpenAlert;
pub use movements::{Since, Touched};
pub use staff::StaffChange;

use crate::stock::Head;

/// The table, and what is remembered of SKUs so that buyers need not ask first.
#[derive(Debug)]
pub struct Store {
    table: Table,
    hints: Mutex<HashMap<Sku, Hint>>,
}

/// What was known of a SKU a moment ago. It only decides which bucket is tried first, and whether
/// alerts are looked at: what it says wrongly costs a second try, or is seen by the next change.
#[derive(Debug, Clone, Copy)]
pub struct Hint {
    /// Over so many buckets its free stock is spread.
    pub spread: u8,
    /// So many buckets there are.
    pub buckets: u8,
    /// At so many available units its stock is low.
    pub threshold: u32,
    read_at: Timestamp,
}

/// How long a hint is good.
const HINTED: Duration = Duration::from_secs(30);
/// So many SKUs are remembered.
const HINTS: usize = 10_000;

/// Why the store wrote nothing.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Something is not as it was read.
    #[error("something has changed since it was read")]
    Stale,
    /// Another run of the operation has taken over.
    #[error("the operation was taken over by another run")]
    ClaimLost,
    /// The table failed.
    #[error(transparent)]
    Table(#[from] TableError),
}

impl From<TransactionError> for StoreError {
    fn from(error: TransactionError) -> Self {
        match error {
            TransactionError::Refused(_) => Self::Stale,
            TransactionError::ClaimLost => Self::ClaimLost,
            TransactionError::Table(error) => Self::Table(error),
        }
    }
}

impl Store {
    /// The store of a table.
    pub fn new(table: Table) -> Self {
        Self {
            table,
            hints: Mutex::default(),
        }
    }

    /// Its table.
    pub const fn table(&self) -> &Table {
        &self.table
    }

    fn hint(&self, sku: &Sku) -> Option<Hint> {
        let hints = self.hints.lock().unwrap_or_else(PoisonError::into_inner);
        hints.get(sku).copied()
    }

    fn remember(&self, head: &Head, now: Timestamp) {
        let hint = Hint {
            spread: head.spread,
            buckets: head.buckets,
            threshold: head.low_stock_threshold,
            read_at: now,
        };
        let mut hints = self.hints.lock().unwrap_or_else(PoisonError::into_inner);
        if hints.len() >= HINTS {
            hints.clear();
        }
        hints.insert(head.sku.clone(), hint);
    }

    /// Remembers how many buckets a SKU has, of which nothing else was heard: whoever needs to know
    /// more reads it.
    fn remember_buckets(&self, sku: &Sku, buckets: u8) {
        let mut hints = self.hints.lock().unwrap_or_else(PoisonError::into_inner);
        if hints.len() >= HINTS {
            hints.clear();
        }
        let unknown = Hint {
            spread: 1,
            buckets,
            threshold: 0,
            read_at: Timestamp::MIN,
        };
        hints.entry(sku.clone()).or_insert(unknown).buckets = buckets;
    }
}

impl Hint {
    fn is_fresh(&self, now: Timestamp) -> bool {
        now.since(self.read_at) < HINTED
    }
}
