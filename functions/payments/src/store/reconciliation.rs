//! What reconciliation keeps: how far it has come, the entries that it has yet to find in the
//! processor's books, and the differences.

use std::collections::HashMap;

use aws::{Condition, Item, Key, Transaction};
use futures_util::{StreamExt, TryStreamExt, stream};
use kernel::{Limit, Money, Timestamp};
use serde::{Deserialize, Serialize};

use super::standing::{Standing, sortable};
use super::{Store, StoreError};
use crate::ledger::{Entry, EntryId};
use crate::reconciliation::{AGAIN, Awaited, Difference, DifferenceKind, LAG};

const AWAITED: &str = "awaited";
/// Partitions of the differences.
const SHARDS: u8 = 4;

/// How far the processor's books were read.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct ProgressItem {
    through: Timestamp,
}

impl Item for ProgressItem {
    const TYPE: &'static str = "reconciliation";

    fn key(&self) -> Key {
        progress_key()
    }
}

fn progress_key() -> Key {
    Key::new("reconciliation", "progress")
}

/// An entry that is to be found in the processor's books. It is written with the entry, and goes
/// when it was found.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct AwaitedItem {
    entry: EntryId,
    cause: String,
    amount: Money,
    at: Timestamp,
    #[serde(flatten)]
    standing: Standing,
}

impl Item for AwaitedItem {
    const TYPE: &'static str = "awaited";

    fn key(&self) -> Key {
        awaited_key(self.entry)
    }
}

fn awaited_key(entry: EntryId) -> Key {
    Key::new(format!("{AWAITED}#{entry}"), "awaited")
}

impl AwaitedItem {
    fn of(awaited: &Awaited, until: Timestamp) -> Self {
        let (id, text) = (awaited.entry.uuid().as_u128(), awaited.entry.to_string());
        Self {
            entry: awaited.entry,
            cause: awaited.cause.clone(),
            amount: awaited.amount,
            at: awaited.at,
            standing: Standing::of(AWAITED, id, &text, Some(until)),
        }
    }
}

impl From<AwaitedItem> for Awaited {
    fn from(item: AwaitedItem) -> Self {
        Self {
            entry: item.entry,
            cause: item.cause,
            amount: item.amount,
            at: item.at,
        }
    }
}

/// A difference as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct DifferenceItem {
    subject: String,
    kind: DifferenceKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    ledger: Money,
    processor: Money,
    moved_at: Timestamp,
    found_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    resolved_at: Option<Timestamp>,
}

impl Item for DifferenceItem {
    const TYPE: &'static str = "difference";

    fn key(&self) -> Key {
        difference_key(self.moved_at, &self.subject)
    }
}

fn difference_key(moved_at: Timestamp, subject: &str) -> Key {
    let sum: u32 = subject.bytes().map(u32::from).sum();
    let shard = (sum % u32::from(SHARDS)) as u8;
    Key::new(differences(shard), difference_place(moved_at, subject))
}

fn differences(shard: u8) -> String {
    format!("differences#{shard}")
}

/// The place of a difference in the order of when the money moved.
fn difference_place(moved_at: Timestamp, subject: &str) -> String {
    format!("{}#{subject}", sortable(moved_at))
}

impl From<&Difference> for DifferenceItem {
    fn from(difference: &Difference) -> Self {
        Self {
            subject: difference.subject.clone(),
            kind: difference.kind,
            reference: difference.reference.clone(),
            ledger: difference.ledger,
            processor: difference.processor,
            moved_at: difference.moved_at,
            found_at: difference.found_at,
            resolved_at: difference.resolved_at,
        }
    }
}

impl From<DifferenceItem> for Difference {
    fn from(item: DifferenceItem) -> Self {
        Self {
            subject: item.subject,
            kind: item.kind,
            reference: item.reference,
            ledger: item.ledger,
            processor: item.processor,
            moved_at: item.moved_at,
            found_at: item.found_at,
            resolved_at: item.resolved_at,
        }
    }
}

/// Adds to the transaction that posts an entry that it is to be found in the processor's books,
/// where the processor has a part in it.
pub(super) fn await_movement(transaction: Transaction, entry: &Entry) -> Transaction {
    match Awaited::of(entry) {
        Some(awaited) => {
            let item = AwaitedItem::of(&awaited, awaited.at.plus(LAG));
            transaction.put(AWAITED, &item, Condition::absent())
        }
        None => transaction,
    }
}

