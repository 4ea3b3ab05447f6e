//! What the search engine is told and what it answers, as JSON: how its index is made, what stands in
//! a document, how a query is asked and its answer read. Nothing here does I/O.

pub mod document;
pub mod mapping;
pub mod query;
pub mod suggestions;
