//! The versions of users' access tokens.
//!
//! A token names the version that its user's tokens had when it was minted, and is good while that
//! is the user's version still. Whatever must end a user's tokens at once raises the version, in
//! the transaction of the change itself.

use kernel::UserId;
use manifest::resources;
use serde::{Deserialize, Serialize};

use crate::{Aws, Condition, Item, Key, StartError, Table, TableError};

/// The versions: items of the platform's table, of which every function that checks tokens may
/// read these, and the public keys.
#[derive(Debug, Clone)]
pub struct TokenVersions(Table);

/// A user's version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TokenVersion {
    pub user_id: UserId,
    pub tv: u64,
}

impl Item for TokenVersion {
    const TYPE: &'static str = "token-version";

    fn key(&self) -> Key {
        key(self.user_id)
    }
}

impl TokenVersion {
    /// Versions only rise.
    pub(crate) fn condition(&self) -> Condition {
        Condition::absent().or(Condition::expression("tv < :tv").value(":tv", self.tv))
    }
}

fn key(user: UserId) -> Key {
    Key::new(format!("{}{user}", resources::TOKEN_VERSIONS), "version")
}

impl Aws {
    /// The versions of users' tokens.
    pub fn token_versions(&self) -> Result<TokenVersions, StartError> {
        self.table(&resources::PLATFORM).map(TokenVersions::of)
    }
}

impl TokenVersions {
    /// The versions in the platform's table.
    pub const fn of(platform: Table) -> Self {
        Self(platform)
    }

    /// The user's version as the last write left it: 0 for a user whose tokens never had to end.
    pub async fn current(&self, user: UserId) -> Result<u64, TableError> {
        let version: Option<TokenVersion> = self.0.get(key(user)).await?;
        Ok(version.map_or(0, |version| version.tv))
    }

    pub(crate) const fn table(&self) -> &Table {
        &self.0
    }
}
