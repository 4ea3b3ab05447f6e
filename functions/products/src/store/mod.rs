//! The products table: the only place that knows its keys and attributes.
//!
//! | what | partition | sort |
//! |---|---|---|
//! | product | `product#<id>` | `product` |
//! | what of it is counted | `product#<id>` | `counted` |
//! | claim of a SKU, of a slug | `sku#<sku>`, `slug#<slug>` | `sku`, `slug` |
//! | member of a category | `category#<id>` | `product#<id>` |
//! | gate of a category | `category#<id>` | `gate#<number>` |
//! | category | `categories` | `<id>` |
//! | part of the tree's version | `categories` | `~tree#<number>` |
//! | claim of a category's slug | `category-slug#<slug>` | `slug` |
//! | active products of a category | `category-count` | `<id>` |
//! | import, its chunks | `import#<id>` | `job`, `chunk#<number>` |
//! | import that is not over | `imports-open` | `<id>` |
//! | announced upload | `upload#<id>` | `upload` |

mod categories;
mod category_items;
mod counts;
mod import_items;
mod imports;
mod listing;
mod product_items;
mod products;

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use aws::{Table, TableError, TransactionError};
use kernel::CategoryId;

use crate::category::Tree;

pub use imports::{ChunkDone, Upload};
pub use products::Written;

/// The table, and the tree as it was last read.
#[derive(Debug)]
pub struct Store {
    table: Table,
    tree: Mutex<Option<Arc<Tree>>>,
    /// Categories that were there once.
    seen: Mutex<HashSet<CategoryId>>,
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
    /// A SKU is another product's.
    #[error("the SKU {sku} is taken")]
    SkuTaken {
        /// Which one.
        sku: String,
        /// Whether it is a variant's.
        of_variant: bool,
    },
    /// The slug is another's.
    #[error("the slug is taken")]
    SlugTaken,
    /// The category is not there, or, of a category's parent, is being deleted.
    #[error("the category cannot be used")]
    NoCategory,
    /// Somebody is deleting the category, or finding that it cannot be deleted.
    #[error("the category is being deleted")]
    Closing,
    /// There is something in the category.
    #[error("the category is not empty")]
    NotEmpty,
    /// The product is larger than an item may be.
    #[error("the product is too large")]
    TooLarge,
    /// The table failed.
    #[error(transparent)]
    Table(TableError),
}

impl From<TableError> for StoreError {
    fn from(error: TableError) -> Self {
        match error {
            TableError::TooLarge => Self::TooLarge,
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
    pub fn new(table: Table) -> Self {
        Self {
            table,
            tree: Mutex::new(None),
            seen: Mutex::default(),
        }
    }

    /// The table itself, for what other crates keep in it.
    pub const fn table(&self) -> &Table {
        &self.table
    }
}

#[cfg(test)]
mod tests;
