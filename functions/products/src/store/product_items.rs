//! Products as they are stored, and what is stored for their sake.

use std::collections::BTreeMap;

use aws::{Item, Key};
use kernel::{CategoryId, Gtin, ImportId, Money, ProductId, Sku, Slug, Timestamp, VariantId};
use serde::{Deserialize, Serialize};

use crate::attributes::Attributes;
use crate::listing::{By, Entry, brand_key, place};
use crate::measure::{Dimensions, Measure};
use crate::product::{Product, Status, Stocked};
use crate::variants::{Choice, Combination, Variant};

/// Partitions over which the list of the whole shop is spread: one takes a thousand writes a
/// second, and every new product is written to one.
pub(super) const SHARDS: u32 = 4;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct ProductItem {
    id: ProductId,
    sku: Sku,
    slug: Slug,
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    brand: Option<String>,
    gtins: Vec<Gtin>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mpn: Option<String>,
    category_id: CategoryId,
    price: Money,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    compare_at_price: Option<Money>,
    status: Status,
    tags: Vec<String>,
    attributes: Attributes,
    options: Vec<Choice>,
    variants: Vec<VariantItem>,
    images: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    weight_grams: Option<Measure>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    dimensions_mm: Option<Dimensions>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    stock: BTreeMap<Sku, Stocked>,
    version: u64,
    created_at: Timestamp,
    updated_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    import_id: Option<ImportId>,

    // The keys of the listing indexes, and what their filters read.
    list_shop: String,
    list_category: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    list_brand: Option<String>,
    by_created: String,
    by_price: String,
    by_name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    brand_key: Option<String>,
    price_key: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct VariantItem {
    id: VariantId,
    sku: Sku,
    options: Combination,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    price: Option<Money>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    weight_grams: Option<Measure>,
}

pub(super) fn product_key(id: ProductId) -> Key {
    Key::new(format!("product#{id}"), "product")
}

/// The partition of the list of all products of a status, in one of its shards.
pub(super) fn shop_partition(status: Status, shard: u32) -> String {
    format!("{}#{shard}", status.as_str())
}

/// The partition of the list of a category's products.
pub(super) fn category_partition(status: Status, category: CategoryId) -> String {
    format!("{}#{category}", status.as_str())
}

/// The partition of the list of a brand's products.
pub(super) fn brand_partition(status: Status, brand_key: &str) -> String {
    format!("{}#{brand_key}", status.as_str())
}

/// The last bits of an id are random, so products spread evenly.
fn shard(id: ProductId) -> u32 {
    id.uuid()
        .as_bytes()
        .last()
        .map_or(0, |byte| u32::from(*byte))
        % SHARDS
}

impl Item for ProductItem {
    const TYPE: &'static str = "product";

    fn key(&self) -> Key {
        product_key(self.id)
    }
}

impl From<&Product> for ProductItem {
    fn from(product: &Product) -> Self {
        let brand_key = product.brand.as_deref().map(brand_key);
        let status = product.status;
        Self {
            id: product.id,
            sku: product.sku.clone(),
            slug: product.slug.clone(),
            name: product.name.clone(),
            description: product.description.clone(),
            brand: product.brand.clone(),
            gtins: product.gtins.clone(),
            mpn: product.mpn.clone(),
            category_id: product.category_id,
            price: product.price,
            compare_at_price: product.compare_at_price,
            status,
            tags: product.tags.clone(),
            attributes: product.attributes.clone(),
            options: product.options.clone(),
            variants: product.variants.iter().map(VariantItem::from).collect(),
            images: product.images.clone(),
            weight_grams: product.weight_grams,
            dimensions_mm: product.dimensions_mm,
            stock: product.stock.clone(),
            version: product.version,
            created_at: product.created_at,
            updated_at: product.updated_at,
            import_id: product.import_id,
            list_shop: shop_partition(status, shard(product.id)),
            list_category: category_partition(status, product.category_id),
            list_brand: brand_key.as_deref().map(|key| brand_partition(status, key)),
            by_created: place(product, By::Created),
            by_price: place(product, By::Price),
            by_name: place(product, By::Name),
            brand_key,
            price_key: product.price.sort_key(),
        }
    }
}

impl From<&Variant> for VariantItem {
    fn from(variant: &Variant) -> Self {
        Self {
            id: variant.id,
            sku: variant.sku.clone(),
            options: variant.options.clone(),
            price: variant.price,
            weight_grams: variant.weight_grams,
        }
    }
}

impl From<VariantItem> for Variant {
    fn from(item: VariantItem) -> Self {
        Self {
            id: item.id,
            sku: item.sku,
            options: item.options,
            price: item.price,
            weight_grams: item.weight_grams,
        }
    }
}

impl From<ProductItem> for Product {
    fn from(item: ProductItem) -> Self {
        Self {
            id: item.id,
            sku: item.sku,
            slug: item.slug,
            name: item.name,
            description: item.description,
            brand: item.brand,
            gtins: item.gtins,
            mpn: item.mpn,
            category_id: item.category_id,
            price: item.price,
            compare_at_price: item.compare_at_price,
            status: item.status,
            tags: item.tags,
            attributes: item.attributes,
            options: item.options,
            variants: item.variants.into_iter().map(Variant::from).collect(),
            images: item.images,
            weight_grams: item.weight_grams,
            dimensions_mm: item.dimensions_mm,
            stock: item.stock,
            version: item.version,
            created_at: item.created_at,
            updated_at: item.updated_at,
            import_id: item.import_id,
        }
    }
}

/// What a listing index carries.
#[derive(Debug, Deserialize)]
pub(super) struct Listed {
    pk: String,
    by_created: Option<String>,
    by_price: Option<String>,
    by_name: Option<String>,
    category_id: CategoryId,
    brand_key: Option<String>,
    price_key: String,
}

impl Listed {
    /// The entry it is in an order; `None` when the index is not of that order.
    pub(super) fn entry(self, by: By) -> Option<Entry> {
        Some(Entry {
            product: self.pk.strip_prefix("product#")?.parse().ok()?,
            place: match by {
                By::Created => self.by_created?,
                By::Price => self.by_price?,
                By::Name => self.by_name?,
            },
            category_id: self.category_id,
            brand: self.brand_key,
            price: self.price_key,
        })
    }
}

/// A SKU is taken.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct SkuClaim {
    pub sku: Sku,
    pub product_id: ProductId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant_id: Option<VariantId>,
}

pub(super) fn sku_key(sku: &Sku) -> Key {
    Key::new(format!("sku#{sku}"), "sku")
}

impl Item for SkuClaim {
    const TYPE: &'static str = "sku-claim";

    fn key(&self) -> Key {
        sku_key(&self.sku)
    }
}

/// A slug is taken.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct SlugClaim {
    pub slug: Slug,
    pub product_id: ProductId,
}

pub(super) fn slug_key(slug: &Slug) -> Key {
    Key::new(format!("slug#{slug}"), "slug")
}

impl Item for SlugClaim {
    const TYPE: &'static str = "slug-claim";

    fn key(&self) -> Key {
        slug_key(&self.slug)
    }
}

/// A product hangs on a category.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Membership {
    pub category_id: CategoryId,
    pub product_id: ProductId,
}

pub(super) fn members(category: CategoryId) -> String {
    format!("category#{category}")
}

pub(super) fn membership_key(category: CategoryId, product: ProductId) -> Key {
    Key::new(members(category), format!("product#{product}"))
}

impl Item for Membership {
    const TYPE: &'static str = "membership";

    fn key(&self) -> Key {
        membership_key(self.category_id, self.product_id)
    }
}
