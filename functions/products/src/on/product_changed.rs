//! Hears of every change of a product: keeps the number of active products of each category.

use contracts::Envelope;
use contracts::products::{ProductEvent, ProductStatus};
use edge::{Consumer, Setback, Trace};
use manifest::{Source, consumers};

use crate::Products;
use crate::error::ProductsError;
use crate::retry::Tries;
use crate::store::StoreError;

/// Counts products.
pub struct ProductChanged;

impl Consumer for ProductChanged {
    const ROW: &'static Source = &consumers::PRODUCTS_ON_PRODUCT_CHANGED;
    type App = Products;

    async fn on(products: &Products, heard: Envelope, _: Trace) -> Result<(), Setback> {
        let event = ProductEvent::read(heard)?;
        let product = event.product();
        let category = (product.status == ProductStatus::Active).then_some(product.category_id);
        let mut tries = Tries::default();
        loop {
            match products
                .store
                .count(product.id, category, product.version)
                .await
            {
                // Another event of the same product was faster.
                Err(StoreError::Stale) => tries.wait().await?,
                outcome => return Ok(outcome.map_err(ProductsError::from)?),
            }
        }
    }
}
