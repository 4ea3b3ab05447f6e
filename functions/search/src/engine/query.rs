//! What is asked of the index, and its answer.

use std::collections::BTreeMap;

use kernel::{Amount, CategoryId};
use products::category::Tree;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::rules::Applied;

/// What is searched for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sought {
    /// The text; all products when it is blank.
    pub text: String,
    /// A category with everything below it.
    pub category: Option<CategoryId>,
    /// Any of these brands; none for all.
    pub brands: Vec<String>,
    /// The lowest price, in major units of whatever currency.
    pub min_price: Option<Amount>,
    /// The highest price.
    pub max_price: Option<Amount>,
    /// Only what can be had, or only what cannot.
    pub in_stock: Option<bool>,
    /// The least average rating.
    pub rating: Option<f64>,
    /// Attributes by their names, each with values of which it must have one.
    pub attributes: BTreeMap<String, Vec<String>>,
    /// The order.
    pub sort: Sort,
}

/// An order of what is found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sort {
    /// What fits best first.
    #[default]
    Relevance,
    /// The cheapest first.
    Price,
    /// The dearest first.
    PriceDescending,
    /// The newest first.
    Newest,
    /// The best rated first.
    Rating,
}

/// A search: what is searched for, and which part of what is found.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// What is searched for.
    pub sought: Sought,
    /// How many products at most.
    pub limit: usize,
    /// Where the part begins.
    pub start: Start,
    /// Whether it is to be said why each was found.
    pub explain: bool,
}

/// Where a part of what is found begins.
#[derive(Debug, Clone, PartialEq)]
pub enum Start {
    /// After so many products.
    Skip(usize),
    /// After a product.
    After(Place),
}

/// A product's place in an order, as the engine sorts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Place(Vec<Value>);

/// What was found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Found {
    /// Products as clients read them.
    pub products: Vec<Value>,
    /// How many there are in all.
    pub total: u64,
    /// What they could be narrowed by.
    pub facets: Value,
    /// What may have been meant.
    pub did_you_mean: Option<String>,
    /// Where the next part begins; none at the end.
    pub next: Option<Place>,
    /// Why each was found.
    pub explanation: Option<Value>,
}

/// The searches that the engine is asked at once.
pub fn requests(asked: &Asked, _tree: &Tree, _applied: &Applied) -> Vec<Value> {
    let text = &asked.sought.text;
    let mut request = json!({
        "size": asked.limit,
        "track_total_hits": true,
        "_source": ["product"],
        "query": { "match_all": {} },
        "sort": [{ "_score": "desc" }, { "id": "asc" }],
    });
    if !text.trim().is_empty() {
        request["query"] = json!({ "match": { "name": { "query": text, "operator": "and" } } });
    }
    match &asked.start {
        Start::Skip(many) => request["from"] = json!(many),
        Start::After(place) => request["search_after"] = json!(place),
    }
    vec![request]
}

/// What the engine's answers say.
pub fn answer(asked: &Asked, _tree: &Tree, _applied: &Applied, answers: &[Value]) -> Found {
    let first = answers.first().unwrap_or(&Value::Null);
    let hits = first.pointer("/hits/hits").and_then(Value::as_array);
    let hits = hits.map_or(&[][..], Vec::as_slice);
    let last = hits.last().filter(|_| hits.len() == asked.limit);
    let place = |hit: &Value| serde_json::from_value(hit["sort"].clone()).ok();
    Found {
        products: hits
            .iter()
            .map(|hit| hit["_source"]["product"].clone())
            .collect(),
        total: first
            .pointer("/hits/total/value")
            .and_then(Value::as_u64)
            .unwrap_or(0),
        next: last.and_then(place),
        facets: json!({}),
        ..Found::default()
    }
}
