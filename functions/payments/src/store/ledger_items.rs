//! The ledger's items: entries, totals, wallets and their lines.

use std::collections::BTreeMap;

use aws::{Item, Key, TableError};
use kernel::{CurrencyCode, Money, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::ledger::{
    Account, Books, Day, Entry, EntryId, Kind, Posting, Side, Sums, Wallet, WalletTransaction,
    WalletTransactionId,
};

/// Partitions that the entries of a day are spread over, and items that the totals of a currency
/// are: an item takes some hundred transactions a second before they meet.
pub(crate) const SHARDS: u8 = 16;

/// The shard of an entry. The end of an id is random, and the same however often it is posted.
pub(super) fn shard(id: EntryId) -> u8 {
    (id.uuid().as_u128() % u128::from(SHARDS)) as u8
}

/// The day of an entry is the day on which its cause was made, for it must be the same on every
/// try.
fn day(id: EntryId) -> Day {
    Day::of(id.made_at().unwrap_or(Timestamp::MIN))
}

/// An entry as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct JournalItem {
    id: EntryId,
    kind: Kind,
    cause: String,
    currency: CurrencyCode,
    postings: Vec<Posting>,
    at: Timestamp,
    /// The number of its line in the history of its wallet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) line: Option<u64>,
}

impl Item for JournalItem {
    const TYPE: &'static str = "entry";

    fn key(&self) -> Key {
        journal_key(self.id)
    }
}

pub(super) fn journal_partition(day: Day, shard: u8) -> String {
    format!("journal#{day}#{shard:02}")
}

pub(super) fn journal_key(id: EntryId) -> Key {
    Key::new(journal_partition(day(id), shard(id)), id.to_string())
}

impl JournalItem {
    pub(super) fn of(entry: &Entry, line: Option<u64>) -> Self {
        Self {
            id: entry.id(),
            kind: entry.kind(),
            cause: entry.cause().to_owned(),
            currency: entry.currency(),
            postings: entry.postings().to_vec(),
            at: entry.at(),
            line,
        }
    }

    pub(super) fn entry(self) -> Result<Entry, TableError> {
        let place = self.id;
        Entry::new(
            self.id,
            self.kind,
            self.cause,
            self.currency,
            self.postings,
            self.at,
        )
        .map_err(|error| TableError::Corrupt(format!("the entry {place}: {error}")))
    }
}

/// What the entries of a shard have added up to in a currency: `<account>_debits` and
/// `<account>_credits`, in minor units.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct TotalsItem {
    pub(super) shard: u8,
    pub(super) currency: CurrencyCode,
    /// The day of the first entry that was posted.
    pub(super) since: i64,
    #[serde(flatten)]
    pub(super) sums: BTreeMap<String, i64>,
}

impl Item for TotalsItem {
    const TYPE: &'static str = "totals";

    fn key(&self) -> Key {
        totals_key(self.shard, self.currency)
    }
}

pub(super) fn totals_partition(shard: u8) -> String {
    format!("totals#{shard:02}")
}

pub(super) fn totals_key(shard: u8, currency: CurrencyCode) -> Key {
    Key::new(totals_partition(shard), currency.to_string())
}

/// The attribute of a side of an account.
pub(super) fn total_of(account: &str, side: Side) -> String {
    let side = match side {
        Side::Debit => "debits",
        Side::Credit => "credits",
    };
    format!("{account}_{side}")
}

impl TotalsItem {
    /// The totals that these sums are.
    pub(super) fn of(
        shard: u8,
        currency: CurrencyCode,
        since: Day,
        accounts: &BTreeMap<&'static str, Sums>,
    ) -> Result<Self, TableError> {
        let mut sums = BTreeMap::new();
        for (name, sum) in accounts {
            for (side, amount) in [(Side::Debit, sum.debits), (Side::Credit, sum.credits)] {
                let amount = i64::try_from(amount).map_err(|error| {
                    TableError::Fault(format!("the sum of {name}: {error}").into())
                })?;
                sums.insert(total_of(name, side), amount);
            }
        }
        Ok(Self {
            shard,
            currency,
            since: since.number(),
            sums,
        })
    }

    /// Adds what it says to the books.
    pub(super) fn add_to(&self, books: &mut Books) {
        let accounts = books.accounts.entry(self.currency).or_default();
        for name in Account::NAMES {
            let of = |side| {
                let sum = self.sums.get(&total_of(name, side));
                sum.map(|sum| i128::from(*sum))
            };
            let (debits, credits) = (of(Side::Debit), of(Side::Credit));
            if debits.is_some() || credits.is_some() {
                let sums: &mut Sums = accounts.entry(name).or_default();
                sums.add(Side::Debit, debits.unwrap_or(0));
                sums.add(Side::Credit, credits.unwrap_or(0));
            }
        }
    }
}

/// What an entry adds to the totals: the attributes of its postings. Two postings of an account
/// on one side are one addition, for an expression names an attribute once.
pub(super) fn additions(entry: &Entry) -> BTreeMap<String, i64> {
    let mut sums = BTreeMap::new();
    for posting in entry.postings() {
        let sum: &mut i64 = sums
            .entry(total_of(posting.account.name(), posting.side))
            .or_default();
        *sum = sum.saturating_add(posting.amount);
    }
    sums
}

/// A wallet as it is kept. There is none until money has moved.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct WalletItem {
    user_id: UserId,
    balances: BTreeMap<CurrencyCode, i64>,
    version: u64,
}

impl Item for WalletItem {
    const TYPE: &'static str = "wallet";

    fn key(&self) -> Key {
        wallet_key(self.user_id)
    }
}

pub(super) fn wallet_partition(user: UserId) -> String {
    format!("wallet#{user}")
}

pub(super) fn wallet_key(user: UserId) -> Key {
    Key::new(wallet_partition(user), "wallet")
}

impl From<&Wallet> for WalletItem {
    fn from(wallet: &Wallet) -> Self {
        Self {
            user_id: wallet.user,
            balances: wallet.balances.clone(),
            version: wallet.version,
        }
    }
}

impl From<WalletItem> for Wallet {
    fn from(item: WalletItem) -> Self {
        Self {
            user: item.user_id,
            version: item.version,
            balances: item.balances,
        }
    }
}

/// A line of a wallet's history.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct LineItem {
    id: WalletTransactionId,
    user_id: UserId,
    number: u64,
    kind: Kind,
    currency: CurrencyCode,
    amount: i64,
    balance_after: i64,
    cause: String,
    at: Timestamp,
}

/// Lines' places start so.
pub(super) const LINES: &str = "line#";

impl Item for LineItem {
    const TYPE: &'static str = "wallet-line";

    fn key(&self) -> Key {
        line_key(self.user_id, self.number)
    }
}

pub(super) fn line_key(user: UserId, number: u64) -> Key {
    Key::new(wallet_partition(user), format!("{LINES}{number:012}"))
}

impl LineItem {
    pub(super) fn of(user: UserId, line: &WalletTransaction) -> Self {
        Self {
            id: line.id,
            user_id: user,
            number: line.number,
            kind: line.kind,
            currency: line.amount.currency,
            amount: line.amount.minor,
            balance_after: line.balance_after.minor,
            cause: line.cause.clone(),
            at: line.at,
        }
    }
}

impl From<LineItem> for WalletTransaction {
    fn from(item: LineItem) -> Self {
        Self {
            id: item.id,
            number: item.number,
            kind: item.kind,
            amount: Money::new(item.amount, item.currency),
            balance_after: Money::new(item.balance_after, item.currency),
            cause: item.cause,
            at: item.at,
        }
    }
}
