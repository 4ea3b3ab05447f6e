//! The whole catalogue in pages, and products whatever their status: for services that keep a view
//! of it of their own.

use std::sync::Arc;

use aws::Position;
use kernel::{CategoryId, ProductId};
use serde::{Deserialize, Serialize};

use crate::Products;
use crate::category::Tree;
use crate::error::ProductsError;
use crate::product::{Product, Status};

/// A place in a sweep, to go on from at another time and in another process.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SweepPlace {
    shard: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<Position>,
}

/// A place in a sweep of some categories.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CategoriesPlace {
    left: Vec<CategoryId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<Position>,
}

impl CategoriesPlace {
    /// The beginning of a sweep of these categories.
    pub const fn of(categories: Vec<CategoryId>) -> Self {
        Self {
            left: categories,
            after: None,
        }
    }
}

/// Some products of a sweep.
#[derive(Debug, Clone)]
pub struct Swept {
    /// Which ones; a page may be without any.
    pub ids: Vec<ProductId>,
    /// Where the rest begins; none at the end.
    pub next: Option<SweepPlace>,
}

impl Products {
    /// The ids of products on sale, some hundreds at a time, in no particular order. What is put
    /// on sale or taken off while a sweep goes on may be in it or not, and the index that it reads
    /// lags a moment behind.
    ///
    /// # Errors
    /// The table's.
    pub async fn sweep(&self, place: SweepPlace) -> Result<Swept, ProductsError> {
        let SweepPlace { shard, after } = place;
        let Some((ids, last)) = self.store.sweep(Status::Active, shard, after).await? else {
            return Ok(Swept {
                ids: Vec::new(),
                next: None,
            });
        };
        let shard = if last.is_some() { shard } else { shard + 1 };
        Ok(Swept {
            ids,
            next: Some(SweepPlace { shard, after: last }),
        })
    }

    /// The same of the products that hang on some categories themselves. Categories are few enough
    /// to be named again in each page's place.
    ///
    /// # Errors
    /// The table's.
    pub async fn sweep_categories(
        &self,
        place: CategoriesPlace,
    ) -> Result<(Vec<ProductId>, Option<CategoriesPlace>), ProductsError> {
        let CategoriesPlace { mut left, after } = place;
        let Some(&category) = left.last() else {
            return Ok((Vec::new(), None));
        };
        let (ids, last) = self
            .store
            .sweep_category(Status::Active, category, after)
            .await?;
        if last.is_none() {
            left.pop();
        }
        let next = (!left.is_empty()).then_some(CategoriesPlace { left, after: last });
        Ok((ids, next))
    }

    /// The products of some ids, whatever their status, as the last writes left them. Ids of no
    /// product are left out.
    ///
    /// # Errors
    /// The table's.
    pub async fn of(&self, ids: &[ProductId]) -> Result<Vec<Product>, ProductsError> {
        Ok(self.store.products(ids).await?)
    }

    /// All categories, with their names as the last writes left them.
    ///
    /// # Errors
    /// The table's.
    pub async fn categories(&self) -> Result<Arc<Tree>, ProductsError> {
        Ok(self.store.tree().await?)
    }
}
