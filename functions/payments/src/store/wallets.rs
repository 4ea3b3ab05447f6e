//! Wallets: what users have with the shop, one item for each currency.

use aws::{Item, Key};
use kernel::{CurrencyCode, Money, UserId};
use serde::{Deserialize, Serialize};

use super::{Store, StoreError};
use crate::wallet::Balance;

/// A wallet as it is kept. There is none until money was moved.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct WalletItem {
    user: UserId,
    currency: CurrencyCode,
    /// Minor units of the currency.
    balance: i64,
    version: u64,
}

impl Item for WalletItem {
    const TYPE: &'static str = "wallet";

    fn key(&self) -> Key {
        key(self.user, self.currency)
    }
}

fn key(user: UserId, currency: CurrencyCode) -> Key {
    Key::new(format!("wallet#{user}"), format!("balance#{currency}"))
}

impl Store {
    /// What a user has in a currency.
    pub async fn wallet(
        &self,
        user: UserId,
        currency: CurrencyCode,
    ) -> Result<Balance, StoreError> {
        let item: Option<WalletItem> = self.table.get(key(user, currency)).await?;
        Ok(item.map_or(Balance::nothing(currency), |item| Balance {
            amount: Money::new(item.balance, item.currency),
            version: item.version,
        }))
    }
}
