//! The numbers that people call orders by.
//!
//! One item counts. A number is taken before its order is written and not given back, so they grow
//! with gaps, and two orders never have one. An item takes a thousand writes a second, which is how
//! many orders a second a shop can take: beyond that, take them in blocks, and they grow only
//! from one block to the next.

use aws::{Item, Key, Update, project};
use serde::{Deserialize, Serialize};

use super::{Store, StoreError};

#[derive(Debug, Clone, Serialize, Deserialize)]
struct NumbersItem {
    last: u64,
}

impl Item for NumbersItem {
    const TYPE: &'static str = "numbers";

    fn key(&self) -> Key {
        numbers_key()
    }
}

fn numbers_key() -> Key {
    Key::new("numbers", "orders")
}

impl Store {
    /// The next number of an order.
    ///
    /// # Errors
    /// When the table fails.
    pub async fn next_number(&self) -> Result<u64, StoreError> {
        let update = Update::new().making::<NumbersItem>().add("last", 1);
        let counted = self.table().update(numbers_key(), update).await?;
        Ok(project::<NumbersItem>(counted)?.last)
    }
}
