//! The platform's endpoints.

mod discovery;
mod docs;
mod health;
mod keys;
mod openapi;

pub use discovery::{Discover, Issuer};
pub use docs::{Docs, Page, ReadDocs};
pub use health::{Check, CheckHealth, Checks, Health, Report, State};
pub use keys::{KeySet, Keys, ListKeys, PublicKey};
pub use openapi::{Document, GetOpenapi, Served};
