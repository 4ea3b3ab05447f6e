//! Posting entries, and reading what they have come to.

use std::collections::BTreeMap;

use aws::{Condition, Position, Transaction, TransactionError, Update, decode};
use futures_util::{StreamExt, TryStreamExt, stream};
use kernel::{CurrencyCode, Limit, UserId};

use super::ledger_items::{
    JournalItem, LINES, LineItem, SHARDS, TotalsItem, WalletItem, additions, journal_key,
    journal_partition, line_key, shard, totals_key, totals_partition, wallet_key, wallet_partition,
};
use super::reconciliation::await_movement;
use super::{Store, StoreError};
use crate::ledger::{Books, Day, Entry, EntryId, Sums, Wallet, WalletError, WalletTransaction};
use crate::retry::Tries;

const ENTRY: &str = "entry";
const TOTALS: &str = "totals";
const WALLET: &str = "wallet";
const LINE: &str = "wallet-line";
/// Queries at once.
const AT_ONCE: usize = 8;
/// Entries that are read at once.
const PAGE: usize = 500;
/// An entry's day is its cause's, which may be some days before the entry that began the totals.
const BEFORE_THE_FIRST: i64 = 7;

/// Why an entry was not posted.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    /// It was posted before: its cause has done this already.
    #[error("the entry was posted before")]
    AlreadyPosted,
    /// The wallet does not allow it.
    #[error(transparent)]
    Wallet(#[from] WalletError),
    /// What was to be written with it was refused; the names are its writer's.
    #[error(transparent)]
    Refused(TransactionError),
    /// Others have changed the wallet each time it was tried.
    #[error("the wallet was changed by others each time it was tried")]
    Busy,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    /// Posts an entry: its line in the journal, the totals, and the wallet with its line where it
    /// has one. `with` adds what is to be written together with it, such as the state of a
    /// payment, an event and the answer; it is called again for each try, since the wallet may be
    /// another by then.
    ///
    /// # Errors
    /// It was posted before; there is not enough in the wallet; what `with` added was refused.
    pub async fn post(
        &self,
        entry: &Entry,
        with: impl Fn(Transaction, Option<&WalletTransaction>) -> Transaction,
    ) -> Result<Option<WalletTransaction>, PostError> {
        let mut tries = Tries::default();
        loop {
            let line = self.line_of(entry).await?;
            let posting = self.posting(entry, line.as_ref());
            let line = line.map(|(_, line)| line);
            let Err(error) = with(posting, line.as_ref()).commit().await else {
                return Ok(line);
            };
            if error.refused(ENTRY) {
                return Err(PostError::AlreadyPosted);
            }
            let TransactionError::Refused(refusals) = &error else {
                return Err(StoreError::from(error).into());
            };
            let of_wallet = |name: &str| name == WALLET || name == LINE;
            if !refusals.iter().all(|refusal| of_wallet(refusal.name)) {
                return Err(PostError::Refused(error));
            }
            // Whoever comes too late is told at once.
            if let Some(wallet) = error.refusal(WALLET).and_then(|it| it.item.clone()) {
                Wallet::from(decode::<WalletItem>(wallet).map_err(StoreError::from)?)
                    .after(entry)?;
            }
            if !tries.wait().await {
                return Err(PostError::Busy);
            }
        }
    }

    /// The wallet after an entry, and the line that it makes there. An entry that was posted before
    /// may no longer fit the wallet, so that is found out first.
    async fn line_of(
        &self,
        entry: &Entry,
    ) -> Result<Option<(Wallet, WalletTransaction)>, PostError> {
        let Some(change) = entry.wallet_change() else {
            return Ok(None);
        };
        let wallet = self.wallet(change.user).await?;
        match wallet.after(entry) {
            Ok(after) => Ok(Some(after)),
            Err(error) => match self.entry(entry.id()).await? {
                Some(_) => Err(PostError::AlreadyPosted),
                None => Err(error.into()),
            },
        }
    }

    fn posting(&self, entry: &Entry, line: Option<&(Wallet, WalletTransaction)>) -> Transaction {
        let shard = shard(entry.id());
        let number = line.map(|(_, line)| line.number);
        let since = entry.id().made_at().map_or(Day::of(entry.at()), Day::of);
        let mut totals = Update::new()
            .making::<TotalsItem>()
            .set_if_absent("shard", shard)
            .set_if_absent("currency", entry.currency())
            .set_if_absent("since", since.number());
        for (attribute, amount) in additions(entry) {
            totals = totals.add(&attribute, amount);
        }
        let transaction = self
            .table
            .transaction()
            .put(ENTRY, &JournalItem::of(entry, number), Condition::absent())
            .update(TOTALS, totals_key(shard, entry.currency()), totals);
        let transaction = await_movement(transaction, entry);
        let Some((wallet, line)) = line else {
            return transaction;
        };
        // The version is the one that was read, so the balance is what was read, and enough.
        let unchanged = match wallet.version {
            1 => Condition::absent(),
            version => Condition::version(version - 1),
        };
        transaction
            .put(WALLET, &WalletItem::from(wallet), unchanged)
            .put(LINE, &LineItem::of(wallet.user, line), Condition::absent())
    }

    /// A user's wallet.
    pub async fn wallet(&self, user: UserId) -> Result<Wallet, StoreError> {
        let item: Option<WalletItem> = self.table.get(wallet_key(user)).await?;
        Ok(item.map_or_else(|| Wallet::empty(user), Wallet::from))
    }

    /// The history of a user's wallet, the last first, before the line of a number.
    pub async fn wallet_lines(
        &self,
        user: UserId,
        before: Option<u64>,
        limit: Limit,
    ) -> Result<(Vec<WalletTransaction>, Option<u64>), StoreError> {
        let query = self.table.query(wallet_partition(user));
        let query = match before {
            None => query.prefix(LINES),
            Some(number) => query.between(LINES, line_key(user, number.saturating_sub(1)).sk),
        };
        let slice = query
            .descending()
            .limit(limit.as_usize())
            .consistent()
            .run::<LineItem>()
            .await?;
        let more = slice.last.is_some();
        let lines: Vec<_> = slice
            .items
            .into_iter()
            .map(WalletTransaction::from)
            .collect();
        let next = lines.last().map(|line| line.number).filter(|_| more);
        Ok((lines, next))
    }

    /// An entry, where it was posted.
    pub async fn entry(&self, id: EntryId) -> Result<Option<Entry>, StoreError> {
        let item: Option<JournalItem> = self.table.get(journal_key(id)).await?;
        Ok(item.map(JournalItem::entry).transpose()?)
    }

    /// Those of these entries that were posted.
    pub async fn entries(&self, ids: &[EntryId]) -> Result<Vec<Entry>, StoreError> {
        let keys: Vec<_> = ids.iter().map(|id| journal_key(*id)).collect();
        let items: Vec<JournalItem> = self.table.batch_get(&keys).await?;
        let entries = items.into_iter().map(JournalItem::entry);
        Ok(entries.collect::<Result<_, _>>()?)
    }

    /// The line that a posted entry made in a wallet.
    pub async fn wallet_line(
        &self,
        user: UserId,
        entry: EntryId,
    ) -> Result<Option<WalletTransaction>, StoreError> {
        let item: Option<JournalItem> = self.table.get(journal_key(entry)).await?;
        let Some(number) = item.and_then(|item| item.line) else {
            return Ok(None);
        };
        let line: Option<LineItem> = self.table.get(line_key(user, number)).await?;
        Ok(line.map(WalletTransaction::from))
    }

    /// What the totals say, and the first day that has an entry. Each shard is read as one entry
    /// or another left it, so debits and credits agree at every moment.
    pub async fn totals(&self) -> Result<(Books, Option<Day>), StoreError> {
        let shards = stream::iter(0..SHARDS).map(|shard| async move {
            let query = self.table.query(totals_partition(shard)).consistent();
            query.run::<TotalsItem>().await
        });
        let shards: Vec<_> = shards.buffer_unordered(AT_ONCE).try_collect().await?;
        let mut books = Books::default();
        let mut since: Option<i64> = None;
        for totals in shards.iter().flat_map(|slice| &slice.items) {
            totals.add_to(&mut books);
            since = Some(since.map_or(totals.since, |since| since.min(totals.since)));
        }
        let first = since.map(|since| Day::from_number(since).plus(-BEFORE_THE_FIRST));
        Ok((books, first))
    }

    /// Writes the totals of a shard anew.
    pub(crate) async fn put_totals(
        &self,
        shard: u8,
        currency: CurrencyCode,
        since: Day,
        accounts: &BTreeMap<&'static str, Sums>,
    ) -> Result<(), StoreError> {
        let totals = TotalsItem::of(shard, currency, since, accounts)?;
        Ok(self.table.put(&totals, Condition::none()).await?)
    }

    /// Writes the balances of a wallet anew. Its version is the number of its last line.
    pub(crate) async fn put_wallet(
        &self,
        user: UserId,
        balances: BTreeMap<CurrencyCode, i64>,
    ) -> Result<(), StoreError> {
        let last = self.table.query(wallet_partition(user)).prefix(LINES);
        let last = last.descending().limit(1).consistent().run::<LineItem>();
        let last = last.await?.items.pop().map(WalletTransaction::from);
        let wallet = Wallet {
            user,
            version: last.map_or(0, |line| line.number),
            balances,
        };
        let item = WalletItem::from(&wallet);
        Ok(self.table.put(&item, Condition::none()).await?)
    }

    /// Some entries of a day in a shard, after a place.
    pub async fn journal(
        &self,
        day: Day,
        shard: u8,
        after: Option<Position>,
    ) -> Result<(Vec<Entry>, Option<Position>), StoreError> {
        let query = self.table.query(journal_partition(day, shard)).consistent();
        let slice = query.start(after).limit(PAGE).run::<JournalItem>().await?;
        let entries = slice.items.into_iter().map(JournalItem::entry);
        Ok((entries.collect::<Result<_, _>>()?, slice.last))
    }
}
