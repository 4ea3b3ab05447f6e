//! The public keys that tokens are checked with.

use serde::{Deserialize, Serialize};

use crate::item::project;
use crate::{Item, Key, Table, TableError};

/// The public key set: an item of the platform's table, since every function has a connection to
/// DynamoDB open anyway, and a second service would be a second handshake of each cold start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicKeys {
    /// The set as JSON (RFC 7517).
    pub jwks: String,
}

impl Item for PublicKeys {
    const TYPE: &'static str = "keys";

    fn key(&self) -> Key {
        Self::place()
    }
}

impl PublicKeys {
    /// Where the set stands in the platform's table.
    pub fn place() -> Key {
        Key::new(manifest::resources::PUBLIC_KEYS, "public")
    }

    /// Reads the set. A shop without one admits nobody, so its absence is an error.
    pub async fn load(table: &Table) -> Result<Self, TableError> {
        match table.attributes(&Self::place(), true).await? {
            Some(item) => project(item),
            None => Err(TableError::Corrupt(format!(
                "no public keys at keys/public of {}",
                table.name()
            ))),
        }
    }

    /// Puts the set in the place of the present one.
    #[cfg(feature = "rotation")]
    pub async fn publish(&self, table: &Table) -> Result<(), TableError> {
        table.put(self, crate::Condition::none()).await
    }
}
