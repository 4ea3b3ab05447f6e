//! Changes of what is on hand, with their entries in the ledger.

use std::collections::HashMap;
use std::time::Duration;

use aws::{Condition, Slice, Transaction, Update};
use futures_util::{StreamExt, TryStreamExt, stream};
use kernel::{Sku, Timestamp};

use super::items::{BucketItem, MovementItem, bucket_key, ledger_partition};
use super::{Store, StoreError};
use crate::movement::{Cause, Entry, Lane, Ledger, merged};
use crate::reservation::Part;
use crate::stock::{Bucket, MAX_BUCKETS};

pub(super) const BUCKET: &str = "bucket";
const MOVEMENT: &str = "movement";
/// Ledgers whose last entries are read at once.
const AT_ONCE: usize = 64;

/// How many entries more than a page are read of each bucket: those of stock that only went from
/// one bucket to another are no movement of the SKU.
const SPARE: usize = 10;
/// Entries that are read at once to find a checkpoint, and how often. One in sixty-four is one.
const PIECE: usize = 100;
const PIECES: usize = 50;

/// A change of what is on hand in a bucket.
#[derive(Debug, Clone)]
pub(super) struct Change<'a> {
    pub sku: &'a Sku,
    /// The bucket as it was read.
    pub bucket: &'a Bucket,
    /// Units more that nobody holds.
    pub free: i64,
    /// Units fewer that are held.
    pub unheld: u64,
    /// How many buckets there are now, where that is to be written: this is the first then.
    pub buckets: Option<u8>,
}

/// What may have come between the reading of a bucket and its change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// Anything: the entry in the ledger does not know what is on hand after it.
    Anything,
    /// Holds, which do not change what is on hand: the entry is a checkpoint.
    Holds,
    /// Nothing: the entry is a checkpoint.
    Nothing,
}

/// Changes a bucket and enters that in its ledger.
pub(super) fn moved(
    write: Transaction,
    change: &Change<'_>,
    since: Since,
    cause: &Cause,
    at: Timestamp,
) -> Transaction {
    let Change {
        sku,
        bucket,
        free,
        unheld,
        buckets,
    } = *change;
    let quantity = free - unheld.cast_signed();
    let checkpoint = since != Since::Anything;
    let after = bucket.on_hand().saturating_add_signed(quantity);
    let entry = MovementItem {
        sku: sku.clone(),
        bucket: bucket.number,
        at,
        cause: cause.clone(),
        quantity,
        on_hand_after: checkpoint.then_some(after),
    };
    let write = write.put(MOVEMENT, &entry, Condition::absent());
    if bucket.version == 0 {
        let item = BucketItem {
            sku: sku.clone(),
            bucket: bucket.number,
            free: free.unsigned_abs(),
            reserved: 0,
            version: 2,
            moves: 1,
            fence: at,
            buckets,
        };
        return write.put(BUCKET, &item, Condition::absent());
    }
    let update = Update::new()
        .add("free", free)
        .add("reserved", -unheld.cast_signed())
        .add("version", 2)
        .add("moves", 1)
        .when(unchanged(bucket, since, at));
    let update = if checkpoint || quantity > 0 {
        update.set("fence", at)
    } else {
        update
    };
    let update = match buckets {
        Some(buckets) => update.set("buckets", buckets),
        None => update,
    };
    let update = if free < 0 {
        let enough = Condition::expression("free >= :free").value(":free", free.unsigned_abs());
        update.when(enough)
    } else {
        update
    };
    let update = if unheld > 0 {
        let held = Condition::expression("reserved >= :held").value(":held", unheld);
        update.when(held)
    } else {
        update
    };
    write.update(BUCKET, bucket_key(sku, bucket.number), update)
}

/// That nothing has come to a bucket that must not; and that an entry at this time is later than
/// the fence.
pub(super) fn unchanged(bucket: &Bucket, since: Since, at: Timestamp) -> Condition {
    match since {
        Since::Anything => Condition::expression("fence < :at").value(":at", at),
        Since::Holds => Condition::expression("moves = :moves").value(":moves", bucket.moves),
        Since::Nothing => Condition::version(bucket.version),
    }
}

/// The buckets that parts are of, in the order of the parts.
#[derive(Debug)]
pub struct Touched {
    buckets: Vec<Bucket>,
    /// The times of their last entries, where what is entered is to be a checkpoint.
    newest: Option<Vec<Timestamp>>,
}

