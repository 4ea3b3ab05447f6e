//! Search: the index of the catalogue, queries, suggestions and rules.
//!
//! - [`engine`] is what the search engine is told and answers: its index, documents, queries.

pub mod engine;

/// What the service deploys.
pub fn functions() -> Vec<edge::Function> {
    Vec::new()
}
