//! What the search engine is told and what it answers, as JSON: how its index is made, what stands in
//! a document, how a query is asked and its answer read. Nothing here does I/O.
//!
//! - [`mapping`] and [`document`] are the index; [`kind`] says what a product is.
//! - [`asked`] is a search; [`query`] makes a request of it and says whether to ask again, by way of
//!   [`text`], [`synonyms`], [`corrections`], [`filters`] and [`facets`]; [`answer`] reads what comes.
//! - [`suggestions`] are for a text that is being typed.

pub mod answer;
pub mod asked;
pub mod corrections;
pub mod document;
pub mod facets;
pub mod filters;
pub mod kind;
pub mod mapping;
pub mod query;
pub mod suggestions;
pub mod synonyms;
pub mod text;
pub mod words;
