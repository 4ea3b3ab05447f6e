//! Lists of products: in which order, from which indexes, and how several become one.

use std::collections::HashSet;
use std::fmt::Write as _;

use kernel::{Amount, AmountError, CategoryId, CurrencyCode, Money, ProductId, text};
use sha2::{Digest, Sha256};

use crate::product::{Product, Status};

mod reading;

pub use reading::{Found, Hit, Merge, Next, Reading};

/// What products are ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// When they were made.
    Created,
    /// What they cost, as a number of major units, whatever the currency.
    Price,
    /// Their names, without regard to case.
    Name,
}

/// An order of products; equal ones are in the order of their ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    /// What counts.
    pub by: By,
    /// Whether the largest comes first.
    pub descending: bool,
}

impl Default for Sort {
    fn default() -> Self {
        Self {
            by: By::Created,
            descending: true,
        }
    }
}

/// Which products an index is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// All of them.
    Shop,
    /// Those of some categories.
    Categories(Vec<CategoryId>),
    /// Those of a brand, by its key.
    Brand(String),
}

/// What is asked beyond the scope; none of it is asked of an index.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// The brand's key.
    pub brand: Option<String>,
    /// The lowest price's key.
    pub least: Option<String>,
    /// The highest price's key.
    pub most: Option<String>,
    /// Categories, of which one must be the product's.
    pub categories: Option<HashSet<CategoryId>>,
}

/// A product as an index shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Which one.
    pub product: ProductId,
    /// Where it stands in the order; see [`place`].
    pub place: String,
    /// Its category.
    pub category_id: CategoryId,
    /// Its brand's key.
    pub brand: Option<String>,
    /// Its price's key.
    pub price: String,
}

/// What stands between a sort value and the id behind it: less than any character of a sort
/// value, so that `Chair` comes before `Chair 2`.
pub const SEPARATOR: char = '\t';

/// Where a product stands in an order: a text that sorts as the products do.
pub fn place(product: &Product, by: By) -> String {
    let value = match by {
        By::Created => format!("{:015}", product.created_at.millis().max(0)),
        By::Price => product.price.sort_key(),
        By::Name => text::sort_key(&product.name),
    };
    format!("{value}{SEPARATOR}{}", product.id)
}

/// The longest a brand's key is, but for the hash behind it: an index takes partitions of 2,048
/// bytes, and folding makes eighteen characters of some.
const BRAND_KEY_MAX: usize = 1_024;

/// Under which key products of a brand stand, so that `ACME` and `Acme` are one, and no two brands
/// are that differ in anything else.
pub fn brand_key(brand: &str) -> String {
    let folded = text::fold(brand);
    let words = folded.split_whitespace();
    let words = words.map(|word| word.chars().filter(|c| !c.is_control()).collect::<String>());
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    let mut key = words.join(" ");
    if key.len() > BRAND_KEY_MAX {
        // What is cut off is told apart by its hash. Such a key is longer than any that is whole.
        let hash = Sha256::digest(&key);
        key.truncate(key.floor_char_boundary(BRAND_KEY_MAX));
        let _ = write!(key, "{SEPARATOR}{hash:x}");
    }
    key
}

/// A price bound as the key it compares by: a number of major units in no currency.
///
/// # Errors
/// A bound with more than four decimals, which no currency has, or beyond any price.
pub fn price_key(amount: Amount) -> Result<String, AmountError> {
    // The unit of account of Chile has four decimals, the most there are.
    let finest = CurrencyCode::parse("CLF").unwrap_or(CurrencyCode::USD);
    amount.in_currency(finest).map(Money::sort_key)
}

impl Filter {
    /// Whether nothing is asked.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a product of an index passes.
    pub fn passes(&self, entry: &Entry) -> bool {
        self.allows(entry.category_id, entry.brand.as_deref(), &entry.price)
    }

    /// Whether a product passes as it is now.
    pub fn passes_product(&self, product: &Product) -> bool {
        let brand = product.brand.as_deref().map(brand_key);
        self.allows(
            product.category_id,
            brand.as_deref(),
            &product.price.sort_key(),
        )
    }

    fn allows(&self, category: CategoryId, brand: Option<&str>, price: &str) -> bool {
        let brand_fits = self
            .brand
            .as_deref()
            .is_none_or(|wanted| brand == Some(wanted));
        let categories = self.categories.as_ref();
        brand_fits
            && categories.is_none_or(|wanted| wanted.contains(&category))
            && self.least.as_deref().is_none_or(|least| price >= least)
            && self.most.as_deref().is_none_or(|most| price <= most)
    }
}

/// A list that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// The status that the products have.
    pub status: Status,
    /// Which index partitions.
    pub scope: Scope,
    /// In which order.
    pub sort: Sort,
    /// What else is asked.
    pub filter: Filter,
    /// The place behind which to start.
    pub after: Option<String>,
    /// How many are wanted at most.
    pub want: usize,
    /// How many entries the filter may refuse before the reading stops short of that.
    pub patience: usize,
}

#[cfg(test)]
mod tests;
