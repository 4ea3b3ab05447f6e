//! One-time tokens, by their hashes.

use aws::{Condition, Item, Key, Transaction, Update};
use kernel::{Timestamp, UserId};
use serde::{Deserialize, Serialize};

use super::{Store, StoreError};
use crate::one_time::{OneTime, Purpose};

/// The name of the action that uses a token.
pub(super) const TOKEN: &str = "token";

#[derive(Debug, Serialize, Deserialize)]
struct OneTimeItem {
    hash: String,
    purpose: Purpose,
    user_id: UserId,
    email: String,
    tv: u64,
    used: bool,
    expires: i64,
}

impl Item for OneTimeItem {
    const TYPE: &'static str = "one-time";

    fn key(&self) -> Key {
        key(&self.hash)
    }
}

fn key(hash: &str) -> Key {
    Key::new(format!("one-time#{hash}"), "one-time")
}

impl Store {
    /// Keeps a token before it is mailed. It says whether the token is new: one that is there
    /// already stays as it is, used or not.
    ///
    /// # Errors
    /// When the table fails.
    pub async fn keep_one_time(&self, token: &OneTime) -> Result<bool, StoreError> {
        let item = OneTimeItem {
            hash: token.hash.clone(),
            purpose: token.purpose,
            user_id: token.user,
            email: token.email.clone(),
            tv: token.tv,
            used: token.used,
            expires: token.expires.seconds(),
        };
        match self.table().put(&item, Condition::absent()).await {
            Ok(()) => Ok(true),
            Err(error) if error.is_refused() => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// The token of a hash.
    ///
    /// # Errors
    /// When the table fails.
    pub async fn one_time(&self, hash: &str) -> Result<Option<OneTime>, StoreError> {
        let item: Option<OneTimeItem> = self.table().get(key(hash)).await?;
        Ok(item.map(|item| OneTime {
            hash: item.hash,
            purpose: item.purpose,
            user: item.user_id,
            email: item.email,
            tv: item.tv,
            expires: Timestamp::from_seconds(item.expires),
            used: item.used,
        }))
    }
}

/// Uses a token: the transaction happens only while nobody else has.
pub(super) fn used(transaction: Transaction, token: &OneTime) -> Transaction {
    let unused = Condition::expression("used = :no").value(":no", false);
    let update = Update::new().set("used", true).when(unused);
    transaction.update(TOKEN, key(&token.hash), update)
}
