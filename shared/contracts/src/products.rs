//! What the products service tells.

use kernel::{CategoryId, ImportId, Money, ProductId, Sku, Slug, VariantId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Envelope, Event, Unreadable};

/// Whether a product can be seen and bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ProductStatus {
    /// Only staff see it.
    Draft,
    /// On sale.
    Active,
    /// Gone from the shop; orders keep their snapshot of it.
    Archived,
}

/// A product as it is after the event.
///
/// The whole of what search and orders need, so that neither asks back. Of two states of a product
/// the one with the higher `version` is the later; a consumer drops the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProductState {
    /// The product.
    pub id: ProductId,
    /// Rises by one with every change.
    pub version: u64,
    /// Its stock keeping unit.
    pub sku: Sku,
    /// Its name in URLs.
    pub slug: Slug,
    /// Its name.
    pub name: String,
    /// Its brand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brand: Option<String>,
    /// The category it hangs on.
    pub category_id: CategoryId,
    /// Its price, in minor units.
    pub price: Money,
    /// Whether it can be seen and bought.
    pub status: ProductStatus,
    /// Whether any of its SKUs can be had.
    #[serde(default)]
    pub in_stock: bool,
    /// Its variants; none for a product that is sold as it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variants: Vec<VariantState>,
}

/// A variant of a product, as far as others sell and find it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VariantState {
    /// The variant.
    pub id: VariantId,
    /// Its stock keeping unit.
    pub sku: Sku,
    /// Its price, in minor units.
    pub price: Money,
}

/// What a product was before a change, as far as others count by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Previous {
    /// The category it hung on.
    pub category_id: CategoryId,
    /// Whether it could be seen and bought.
    pub status: ProductStatus,
    /// Its price, in minor units.
    pub price: Money,
}

/// A product is new in the shop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProductCreated {
    /// The product as it is now.
    pub product: ProductState,
}

/// A product was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProductChanged {
    /// The product as it is now.
    pub product: ProductState,
    /// What it was before.
    pub previous: Previous,
}

/// A product was taken out of the shop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProductArchived {
    /// The product as it is now.
    pub product: ProductState,
    /// What it was before.
    pub previous: Previous,
}

/// A category was renamed or moved, and with it everything below it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CategoryChanged {
    /// The category.
    pub id: CategoryId,
    /// Rises by one with every change.
    pub version: u64,
    /// Its name.
    pub name: String,
    /// Its name in URLs.
    pub slug: Slug,
    /// The category it is a part of; none for one at the top.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<CategoryId>,
}

/// An import is queued and wants to be run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportRequested {
    /// The import.
    pub import_id: ImportId,
}

impl Event for ProductCreated {
    const TYPE: &'static str = "products.product-created.v1";
}

impl Event for ProductChanged {
    const TYPE: &'static str = "products.product-changed.v1";
}

impl Event for ProductArchived {
    const TYPE: &'static str = "products.product-archived.v1";
}

impl Event for CategoryChanged {
    const TYPE: &'static str = "products.category-changed.v1";
}

impl Event for ImportRequested {
    const TYPE: &'static str = "products.import-requested.v1";
}

/// Any event of a product's life, for consumers that follow all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProductEvent {
    /// It is new.
    Created(ProductCreated),
    /// It was changed.
    Changed(ProductChanged),
    /// It was taken out.
    Archived(ProductArchived),
}

impl ProductEvent {
    /// The types it reads: what a consumer's filter lets through.
    pub const TYPES: [&'static str; 3] = [
        ProductCreated::TYPE,
        ProductChanged::TYPE,
        ProductArchived::TYPE,
    ];

    /// Reads an envelope's data by its type.
    pub fn read(envelope: Envelope) -> Result<Self, Unreadable> {
        match envelope.event_type.as_ref() {
            ProductCreated::TYPE => envelope.read().map(|read| Self::Created(read.data)),
            ProductChanged::TYPE => envelope.read().map(|read| Self::Changed(read.data)),
            ProductArchived::TYPE => envelope.read().map(|read| Self::Archived(read.data)),
            _ => Err(Unreadable::OtherType {
                id: envelope.id,
                found: envelope.event_type.into_owned(),
                wanted: "an event of a product",
            }),
        }
    }

    /// The product as it is after the event.
    pub const fn product(&self) -> &ProductState {
        match self {
            Self::Created(event) => &event.product,
            Self::Changed(event) => &event.product,
            Self::Archived(event) => &event.product,
        }
    }

    /// What the product was before; `None` when it was not.
    pub const fn previous(&self) -> Option<&Previous> {
        match self {
            Self::Created(_) => None,
            Self::Changed(event) => Some(&event.previous),
            Self::Archived(event) => Some(&event.previous),
        }
    }
}
