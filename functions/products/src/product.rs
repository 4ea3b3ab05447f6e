//! A product, and what can be done to it.

mod apply;

use std::borrow::Cow;
use std::collections::BTreeMap;

use kernel::{
    CategoryId, CurrencyCode, Faults, Gtin, ImportId, Money, Pointer, ProductId, Sku, Slug,
    Timestamp, VariantId,
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::attributes::Attributes;
use crate::changes::Changes;
use crate::measure::{Dimensions, Measure};
use crate::variants::{Choice, Variant};

/// Whether a product can be seen and bought.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Only staff see it.
    Draft,
    /// On sale.
    #[default]
    Active,
    /// Gone from the shop; its SKUs and slug are free again.
    Archived,
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 3] = [Self::Draft, Self::Active, Self::Archived];

    /// The status as it stands in keys and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Active => "active",
            Self::Archived => "archived",
        }
    }
}

/// As a plain list: derived from documented variants it would be a choice of constants, of which a
/// caller who names none is told of one alone.
impl JsonSchema for Status {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Status".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "enum": Self::ALL.map(Self::as_str) })
    }
}

/// What is sold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// Its id.
    pub id: ProductId,
    /// Its SKU, unique among those of all products and variants that are not archived.
    pub sku: Sku,
    /// Its name in URLs, unique among products that are not archived.
    pub slug: Slug,
    /// Its name.
    pub name: String,
    /// What there is to say of it.
    pub description: Option<String>,
    /// Who makes it.
    pub brand: Option<String>,
    /// Its bar codes.
    pub gtins: Vec<Gtin>,
    /// The maker's own number of it.
    pub mpn: Option<String>,
    /// The category it hangs on.
    pub category_id: CategoryId,
    /// What it costs; every other amount has the same currency.
    pub price: Money,
    /// What it used to cost, or costs elsewhere.
    pub compare_at_price: Option<Money>,
    /// Whether it can be seen and bought.
    pub status: Status,
    /// Words it is found by.
    pub tags: Vec<String>,
    /// What else is said of it.
    pub attributes: Attributes,
    /// What a shopper chooses.
    pub options: Vec<Choice>,
    /// Its forms.
    pub variants: Vec<Variant>,
    /// URLs of its pictures, the first for lists.
    pub images: Vec<String>,
    /// What it weighs, in grams.
    pub weight_grams: Option<Measure>,
    /// How large its package is, in millimetres.
    pub dimensions_mm: Option<Dimensions>,
    /// What the inventory has told of its SKUs, of former ones too.
    pub stock: BTreeMap<Sku, Stocked>,
    /// Rises by one with every change.
    pub version: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// The import that made it, so that the import knows its own work when it runs again.
    pub import_id: Option<ImportId>,
}

/// What the inventory has told of a SKU.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stocked {
    /// Whether any of it can be had.
    pub in_stock: bool,
    /// The version of the stock then: what is told of an older one came late.
    pub version: u64,
}

/// What a new product is born with, beside what is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Birth {
    /// Its id.
    pub id: ProductId,
    /// The currency where none is named.
    pub currency: CurrencyCode,
    /// The time.
    pub at: Timestamp,
    /// The import that makes it.
    pub import: Option<ImportId>,
}

/// Slugs that are words of the API: `/products/import`.
pub const RESERVED_SLUGS: [&str; 2] = ["import", "export"];

/// SKUs that cannot be named in a path: `/inventory/alerts` is something else, and clients take
/// dots for steps.
pub const RESERVED_SKUS: [&str; 3] = [".", "..", "alerts"];

impl Product {
    /// The most bytes a product has when it is written. DynamoDB takes 400 KB, keys and
    /// everything included.
    pub const MAX_BYTES: usize = 350_000;
    /// The most SKUs that one change takes and frees: DynamoDB takes 100 actions in a transaction,
    /// and ten are for the rest.
    pub const MAX_SKU_CHANGES: usize = 90;

    /// A new product.
    ///
    /// A SKU is made of the id when none is given, and a slug of the name; see
    /// [`Product::other_slug`] for when that slug is taken.
    ///
    /// # Errors
    /// Every field that is missing or breaks a rule.
    pub fn create(asked: &Changes, birth: &Birth) -> Result<Self, Faults> {
        let mut faults = Faults::new();
        let required = [
            ("name", asked.name.is_none()),
            ("price", asked.price.is_none()),
            ("categoryId", asked.category_id.is_none()),
        ];
        for (field, missing) in required {
            if missing {
                faults.add(Pointer::root().field(field), "is required");
            }
        }
        let name = asked.name.as_deref().unwrap_or_default();
        let sku = asked.sku.clone().or_else(|| made_sku(birth.id));
        let slug = asked.slug.clone().or_else(|| made_slug(name, birth.id));
        let (Some(sku), Some(slug)) = (sku, slug) else {
            faults.add("/name", "cannot be made into a SKU and a slug; name them");
            return Err(faults);
        };
        // What is missing is a fault by now; a stand-in lets the other rules be looked at too.
        let category_id = asked.category_id;
        let category_id = category_id.unwrap_or_else(|| CategoryId::from_uuid(birth.id.uuid()));
        let currency = asked.currency.unwrap_or(birth.currency);
        let blank = Self {
            id: birth.id,
            sku,
            slug,
            name: name.to_owned(),
            description: None,
            brand: None,
            gtins: Vec::new(),
            mpn: None,
            category_id,
            price: Money::zero(currency),
            compare_at_price: None,
            status: Status::default(),
            tags: Vec::new(),
            attributes: BTreeMap::new(),
            options: Vec::new(),
            variants: Vec::new(),
            images: Vec::new(),
            weight_grams: None,
            dimensions_mm: None,
            stock: BTreeMap::new(),
            version: 1,
            created_at: birth.at,
            updated_at: birth.at,
            import_id: birth.import,
        };
        let product = blank.with(asked, &mut faults);
        faults.into_result().map(|()| product)
    }

