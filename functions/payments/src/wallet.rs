//! Wallets: seeing what is in them.

use kernel::{CurrencyCode, Money, UserId};

use crate::Payments;
use crate::error::PaymentsError;

/// What a user has in a currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Balance {
    /// How much.
    pub amount: Money,
    /// How often it has changed.
    pub version: u64,
}

impl Balance {
    /// An empty wallet that nothing was ever in.
    pub const fn nothing(currency: CurrencyCode) -> Self {
        Self {
            amount: Money::zero(currency),
            version: 0,
        }
    }
}

impl Payments {
    /// What a user has in the shop's currency, or in another.
    pub async fn wallet(
        &self,
        user: UserId,
        currency: Option<CurrencyCode>,
    ) -> Result<Balance, PaymentsError> {
        let currency = currency.unwrap_or(self.currency);
        Ok(self.store.wallet(user, currency).await?)
    }
}
