//! What is asked of a search.

use std::collections::BTreeMap;

use kernel::CategoryId;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::rules::Applied;

/// The most characters of a query that count.
pub const TEXT_MAX: usize = 200;
/// The most words of a query that count: each is a search of its own.
pub const TERMS_MAX: usize = 12;

/// A search for products.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// What is searched for; everything when it is empty.
    pub text: String,
    /// Which products may be found.
    pub filters: Filters,
    /// In which order.
    pub sort: Sort,
    /// How many at most.
    pub size: usize,
    /// From where on.
    pub start: Start,
    /// What the shop's rules say of the text.
    pub rules: Applied,
}

/// What the engine compares prices by: the number that is nearest to the decimal. Equal decimals are
/// equal numbers, and the order is kept to fifteen digits; nothing is reckoned with them.
pub type Comparable = f64;

/// Which products may be found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filters {
    /// In one of these categories, or below.
    pub categories: Vec<CategoryId>,
    /// Of one of these brands, in any case.
    pub brands: Vec<String>,
    /// The lowest price, in major units of whatever currency.
    pub min_price: Option<Comparable>,
    /// The highest price.
    pub max_price: Option<Comparable>,
    /// Whether they can be had.
    pub in_stock: Option<bool>,
    /// The lowest average rating.
    pub rating: Option<f64>,
    /// By name, one of some values; both in any case.
    pub attributes: BTreeMap<String, Vec<String>>,
}

/// In which order products are found; equal ones are in the order of their ids.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sort {
    /// What fits best comes first; the newest where nothing is searched for.
    #[default]
    Relevance,
    /// The cheapest first.
    Price,
    /// The dearest first.
    PriceLast,
    /// The newest first.
    CreatedLast,
    /// The best rated first.
    RatingLast,
}

/// Where a page starts.
#[derive(Debug, Clone, PartialEq)]
pub enum Start {
    /// After so many.
    Skip(usize),
    /// After the last one of another page.
    After(Place),
}

impl Default for Start {
    fn default() -> Self {
        Self::Skip(0)
    }
}

/// The end of a page: what a cursor holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// How the page was searched for.
    #[serde(rename = "h")]
    pub how: Attempt,
    /// Where the next page starts.
    #[serde(rename = "b")]
    pub behind: Behind,
}

/// Behind what a page starts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Behind {
    /// Behind so many. Scores move with every product that comes or goes, so where they give the
    /// order a score is no place.
    #[serde(rename = "n")]
    Count(usize),
    /// Behind the last one, by what it is sorted by.
    #[serde(rename = "v")]
    Values(Vec<Value>),
}

/// How many the engine counts off before a page. By scores there are no pages beyond.
pub const COUNTED_MAX: usize = 10_000;

/// How a text is searched for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Attempt {
    /// Every word must be there.
    #[serde(rename = "s")]
    Strict,
    /// Every word must be there, or every word of one of these corrections.
    #[serde(rename = "c")]
    Corrected(Vec<String>),
    /// Most words must be there, of the text or of one of these corrections.
    #[serde(rename = "r")]
    Relaxed(Vec<String>),
}

impl Attempt {
    /// The corrections that are searched for too.
    pub fn corrections(&self) -> &[String] {
        match self {
            Self::Strict => &[],
            Self::Corrected(corrections) | Self::Relaxed(corrections) => corrections,
        }
    }

    /// Whether some words may be missing.
    pub fn is_relaxed(&self) -> bool {
        matches!(self, Self::Relaxed(_))
    }
}

impl Asked {
    /// How the first request is made: as the page before was, or strictly.
    pub fn attempt(&self) -> Attempt {
        match &self.start {
            Start::Skip(_) => Attempt::Strict,
            Start::After(place) => place.how.clone(),
        }
    }

    /// How many stand before the page; none where it starts behind something else.
    pub fn skipped(&self) -> Option<usize> {
        match &self.start {
            Start::Skip(count) => Some(*count),
            Start::After(place) => match place.behind {
                Behind::Count(count) => Some(count),
                Behind::Values(_) => None,
            },
        }
    }

    /// Whether what fits best comes first, by scores.
    pub fn is_by_score(&self) -> bool {
        self.sort == Sort::Relevance && !(self.text().is_empty() && self.rules.pins.is_empty())
    }

    /// The text as far as it counts.
    pub fn text(&self) -> &str {
        let mut characters = self.text.char_indices();
        let end = characters
            .nth(TEXT_MAX)
            .map_or(self.text.len(), |(at, _)| at);
        self.text.get(..end).unwrap_or_default().trim()
    }
}
