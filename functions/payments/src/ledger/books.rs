//! The sum of postings: what every account holds.

use std::collections::BTreeMap;

use kernel::{CurrencyCode, UserId};

use super::{Account, Entry, Side};

/// Debits and credits of an account. The sum of all entries of a shop is beyond no 64 bits that a
/// client can name, but of accounts that live for decades the sums are kept in 128.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sums {
    /// Minor units on the left side.
    pub debits: i128,
    /// Minor units on the right side.
    pub credits: i128,
}

impl Sums {
    /// Adds what is on a side.
    pub fn add(&mut self, side: Side, amount: i128) {
        match side {
            Side::Debit => self.debits += amount,
            Side::Credit => self.credits += amount,
        }
    }

    /// Debits less credits.
    pub const fn difference(self) -> i128 {
        self.debits - self.credits
    }
}

/// What each wallet holds in each currency, in minor units.
pub type Wallets = BTreeMap<(UserId, CurrencyCode), i128>;

/// What every account holds: by currency and the account's name, and the wallets one by one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Books {
    /// The accounts of each currency.
    pub accounts: BTreeMap<CurrencyCode, BTreeMap<&'static str, Sums>>,
    /// The wallets that are in `wallets`, one by one.
    pub wallets: Wallets,
}

impl Books {
    /// The books of these entries, in whatever order they come.
    pub fn of<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Self {
        let mut books = Self::default();
        for entry in entries {
            books.add(entry);
        }
        books
    }

    /// Posts one more entry.
    pub fn add(&mut self, entry: &Entry) {
        let accounts = self.accounts.entry(entry.currency()).or_default();
        for posting in entry.postings() {
            let amount = i128::from(posting.amount);
            let sums = accounts.entry(posting.account.name()).or_default();
            sums.add(posting.side, amount);
            if let Account::Wallets(user) = posting.account {
                let wallet = self.wallets.entry((user, entry.currency())).or_default();
                *wallet += match posting.side {
                    Side::Credit => amount,
                    Side::Debit => -amount,
                };
            }
        }
    }

    /// Adds other books to these.
    pub fn merge(&mut self, other: Self) {
        for (currency, accounts) in other.accounts {
            let into = self.accounts.entry(currency).or_default();
            for (name, sums) in accounts {
                let into = into.entry(name).or_default();
                into.add(Side::Debit, sums.debits);
                into.add(Side::Credit, sums.credits);
            }
        }
        for (wallet, amount) in other.wallets {
            *self.wallets.entry(wallet).or_default() += amount;
        }
    }

    /// All debits and all credits of a currency.
    pub fn total(&self, currency: CurrencyCode) -> Sums {
        let accounts = self.accounts.get(&currency).into_iter().flatten();
        accounts.fold(Sums::default(), |total, (_, sums)| Sums {
            debits: total.debits + sums.debits,
            credits: total.credits + sums.credits,
        })
    }
}
