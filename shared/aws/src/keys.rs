//! The public keys that tokens are checked with.

use serde::Deserialize;

use crate::item::project;
use crate::{Key, Table, TableError};

/// The public key set: an item of the platform's table, since every function has a connection to
/// DynamoDB open anyway, and a second service would be a second handshake of each cold start.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PublicKeys {
    /// The set as JSON (RFC 7517).
    pub jwks: String,
}

impl PublicKeys {
    /// Where the set stands in the platform's table.
    pub fn key() -> Key {
        Key::new("keys", "public")
    }

    /// Reads the set. A shop without one admits nobody, so its absence is an error.
    pub async fn load(table: &Table) -> Result<Self, TableError> {
        match table.attributes(&Self::key(), true).await? {
            Some(item) => project(item),
            None => Err(TableError::Corrupt(format!(
                "no public keys at keys/public of {}",
                table.name()
            ))),
        }
    }
}
