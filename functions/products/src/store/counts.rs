//! Counting the active products of each category.

use aws::{Condition, TableError, Update};
use kernel::{CategoryId, ProductId};

use super::category_items::{CountItem, Counted, count_key, counted_key};
use super::{Store, StoreError};

impl Store {
    /// Counts a product as a member of a category, or of none, as of one of its versions. A version
    /// that is not later than what is counted already changes nothing, so events may come twice
    /// and in any order.
    pub async fn count(
        &self,
        product_id: ProductId,
        category_id: Option<CategoryId>,
        version: u64,
    ) -> Result<(), StoreError> {
        let before: Option<Counted> = self.table().get(counted_key(product_id)).await?;
        if before
            .as_ref()
            .is_some_and(|before| before.version >= version)
        {
            return Ok(());
        }
        let unchanged = before.as_ref().map_or_else(Condition::absent, |before| {
            Condition::version(before.version)
        });
        let counted = Counted {
            product_id,
            category_id,
            version,
        };
        let mut write = self
            .table()
            .transaction()
            .put("counted", &counted, unchanged);
        let before = before.and_then(|before| before.category_id);
        if before != category_id {
            for (category, step) in [(before, -1), (category_id, 1)] {
                if let Some(category) = category {
                    write = write.update("count", count_key(category), add(category, step));
                }
            }
        }
        write.commit().await.map_err(StoreError::from)
    }
}

fn add(category: CategoryId, step: i64) -> Update {
    Update::new()
        .making::<CountItem>()
        .set("category_id", category)
        .add("count", step)
}

impl StoreError {
    /// Whether trying again may help.
    pub const fn is_passing(&self) -> bool {
        matches!(self, Self::Stale | Self::Table(TableError::Unavailable(_)))
    }
}