impl Store {
    /// How far the processor's books were read; none before the first time.
    pub async fn reconciled_through(&self) -> Result<Option<Timestamp>, StoreError> {
        let item: Option<ProgressItem> = self.table.get(progress_key()).await?;
        Ok(item.map(|item| item.through))
    }

    /// Notes how far the processor's books were read.
    pub async fn set_reconciled_through(&self, through: Timestamp) -> Result<(), StoreError> {
        let item = ProgressItem { through };
        Ok(self.table.put(&item, Condition::none()).await?)
    }

    /// Notes that an entry was found in the processor's books.
    pub async fn found_at_processor(&self, entry: EntryId) -> Result<(), StoreError> {
        let found = self.table.delete(awaited_key(entry), Condition::none());
        Ok(found.await?)
    }

    /// Those of these entries that are yet to be found.
    pub async fn awaited(&self, ids: &[EntryId]) -> Result<Vec<EntryId>, StoreError> {
        let items = self.awaited_items(ids).await?;
        Ok(items.into_iter().map(|item| item.entry).collect())
    }

    /// Entries that should have been found by now.
    pub async fn overdue_entries(&self, now: Timestamp) -> Result<Vec<Awaited>, StoreError> {
        let ids = self.standing(AWAITED, now).await?;
        let ids: Vec<_> = ids.iter().filter_map(|id| id.parse().ok()).collect();
        let items = self.awaited_items(&ids).await?;
        Ok(items.into_iter().map(Awaited::from).collect())
    }

    async fn awaited_items(&self, ids: &[EntryId]) -> Result<Vec<AwaitedItem>, StoreError> {
        let keys: Vec<_> = ids.iter().map(|id| awaited_key(*id)).collect();
        Ok(self.table.batch_get(&keys).await?)
    }

    /// Lets an entry that was not found wait for another while.
    pub async fn await_again(&self, awaited: &Awaited, now: Timestamp) -> Result<(), StoreError> {
        let item = AwaitedItem::of(awaited, now.plus(AGAIN));
        match self.table.put(&item, Condition::present()).await {
            // It was found meanwhile.
            Err(error) if error.is_refused() => Ok(()),
            outcome => Ok(outcome?),
        }
    }

    /// The differences, by their subjects, that are open of those that would be kept of these moments
    /// and subjects.
    pub async fn open_differences(
        &self,
        places: &[(Timestamp, String)],
    ) -> Result<HashMap<String, Difference>, StoreError> {
        let keys = places
            .iter()
            .map(|(moved_at, subject)| difference_key(*moved_at, subject));
        let keys: Vec<_> = keys.collect();
        let items: Vec<DifferenceItem> = self.table.batch_get(&keys).await?;
        let open = items.into_iter().filter(|item| item.resolved_at.is_none());
        Ok(open
            .map(|item| (item.subject.clone(), item.into()))
            .collect())
    }

    /// Keeps a difference, once however often it is found; whether it is a new one.
    pub async fn keep_difference(&self, difference: &Difference) -> Result<bool, StoreError> {
        let item = DifferenceItem::from(difference);
        match self.table.put(&item, Condition::absent()).await {
            Ok(()) => Ok(true),
            Err(error) if error.is_refused() => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Writes down that a difference is gone.
    pub async fn resolve_difference(
        &self,
        difference: &Difference,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let resolved = Difference {
            resolved_at: Some(at),
            ..difference.clone()
        };
        let item = DifferenceItem::from(&resolved);
        Ok(self.table.put(&item, Condition::present()).await?)
    }

    /// Differences, those of which the money moved last first, before a place.
    pub async fn differences(
        &self,
        before: Option<&str>,
        limit: Limit,
    ) -> Result<(Vec<Difference>, Option<String>), StoreError> {
        let shards = stream::iter(0..SHARDS).map(|shard| async move {
            let query = self.table.query(differences(shard)).consistent();
            let query = match before {
                Some(place) => query.before(place),
                None => query,
            };
            let query = query.descending().limit(limit.as_usize());
            query.run::<DifferenceItem>().await
        });
        let slices: Vec<_> = shards.buffer_unordered(SHARDS.into()).try_collect().await?;
        let unread = slices.iter().any(|slice| slice.last.is_some());
        let mut found: Vec<_> = slices.into_iter().flat_map(|slice| slice.items).collect();
        found.sort_by_cached_key(|item| std::cmp::Reverse(item.key().sk));
        let more = unread || found.len() > limit.as_usize();
        found.truncate(limit.as_usize());
        let next = found.last().filter(|_| more).map(|last| last.key().sk);
        Ok((found.into_iter().map(Difference::from).collect(), next))
    }
}
