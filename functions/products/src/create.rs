//! Making a product.

use aws::Answered;
use kernel::{ImportId, ProductId};

use crate::Products;
use crate::changes::Changes;
use crate::error::ProductsError;
use crate::product::{Birth, Product};
use crate::retry::Tries;
use crate::store::{StoreError, Written};

impl Products {
    /// Makes a product. Its id derives from the operation, so that a second run of it makes no
    /// second product.
    ///
    /// # Errors
    /// Fields that break rules; a SKU or slug that was asked for and is taken.
    pub async fn create(
        &self,
        asked: &Changes,
        import: Option<ImportId>,
        answered: &Answered<Product>,
        written: &Written,
    ) -> Result<Product, ProductsError> {
        let birth = Birth {
            id: ProductId::derive(&answered.id().to_string(), "product"),
            currency: self.currency,
            at: written.at,
            import,
        };
        let mut product = Product::create(asked, &birth).map_err(ProductsError::Invalid)?;
        let mut other_slug = asked.slug.is_none().then(|| product.other_slug());
        let mut tries = Tries::default();
        loop {
            match self.store.write(None, &product, answered, written).await {
                Ok(()) => return Ok(product),
                Err(StoreError::Closing) => tries.wait().await?,
                Err(StoreError::SlugTaken) => {
                    // A slug that was made of the name gives way; one that was asked for is refused.
                    product.slug = other_slug.take().ok_or(ProductsError::SlugTaken)?;
                }
                Err(error) => return Err(ProductsError::of_writing(&product, error)),
            }
        }
    }
}
