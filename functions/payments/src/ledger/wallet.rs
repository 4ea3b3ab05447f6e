//! Wallets: what a user has with the shop, and how it came to that.

use std::collections::BTreeMap;

use kernel::{CurrencyCode, Money, Timestamp, UserId};

use super::{Entry, Kind, WalletTransactionId};

/// A user's wallet. No balance of it is ever below nought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wallet {
    /// Whose.
    pub user: UserId,
    /// How often it has changed: the number of its last transaction.
    pub version: u64,
    /// Minor units of each currency that was ever in it.
    pub balances: BTreeMap<CurrencyCode, i64>,
}

/// One line of a wallet's history. They are numbered without a gap, and each says what it left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalletTransaction {
    /// Its id.
    pub id: WalletTransactionId,
    /// Which one of the wallet's it is, from 1.
    pub number: u64,
    /// What it is of.
    pub kind: Kind,
    /// What came in; below nought what went out.
    pub amount: Money,
    /// What there was of the currency then.
    pub balance_after: Money,
    /// The id of what caused it: a payment, a refund, a deposit, a withdrawal.
    pub cause: String,
    /// When it was posted.
    pub at: Timestamp,
}

/// Why a wallet does not change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WalletError {
    /// There is less in it than is to go out.
    #[error("the wallet has {available}")]
    InsufficientFunds {
        /// What there is.
        available: Money,
    },
    /// There would be more in it than can be counted.
    #[error("the wallet would hold too much")]
    Overflow,
    /// The entry is of another wallet, or of none.
    #[error("the entry does not change this wallet")]
    OtherWallet,
}

impl Wallet {
    /// The wallet of a user for whom nothing has moved yet.
    pub const fn empty(user: UserId) -> Self {
        Self {
            user,
            version: 0,
            balances: BTreeMap::new(),
        }
    }

    /// What is in it of a currency.
    pub fn balance(&self, currency: CurrencyCode) -> Money {
        let minor = self.balances.get(&currency).copied().unwrap_or(0);
        Money::new(minor, currency)
    }

    /// The wallet after an entry, and the line that the entry makes.
    ///
    /// # Errors
    /// There is not enough in it; it would overflow; the entry is not of this wallet.
    pub fn after(&self, entry: &Entry) -> Result<(Self, WalletTransaction), WalletError> {
        let change = entry
            .wallet_change()
            .filter(|change| change.user == self.user)
            .ok_or(WalletError::OtherWallet)?;
        let available = self.balance(entry.currency());
        let balance_after = available
            .checked_add(change.amount)
            .map_err(|_| WalletError::Overflow)?;
        if balance_after.is_negative() {
            return Err(WalletError::InsufficientFunds { available });
        }
        let mut wallet = self.clone();
        wallet.version += 1;
        wallet
            .balances
            .insert(entry.currency(), balance_after.minor);
        let transaction = WalletTransaction {
            id: entry.wallet_transaction(),
            number: wallet.version,
            kind: entry.kind(),
            amount: change.amount,
            balance_after,
            cause: entry.cause().to_owned(),
            at: entry.at(),
        };
        Ok((wallet, transaction))
    }
}
