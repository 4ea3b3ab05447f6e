//! Search: the index of the catalogue, queries, suggestions and rules.
//!
//! - [`engine`] is what the search engine is told and answers: its index, documents, queries.
//! - [`rules`] is what staff says of queries.

pub mod engine;
pub mod rules;

/// What the service deploys.
pub fn functions() -> Vec<edge::Function> {
    Vec::new()
}
