//! What the catalogue says of SKUs: which product is sold under each.

use contracts::products::{ProductState, ProductStatus};
use futures_util::{StreamExt, TryStreamExt, stream};
use kernel::{Sku, Timestamp, VariantId};

use crate::Inventory;
use crate::alert::News;
use crate::error::InventoryError;
use crate::retry::Tries;
use crate::stock::Head;
use crate::store::StoreError;

/// SKUs of a product that are looked at at once.
const AT_ONCE: usize = 8;

impl Inventory {
    /// Makes a record of every SKU of a product, or notes that a record's SKU is the product's
    /// now. A product that was archived has none any more; what there is of its stock stays.
    ///
    /// # Errors
    /// When the table fails.
    pub(crate) async fn adopt(
        &self,
        product: &ProductState,
        at: Timestamp,
    ) -> Result<(), InventoryError> {
        if product.status == ProductStatus::Archived {
            return Ok(());
        }
        let variants = product.variants.iter();
        let variants = variants.map(|variant| (&variant.sku, Some(variant.id)));
        let skus = std::iter::once((&product.sku, None)).chain(variants);
        let adoptions: Vec<_> = skus
            .map(|(sku, variant)| self.adopt_sku(product, sku, variant, at))
            .collect();
        stream::iter(adoptions)
            .buffer_unordered(AT_ONCE)
            .try_collect()
            .await
    }

    async fn adopt_sku(
        &self,
        product: &ProductState,
        sku: &Sku,
        variant_id: Option<VariantId>,
        at: Timestamp,
    ) -> Result<(), InventoryError> {
        let mut tries = Tries::default();
        loop {
            let stock = self.store.stock(sku, self.now()).await?;
            let before = stock.as_ref().map(|stock| &stock.head);
            let blank = Head::new(sku.clone());
            let known = before.unwrap_or(&blank);
            let same = (known.product_id, known.variant_id) == (Some(product.id), variant_id);
            let late = known.product_at.is_some_and(|known| known > at);
            if same || late {
                return Ok(());
            }
            let head = Head {
                product_id: Some(product.id),
                variant_id,
                product_at: Some(at),
                version: known.version + 1,
                revision: known.revision + 1,
                ..known.clone()
            };
            let outcome = match &stock {
                None => self.store.create(&head).await,
                // A product does not know what is in stock of a SKU that was another's.
                Some(stock) if head.watch.in_stock => {
                    let news = [News::Returned];
                    self.store.tell(stock, &head, &news, self.now()).await
                }
                Some(stock) => self.store.tell(stock, &head, &[], self.now()).await,
            };
            match outcome {
                Err(StoreError::Stale) => tries.wait().await?,
                outcome => return Ok(outcome?),
            }
        }
    }
}
