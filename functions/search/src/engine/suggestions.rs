//! What a query that is being typed may become.

use products::category::Tree;
use serde_json::Value;

/// What may be meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// Its words.
    pub text: String,
    /// What it is.
    pub kind: Kind,
    /// Its id; a brand and a query have none.
    pub id: Option<String>,
}

/// What a suggestion is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A product.
    Product,
    /// A category.
    Category,
    /// A brand.
    Brand,
    /// What others search for.
    Query,
}

/// The searches that the engine is asked at once.
pub fn requests(_text: &str, _limit: usize) -> Vec<Value> {
    Vec::new()
}

/// The suggestions, the best first, of the engine's answers, the categories, and what is searched
/// for most.
pub fn answer(
    _text: &str,
    _limit: usize,
    _tree: &Tree,
    _popular: &[(String, u64)],
    _answers: &[Value],
) -> Vec<Suggestion> {
    Vec::new()
}
