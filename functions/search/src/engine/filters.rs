//! Filters as conditions of the engine.

use products::listing::brand_key;
use serde_json::{Value, json};

use super::asked::Filters;
use super::document::attribute;

/// A filter that a facet may leave out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Facet<'a> {
    /// The brand.
    Brand,
    /// The category.
    Category,
    /// The price.
    Price,
    /// An attribute.
    Attribute(&'a str),
}

/// Every condition.
pub fn all(filters: &Filters) -> Vec<Value> {
    conditions(filters)
        .map(|(_, condition)| condition)
        .collect()
}

/// Every condition but a facet's own.
pub fn without(filters: &Filters, facet: Facet<'_>) -> Vec<Value> {
    conditions(filters)
        .filter(|(of, _)| *of != Some(facet))
        .map(|(_, condition)| condition)
        .collect()
}

/// Products of some brands.
pub fn brand(brands: &[String]) -> Value {
    let keys: Vec<_> = brands.iter().map(|brand| brand_key(brand)).collect();
    json!({ "terms": { "brand_key": keys } })
}

fn conditions(filters: &Filters) -> impl Iterator<Item = (Option<Facet<'_>>, Value)> {
    let mut conditions = Vec::new();
    if !filters.categories.is_empty() {
        let condition = json!({ "terms": { "categories": filters.categories } });
        conditions.push((Some(Facet::Category), condition));
    }
    if !filters.brands.is_empty() {
        conditions.push((Some(Facet::Brand), brand(&filters.brands)));
    }
    if filters.min_price.is_some() || filters.max_price.is_some() {
        let mut bounds = json!({});
        if let Some(least) = filters.min_price {
            bounds["gte"] = json!(least);
        }
        if let Some(most) = filters.max_price {
            bounds["lte"] = json!(most);
        }
        conditions.push((Some(Facet::Price), json!({ "range": { "price": bounds } })));
    }
    if let Some(in_stock) = filters.in_stock {
        conditions.push((None, json!({ "term": { "in_stock": in_stock } })));
    }
    if let Some(least) = filters.rating {
        conditions.push((None, json!({ "range": { "rating": { "gte": least } } })));
    }
    for (name, values) in &filters.attributes {
        let values: Vec<_> = values.iter().map(|value| attribute(name, value)).collect();
        let condition = json!({ "terms": { "attributes.folded": values } });
        conditions.push((Some(Facet::Attribute(name)), condition));
    }
    conditions.into_iter()
}