    /// The product after a change. When nothing differs it is the same, version and all.
    ///
    /// # Errors
    /// Every field that breaks a rule.
    pub fn changed(&self, asked: &Changes, at: Timestamp) -> Result<Self, Faults> {
        let mut faults = Faults::new();
        let next = Self {
            version: self.version + 1,
            ..self.clone()
        };
        let next = next.with(asked, &mut faults);
        let (held, wanted) = (self.claims(), next.claims());
        let dropped = held.keys().filter(|sku| !wanted.contains_key(*sku)).count();
        let added = wanted.keys().filter(|sku| !held.contains_key(*sku)).count();
        if dropped + added > Self::MAX_SKU_CHANGES {
            let most = Self::MAX_SKU_CHANGES;
            faults.add(
                "/variants",
                format_args!("must not take and free more than {most} SKUs at once"),
            );
        }
        faults.into_result()?;
        if (Self {
            version: self.version,
            ..next.clone()
        }) == *self
        {
            return Ok(self.clone());
        }
        Ok(Self {
            updated_at: at.max(self.updated_at),
            ..next
        })
    }

    /// The product after it was taken out of the shop.
    pub fn archived(&self, at: Timestamp) -> Self {
        if self.status == Status::Archived {
            return self.clone();
        }
        Self {
            status: Status::Archived,
            version: self.version + 1,
            updated_at: at.max(self.updated_at),
            ..self.clone()
        }
    }

    /// The product after the inventory has told of one of its SKUs; the same when that is no news.
    pub fn stocked(&self, sku: &Sku, told: Stocked, at: Timestamp) -> Self {
        let known = self.stock.get(sku);
        if known.is_some_and(|known| known.version >= told.version) {
            return self.clone();
        }
        let mut next = self.clone();
        next.stock.insert(sku.clone(), told);
        next.version += 1;
        next.updated_at = at.max(self.updated_at);
        next
    }

    /// Whether any of its SKUs can be had.
    pub fn in_stock(&self) -> bool {
        let claims = self.claims();
        let mut told = claims.keys().filter_map(|sku| self.stock.get(*sku));
        told.any(|stocked| stocked.in_stock)
    }

    /// The SKUs it holds, each with the variant it names; none when it is archived.
    pub fn claims(&self) -> BTreeMap<&Sku, Option<VariantId>> {
        if self.status == Status::Archived {
            return BTreeMap::new();
        }
        let variants = self
            .variants
            .iter()
            .map(|variant| (&variant.sku, Some(variant.id)));
        std::iter::once((&self.sku, None)).chain(variants).collect()
    }

    /// The slug it holds; none when it is archived.
    pub fn claimed_slug(&self) -> Option<&Slug> {
        (self.status != Status::Archived).then_some(&self.slug)
    }

    /// The category it is counted a member of; none when it is archived.
    pub fn membership(&self) -> Option<CategoryId> {
        (self.status != Status::Archived).then_some(self.category_id)
    }

    /// A slug for when the one that was made of its name is taken: with the end of its id.
    pub fn other_slug(&self) -> Slug {
        suffix(self.id).map_or_else(|| self.slug.clone(), |tail| self.slug.with_suffix(&tail))
    }

    /// What a variant costs.
    pub fn price_of(&self, variant: &Variant) -> Money {
        variant.price.unwrap_or(self.price)
    }
}

/// The last eight characters of an id, which are random: a slug of their own.
fn suffix(id: ProductId) -> Option<Slug> {
    let id = id.to_string();
    Slug::parse(&id[id.len() - 8..]).ok()
}

/// A SKU for a product that was given none: eighty random bits make it unique.
fn made_sku(id: ProductId) -> Option<Sku> {
    let id = id.to_string().to_ascii_uppercase();
    Sku::parse(&format!("P-{}", &id[id.len() - 16..])).ok()
}

/// A slug for a product that was given none: of its name, where that can be written in a URL.
fn made_slug(name: &str, id: ProductId) -> Option<Slug> {
    let tail = suffix(id)?;
    match Slug::from_name(name) {
        Some(slug) if RESERVED_SLUGS.contains(&slug.as_str()) => Some(slug.with_suffix(&tail)),
        Some(slug) => Some(slug),
        None => Slug::parse("product")
            .ok()
            .map(|base| base.with_suffix(&tail)),
    }
}

#[cfg(test)]
mod tests;
