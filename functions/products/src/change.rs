//! Changing and archiving a product.

use aws::Answered;
use kernel::{ProductId, Sku};

use crate::Products;
use crate::changes::Changes;
use crate::error::ProductsError;
use crate::product::{Product, Stocked};
use crate::retry::Tries;
use crate::store::{StoreError, Written};

impl Products {
    /// Changes a product. Without a version to hold to, a change that meets another is applied to
    /// what that one left.
    ///
    /// # Errors
    /// Fields that break rules; names that are taken; another version than the one asked for.
    pub async fn change(
        &self,
        id: ProductId,
        asked: &Changes,
        version: Option<u64>,
        answered: &Answered<Product>,
        written: &Written,
    ) -> Result<Product, ProductsError> {
        let change = |product: &Product| product.changed(asked, written.at);
        self.apply(id, change, version, answered, written).await
    }

    /// Takes a product out of the shop. Doing it twice is no more than doing it once.
    ///
    /// # Errors
    /// Another version than the one asked for.
    pub async fn archive(
        &self,
        id: ProductId,
        version: Option<u64>,
        answered: &Answered<Product>,
        written: &Written,
    ) -> Result<Product, ProductsError> {
        let change = |product: &Product| Ok(product.archived(written.at));
        self.apply(id, change, version, answered, written).await
    }

    /// Notes what the inventory has told of a SKU. No product may have it any more; the product that
    /// gets it next is told again.
    ///
    /// # Errors
    /// When the table fails, or others change the product all the time.
    pub(crate) async fn note_stock(
        &self,
        sku: &Sku,
        told: Stocked,
        answered: &Answered<Product>,
        written: &Written,
    ) -> Result<(), ProductsError> {
        let Some(product) = self.store.product_by_sku(sku).await? else {
            return Ok(());
        };
        let change = |product: &Product| Ok(product.stocked(sku, told, written.at));
        self.apply(product.id, change, None, answered, written)
            .await?;
        Ok(())
    }

    async fn apply(
        &self,
        id: ProductId,
        change: impl Fn(&Product) -> Result<Product, kernel::Faults>,
        version: Option<u64>,
        answered: &Answered<Product>,
        written: &Written,
    ) -> Result<Product, ProductsError> {
        let mut tries = Tries::default();
        loop {
            let before = self.store.product(id).await?;
            let before = before.ok_or(ProductsError::NotFound)?;
            let current = before.version;
            if version.is_some_and(|version| version != current) {
                return Err(ProductsError::Changed { current });
            }
            let after = change(&before).map_err(ProductsError::Invalid)?;
            if after == before {
                return Ok(after);
            }
            let outcome = self
                .store
                .write(Some(&before), &after, answered, written)
                .await;
            match outcome {
                Ok(()) => return Ok(after),
                Err(StoreError::Stale | StoreError::Closing) => tries.wait().await?,
                Err(error) => return Err(ProductsError::of_writing(&after, error)),
            }
        }
    }
}