/// Changes the buckets that parts are of, those of a SKU at one time.
pub(super) fn moved_all(
    mut write: Transaction,
    parts: &[Part],
    touched: &Touched,
    cause: &Cause,
    now: Timestamp,
    change: impl Fn(&Part) -> (i64, u64),
) -> Transaction {
    let Touched { buckets, newest } = touched;
    let since = if newest.is_some() {
        Since::Holds
    } else {
        Since::Anything
    };
    let mut moments = HashMap::<&Sku, Timestamp>::new();
    for (number, (part, bucket)) in parts.iter().zip(buckets).enumerate() {
        let newest = newest
            .as_ref()
            .and_then(|newest| newest.get(number).copied());
        let at = behind(bucket.fence.max(newest.unwrap_or(Timestamp::MIN)), now);
        let latest = moments.entry(&part.sku).or_insert(at);
        *latest = at.max(*latest);
    }
    for (part, bucket) in parts.iter().zip(buckets) {
        let (free, unheld) = change(part);
        let change = Change {
            sku: &part.sku,
            bucket,
            free,
            unheld,
            buckets: None,
        };
        let at = moments.get(&part.sku).copied().unwrap_or(now);
        write = moved(write, &change, since, cause, at);
    }
    write
}

/// Now, or just behind a time that is not over yet by this clock.
pub(super) fn behind(last: Timestamp, now: Timestamp) -> Timestamp {
    now.max(last.plus(Duration::from_millis(1)))
}

impl Store {
    /// Movements of a SKU that has so many buckets, the newest first, behind a place.
    pub async fn movements(
        &self,
        sku: &Sku,
        buckets: u8,
        behind: Option<&str>,
        limit: usize,
    ) -> Result<Ledger, StoreError> {
        let lanes: Vec<_> = (0..buckets)
            .map(|bucket| self.lane(sku, bucket, behind, limit + SPARE))
            .collect();
        // One after the other in the order of the buckets; at once all the same.
        let lanes = stream::iter(lanes).buffered(usize::from(MAX_BUCKETS));
        Ok(merged(lanes.try_collect().await?, limit))
    }

    /// The buckets of some parts, to be changed; with a checkpoint or without.
    pub async fn touched(&self, parts: &[Part], checkpoint: bool) -> Result<Touched, StoreError> {
        // In this order: an entry that comes between is one more than the bucket knows of.
        let buckets = self.buckets(parts).await?;
        let newest = if checkpoint {
            let places = parts.iter().map(|part| (&part.sku, part.bucket));
            Some(self.newest(places).await?)
        } else {
            None
        };
        Ok(Touched { buckets, newest })
    }

    /// The times of the last entries of some buckets, in their order.
    pub(super) async fn newest(
        &self,
        buckets: impl Iterator<Item = (&Sku, u8)>,
    ) -> Result<Vec<Timestamp>, StoreError> {
        let last = buckets.map(|(sku, bucket)| async move {
            let query = self.table().query(ledger_partition(sku, bucket));
            let query = query.descending().limit(1).consistent();
            let slice: Slice<MovementItem> = query.run().await?;
            let last = slice.items.first().map(|item| item.at);
            Ok::<_, StoreError>(last.unwrap_or(Timestamp::MIN))
        });
        let last: Vec<_> = last.collect();
        stream::iter(last).buffered(AT_ONCE).try_collect().await
    }

    async fn lane(
        &self,
        sku: &Sku,
        bucket: u8,
        before: Option<&str>,
        limit: usize,
    ) -> Result<Lane, StoreError> {
        let query = self.table().query(ledger_partition(sku, bucket));
        let query = match before {
            Some(place) => query.before(place),
            None => query,
        };
        let query = query.descending().consistent();
        let mut entries: Vec<Entry> = Vec::new();
        let mut start = None;
        for piece in 0..PIECES {
            let wanted = if piece == 0 { limit } else { PIECE };
            let query = query.clone().limit(wanted).start(start);
            let slice: Slice<MovementItem> = query.run().await?;
            entries.extend(slice.items.into_iter().map(Entry::from));
            start = slice.last;
            let known = entries.iter().skip(limit.saturating_sub(1));
            if start.is_none() || known.into_iter().any(Entry::is_checkpoint) {
                break;
            }
        }
        Ok(Lane::counted(entries, start.is_some()))
    }
}
