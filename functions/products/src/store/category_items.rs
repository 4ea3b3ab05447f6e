//! Categories as they are stored, and what is stored for their sake.

use aws::{Condition, Item, Key};
use kernel::{CategoryId, ProductId, Slug, Timestamp};
use serde::{Deserialize, Serialize};

use crate::category::Category;

pub(super) const CATEGORIES: &str = "categories";
pub(super) const COUNTS: &str = "category-count";

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct CategoryItem {
    id: CategoryId,
    name: String,
    slug: Slug,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parent_id: Option<CategoryId>,
    version: u64,
    /// Milliseconds since 1970, so that conditions can compare it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    closing_until: Option<i64>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

pub(super) fn category_key(id: CategoryId) -> Key {
    Key::new(CATEGORIES, id.to_string())
}

/// Gates of a category; see [`Gate`].
pub(super) const GATES: u8 = 16;

/// One of the ways into a category for products. A product goes through the gate of its id, and its
/// transaction checks that this one is open: were it the category itself that all of them check,
/// products that come in at once would refuse each other, for DynamoDB lets one transaction at a
/// time near an item. A gate that is not there is open. Those of a category that was deleted stay,
/// closed for ever, so a category that was once seen needs no second look.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Gate {
    pub category_id: CategoryId,
    pub gate: u8,
    /// Milliseconds since 1970.
    pub closed_until: i64,
}

/// The gate that a product goes through.
pub(super) fn gate_of(product: ProductId) -> u8 {
    share(product.uuid().as_bytes(), GATES)
}

/// Which of so many shares an id falls into: its end is random.
fn share(id: &[u8], of: u8) -> u8 {
    id.last().map_or(0, |byte| byte % of)
}

pub(super) fn gate_key(category: CategoryId, gate: u8) -> Key {
    Key::new(format!("category#{category}"), format!("gate#{gate:02}"))
}

/// The condition that a gate is open.
pub(super) fn gate_is_open(at: Timestamp) -> Condition {
    Condition::expression("attribute_not_exists(closed_until) OR closed_until < :now")
        .value(":now", at.millis())
}

impl Item for Gate {
    const TYPE: &'static str = "category-gate";

    fn key(&self) -> Key {
        gate_key(self.category_id, self.gate)
    }
}

/// The key of a category, and the condition that another may be put into it.
pub(super) fn open_category(id: CategoryId, at: Timestamp) -> (Key, Condition) {
    let closing_is_over = Condition::expression("closing_until < :now").value(":now", at.millis());
    let not_closing = Condition::expression("attribute_not_exists(closing_until)");
    let open = Condition::present().and(not_closing.or(closing_is_over));
    (category_key(id), open)
}

impl Item for CategoryItem {
    const TYPE: &'static str = "category";

    fn key(&self) -> Key {
        category_key(self.id)
    }
}

impl From<&Category> for CategoryItem {
    fn from(category: &Category) -> Self {
        Self {
            id: category.id,
            name: category.name.clone(),
            slug: category.slug.clone(),
            parent_id: category.parent_id,
            version: category.version,
            closing_until: category.closing_until.map(Timestamp::millis),
            created_at: category.created_at,
            updated_at: category.updated_at,
        }
    }
}

impl From<CategoryItem> for Category {
    fn from(item: CategoryItem) -> Self {
        Self {
            id: item.id,
            name: item.name,
            slug: item.slug,
            parent_id: item.parent_id,
            version: item.version,
            closing_until: item.closing_until.map(Timestamp::from_millis),
            created_at: item.created_at,
            updated_at: item.updated_at,
        }
    }
}

/// A part of the tree's version, which is the sum of all: each rises with the changes, but those of
/// a name, of its share of the categories. Were it one, whoever makes, moves and deletes categories
/// at once would refuse each other, for DynamoDB lets one transaction at a time near an item.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct TreePart {
    pub part: u8,
    pub version: u64,
}

const PARTS: u8 = 16;
/// What the sort keys of all parts begin with.
pub(super) const TREE: &str = "~tree#";

/// The part that the changes of a category raise.
pub(super) fn tree_part(category: CategoryId) -> u8 {
    share(category.uuid().as_bytes(), PARTS)
}

pub(super) fn tree_key(part: u8) -> Key {
    Key::new(CATEGORIES, format!("{TREE}{part:02}"))
}

impl Item for TreePart {
    const TYPE: &'static str = "tree";

    fn key(&self) -> Key {
        tree_key(self.part)
    }
}

/// A category's slug is taken.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct CategorySlugClaim {
    pub slug: Slug,
    pub category_id: CategoryId,
}

pub(super) fn category_slug_key(slug: &Slug) -> Key {
    Key::new(format!("category-slug#{slug}"), "slug")
}

impl Item for CategorySlugClaim {
    const TYPE: &'static str = "category-slug-claim";

    fn key(&self) -> Key {
        category_slug_key(&self.slug)
    }
}

/// How many active products hang on a category itself.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct CountItem {
    pub count: i64,
    pub category_id: CategoryId,
}

pub(super) fn count_key(category: CategoryId) -> Key {
    Key::new(COUNTS, category.to_string())
}

impl Item for CountItem {
    const TYPE: &'static str = "category-count";

    fn key(&self) -> Key {
        count_key(self.category_id)
    }
}

/// As what a product is counted, and of which of its versions that is known.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Counted {
    pub product_id: ProductId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category_id: Option<CategoryId>,
    pub version: u64,
}

pub(super) fn counted_key(product: ProductId) -> Key {
    Key::new(format!("product#{product}"), "counted")
}

impl Item for Counted {
    const TYPE: &'static str = "counted";

    fn key(&self) -> Key {
        counted_key(self.product_id)
    }
}
