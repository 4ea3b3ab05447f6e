//! What services tell each other.
//!
//! An event is a fact of the past, told once to whoever wants to know: `products.product-created.v1`.
//! Its type names the service that tells it, what happened, and the version of its shape. A shape
//! that has been told does not change: fields may be added, and a reader skips what it does not
//! know; anything else is a new version beside the old one.
//!
//! Every event has a sample in `samples/`, and [`events`] lists them all with their schemas.

pub mod auth;
mod catalogue;
mod envelope;
pub mod inventory;
pub mod orders;
pub mod payments;
pub mod personal;
pub mod products;
pub mod search;

pub use catalogue::{EventDoc, events};
pub use envelope::{Envelope, Unreadable};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A fact that a service tells the others.
pub trait Event: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The full type: `products.product-created.v1`.
    const TYPE: &'static str;
}

/// The service that tells an event of this type: what stands before the first dot.
pub fn source_of(event_type: &str) -> &str {
    event_type.split('.').next().unwrap_or_default()
}

/// The version of an event's shape: the `v1` after the last dot.
pub fn version_of(event_type: &str) -> &str {
    event_type.rsplit('.').next().unwrap_or_default()
}

#[cfg(test)]
mod tests;
