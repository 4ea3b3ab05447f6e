//! Products and categories as clients read them.

use kernel::money::Decimal;
use kernel::{CategoryId, CurrencyCode, Gtin, ProductId, Sku, Slug, Timestamp, VariantId};
use schemars::JsonSchema;
use serde::Serialize;

use crate::attributes::Attributes;
use crate::category::{Category, Tree};
use crate::measure::{Dimensions, Measure};
use crate::product::{Product, Status};
use crate::variants::{Choice, Combination, Variant};

/// A product.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Product")]
pub struct ProductView {
    /// Its id.
    pub id: ProductId,
    /// Its stock keeping unit.
    pub sku: Sku,
    /// Its name in URLs.
    pub slug: Slug,
    /// Its name.
    pub name: String,
    /// What there is to say of it.
    pub description: Option<String>,
    /// Who makes it.
    pub brand: Option<String>,
    /// Its bar codes.
    pub gtins: Vec<Gtin>,
    /// The maker's part number.
    pub mpn: Option<String>,
    /// The category it hangs on.
    pub category_id: CategoryId,
    /// What it costs, in major units of the currency.
    pub price: Decimal,
    /// What it used to cost.
    pub compare_at_price: Option<Decimal>,
    /// The currency of all amounts.
    pub currency: CurrencyCode,
    /// Whether it can be seen and bought.
    pub status: Status,
    /// Words it is found by.
    pub tags: Vec<String>,
    /// What else is said of it.
    pub attributes: Attributes,
    /// What a shopper chooses.
    pub options: Vec<Choice>,
    /// Its forms.
    pub variants: Vec<VariantView>,
    /// URLs of its pictures.
    pub images: Vec<String>,
    /// What it weighs, in grams.
    pub weight_grams: Option<Measure>,
    /// How large its package is, in millimetres.
    pub dimensions_mm: Option<Dimensions>,
    /// What shoppers think of it.
    pub rating: Rating,
    /// Whether any of its SKUs can be had. It follows the stock within seconds.
    pub in_stock: bool,
    /// Rises with every change; the `ETag` of a version is `"v<version>"`.
    pub version: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// One form of a product.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Variant")]
pub struct VariantView {
    /// Its id.
    pub id: VariantId,
    /// Its stock keeping unit.
    pub sku: Sku,
    /// One value of each option.
    pub options: Combination,
    /// What it costs.
    pub price: Decimal,
    /// What it weighs, where that differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight_grams: Option<Measure>,
}

/// What shoppers think of a product. Nobody has said anything yet as long as the shop takes no
/// reviews.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct Rating {
    /// Of 1 to 5; 0 when nobody has said anything.
    pub average: f64,
    /// How many have.
    pub count: u64,
}

impl From<&Product> for ProductView {
    fn from(product: &Product) -> Self {
        let variant = |variant: &Variant| VariantView {
            id: variant.id,
            sku: variant.sku.clone(),
            options: variant.options.clone(),
            price: product.price_of(variant).amount(),
            weight_grams: variant.weight_grams,
        };
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
            price: product.price.amount(),
            compare_at_price: product.compare_at_price.map(Decimal::from),
            currency: product.price.currency,
            status: product.status,
            tags: product.tags.clone(),
            attributes: product.attributes.clone(),
            options: product.options.clone(),
            variants: product.variants.iter().map(variant).collect(),
            images: product.images.clone(),
            weight_grams: product.weight_grams,
            dimensions_mm: product.dimensions_mm,
            rating: Rating::default(),
            in_stock: product.in_stock(),
            version: product.version,
            created_at: product.created_at,
            updated_at: product.updated_at,
        }
    }
}

/// A category, with what is below it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Category")]
pub struct CategoryNode {
    /// Its id.
    pub id: CategoryId,
    /// Its name.
    pub name: String,
    /// Its name in URLs.
    pub slug: Slug,
    /// The category it is a part of.
    pub parent_id: Option<CategoryId>,
    /// The slugs from the top down to it, with slashes between.
    pub path: String,
    /// The active products in it and below it. It follows changes within seconds.
    pub product_count: u64,
    /// The categories in it, by name.
    pub children: Vec<CategoryNode>,
    /// Rises with every change.
    pub version: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl CategoryNode {
    /// A category of a tree with everything below it.
    pub fn new(tree: &Tree, category: &Category, counts: &impl Fn(CategoryId) -> u64) -> Self {
        let id = category.id;
        let path = tree.path(id);
        let slugs: Vec<_> = path.iter().map(|category| category.slug.as_str()).collect();
        let below = tree
            .children(Some(id))
            .iter()
            .filter_map(|&id| tree.get(id));
        Self {
            id,
            name: category.name.clone(),
            slug: category.slug.clone(),
            parent_id: category.parent_id,
            path: slugs.join("/"),
            product_count: counts(id),
            children: below
                .map(|category| Self::new(tree, category, counts))
                .collect(),
            version: category.version,
            created_at: category.created_at,
            updated_at: category.updated_at,
        }
    }
}
