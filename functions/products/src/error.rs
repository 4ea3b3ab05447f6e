//! How the service fails, and what of it callers read.

use aws::TableError;
use edge::{Problem, Row, rows};
use kernel::Faults;

use crate::product::Product;
use crate::store::StoreError;
use crate::variants::Variant;

/// A SKU is another product's, or another variant's.
pub const SKU_TAKEN: Row = Row::new("sku_taken", 409, "The SKU is taken");
/// A slug is another product's, or another category's.
pub const SLUG_TAKEN: Row = Row::new("slug_taken", 409, "The slug is taken");
/// The category would become a part of itself.
pub const CATEGORY_CYCLE: Row = Row::new(
    "category_cycle",
    409,
    "A category cannot be a part of itself",
);
/// There are products or other categories in the category.
pub const CATEGORY_NOT_EMPTY: Row =
    Row::new("category_not_empty", 409, "The category is not empty");

/// Every problem of the service, for the documentation.
pub const ALL: &[Row] = &[SKU_TAKEN, SLUG_TAKEN, CATEGORY_CYCLE, CATEGORY_NOT_EMPTY];

/// Why the service did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum ProductsError {
    /// There is no such thing, or the caller may not see it.
    #[error("there is no such thing")]
    NotFound,
    /// What was asked breaks rules.
    #[error("the request breaks rules")]
    Invalid(Faults),
    /// The thing has another version than the caller knows.
    #[error("the current version is {current}")]
    Changed {
        /// Its version.
        current: u64,
    },
    /// A SKU is taken.
    #[error("the SKU {sku} is taken")]
    SkuTaken {
        /// Which one.
        sku: String,
        /// The field that names it.
        pointer: String,
    },
    /// The slug is taken.
    #[error("the slug is taken")]
    SlugTaken,
    /// The category would become a part of itself.
    #[error("the category would become a part of itself")]
    CategoryCycle,
    /// There is something in the category.
    #[error("the category is not empty")]
    CategoryNotEmpty,
    /// The same things were changed by others again and again.
    #[error("the thing was changed by others each time it was tried")]
    Busy,
    /// Another run of the same operation took over.
    #[error("the operation was taken over by another run")]
    TakenOver,
    /// The table failed.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The bucket failed.
    #[error(transparent)]
    Blob(#[from] aws::BlobError),
    /// The queue failed.
    #[error(transparent)]
    Queue(#[from] aws::QueueError),
}

impl ProductsError {
    /// One field that breaks a rule.
    pub fn invalid(pointer: &str, rule: impl std::fmt::Display) -> Self {
        let mut faults = Faults::new();
        faults.add(pointer, rule);
        Self::Invalid(faults)
    }
}

impl ProductsError {
    /// Why a product could not be written; of a SKU that is taken, with the place that names it.
    pub(crate) fn of_writing(product: &Product, error: StoreError) -> Self {
        match error {
            StoreError::SkuTaken { sku, of_variant } => {
                let has_it = |variant: &Variant| variant.sku.as_str() == sku;
                let index = product.variants.iter().position(has_it);
                let pointer = match index.filter(|_| of_variant) {
                    Some(index) => format!("/variants/{index}/sku"),
                    None if of_variant => "/variants".to_owned(),
                    None => "/sku".to_owned(),
                };
                Self::SkuTaken { sku, pointer }
            }
            other => other.into(),
        }
    }
}

impl From<StoreError> for ProductsError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Stale | StoreError::Closing => Self::Busy,
            StoreError::ClaimLost => Self::TakenOver,
            StoreError::SkuTaken { sku, of_variant } => {
                let pointer = if of_variant { "/variants" } else { "/sku" };
                Self::SkuTaken {
                    sku,
                    pointer: pointer.to_owned(),
                }
            }
            StoreError::SlugTaken => Self::SlugTaken,
            StoreError::NoCategory => Self::invalid("/categoryId", "must be the id of a category"),
            StoreError::NotEmpty => Self::CategoryNotEmpty,
            StoreError::TooLarge => Self::invalid("", "makes the product too large"),
            StoreError::Table(error) => Self::Table(error),
        }
    }
}

impl From<ProductsError> for Problem {
    fn from(error: ProductsError) -> Self {
        match error {
            ProductsError::NotFound => rows::NOT_FOUND.into(),
            ProductsError::Invalid(faults) => Self::invalid(faults),
            ProductsError::Changed { current } => Self::stale(current),
            ProductsError::SkuTaken { sku, pointer } => Self::new(SKU_TAKEN)
                .detail(format!("The SKU {sku} is another product's or variant's."))
                .extension("sku", sku)
                .fault(pointer, "is taken"),
            ProductsError::SlugTaken => Self::new(SLUG_TAKEN).fault("/slug", "is taken"),
            ProductsError::CategoryCycle => {
                Self::new(CATEGORY_CYCLE).fault("/parentId", "is the category or a part of it")
            }
            ProductsError::CategoryNotEmpty => Self::new(CATEGORY_NOT_EMPTY)
                .detail("Move or archive its products and move or delete its categories first."),
            ProductsError::TakenOver => rows::IDEMPOTENCY_IN_FLIGHT.into(),
            ProductsError::Busy => Self::new(rows::UNAVAILABLE).cause(error),
            ProductsError::Table(error) => error.into(),
            ProductsError::Blob(aws::BlobError::Unavailable(_))
            | ProductsError::Queue(aws::QueueError::Unavailable(_)) => {
                Self::new(rows::UNAVAILABLE).cause(error)
            }
            ProductsError::Blob(_) | ProductsError::Queue(_) => {
                Self::new(rows::INTERNAL).cause(error)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::changes::Changes;
    use crate::product::Birth;
    use crate::wire::Fields;
    use kernel::{CategoryId, CurrencyCode, ProductId, Timestamp};
    use serde_json::json;

    #[test]
    fn a_sku_that_is_taken_is_told_with_its_place() {
        let asked: Changes = Fields::readable(&json!({
            "name": "Lamp", "price": 1, "sku": "A", "categoryId": CategoryId::derive("", "lamps"),
            "variants": [
                { "sku": "A-1", "options": { "Size": "S" } },
                { "sku": "A-2", "options": { "Size": "M" } },
            ],
        }))
        .into();
        let birth = Birth {
            id: ProductId::derive("", "lamp"),
            currency: CurrencyCode::USD,
            at: Timestamp::MIN,
            import: None,
        };
        let product = Product::create(&asked, &birth).unwrap();
        for (sku, of_variant, place) in [
            ("A", false, "/sku"),
            ("A-2", true, "/variants/1/sku"),
            ("", true, "/variants"),
        ] {
            let taken = StoreError::SkuTaken {
                sku: sku.to_owned(),
                of_variant,
            };
            let problem = Problem::from(ProductsError::of_writing(&product, taken));
            assert_eq!(problem.row(), SKU_TAKEN);
            assert_eq!(problem.faults()[0].pointer, place);
        }
    }
}
