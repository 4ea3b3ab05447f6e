//! The platform's endpoints, and the answer where there is none.

mod discovery;
mod docs;
mod fallback;
mod health;
mod keys;
mod openapi;

pub use discovery::{Discover, Issuer};
pub use docs::{Docs, Page, ReadDocs};
pub use fallback::NoRoute;
pub use health::{Check, CheckHealth, Checks, Health, Report, State};
pub use keys::{KeySet, Keys, ListKeys, PublicKey};
pub use openapi::{Document, GetOpenapi, Served};
