//! Changes of what is on hand, with their entries in the ledger.

use std::collections::HashMap;

use aws::{Condition, Slice, Transaction, Update};
use futures_util::{StreamExt, TryStreamExt, stream};
use kernel::{Sku, Timestamp};

use super::items::{BucketItem, MovementItem, bucket_key, ledger_partition};
use super::{Store, StoreError};
use crate::movement::{Cause, Lane, Ledger, merged};
use crate::reservation::Part;
use crate::stock::{Bucket, MAX_BUCKETS};

pub(super) const BUCKET: &str = "bucket";
const MOVEMENT: &str = "movement";

/// How many entries more than a page are read of each bucket: those of stock that only went from
/// one bucket to another are no movement of the SKU.
const SPARE: usize = 10;

/// A change of what is on hand in a bucket.
#[derive(Debug, Clone)]
pub(super) struct Change<'a> {
    pub sku: &'a Sku,
    /// The bucket as it was read; no movement may have come between.
    pub bucket: &'a Bucket,
    /// Units more that nobody holds.
    pub free: i64,
    /// Units fewer that are held.
    pub unheld: u64,
    /// Not even a hold may have come between.
    pub exactly: bool,
}

/// When a movement is entered: later than the last one of any bucket it is in.
pub(super) fn moment<'a>(buckets: impl Iterator<Item = &'a Bucket>, now: Timestamp) -> Timestamp {
    let last = buckets.map(|bucket| bucket.moved_at).max();
    last.map_or(now, |last| {
        now.max(last.plus(std::time::Duration::from_millis(1)))
    })
}

/// Changes a bucket and enters that in its ledger. The number of its movements is what it was when
/// it was read, and so what is on hand is, too: holds do not change that.
pub(super) fn moved(
    write: Transaction,
    change: &Change<'_>,
    cause: &Cause,
    at: Timestamp,
) -> Transaction {
    let Change {
        sku,
        bucket,
        free,
        unheld,
        exactly,
    } = *change;
    let quantity = free - unheld.cast_signed();
    let on_hand_after = bucket.on_hand().cast_signed() + quantity;
    let mut same = Condition::expression("moves = :moves").value(":moves", bucket.moves);
    if exactly {
        same = same.and(Condition::version(bucket.version));
    }
    if free < 0 {
        let enough = Condition::expression("free >= :free").value(":free", free.unsigned_abs());
        same = same.and(enough);
    }
    if unheld > 0 {
        let held = Condition::expression("reserved >= :held").value(":held", unheld);
        same = same.and(held);
    }
    let key = bucket_key(sku, bucket.number);
    let write = if bucket.version == 0 {
        let item = BucketItem {
            sku: sku.clone(),
            bucket: bucket.number,
            free: free.unsigned_abs(),
            reserved: 0,
            version: 2,
            moves: 1,
            moved_at: at,
        };
        write.put(BUCKET, &item, Condition::absent())
    } else {
        let update = Update::new()
            .add("free", free)
            .add("reserved", -unheld.cast_signed())
            .add("version", 2)
            .add("moves", 1)
            .set("moved_at", at)
            .when(same);
        write.update(BUCKET, key, update)
    };
    let entry = MovementItem {
        sku: sku.clone(),
        bucket: bucket.number,
        at,
        cause: cause.clone(),
        quantity,
        on_hand_after: on_hand_after.unsigned_abs(),
    };
    write.put(MOVEMENT, &entry, Condition::absent())
}

/// Changes the buckets that parts are of, each SKU's at a moment of its own; `buckets` are those of
/// the parts, in their order.
pub(super) fn moved_all(
    mut write: Transaction,
    parts: &[Part],
    buckets: &[Bucket],
    cause: &Cause,
    now: Timestamp,
    change: impl Fn(&Part) -> (i64, u64),
) -> Transaction {
    let mut moments = HashMap::<&Sku, Timestamp>::new();
    for (part, bucket) in parts.iter().zip(buckets) {
        let at = moment(std::iter::once(bucket), now);
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
            exactly: false,
        };
        let at = moments.get(&part.sku).copied().unwrap_or(now);
        write = moved(write, &change, cause, at);
    }
    write
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

    async fn lane(
        &self,
        sku: &Sku,
        bucket: u8,
        behind: Option<&str>,
        limit: usize,
    ) -> Result<Lane, StoreError> {
        let query = self.table().query(ledger_partition(sku, bucket));
        let query = match behind {
            Some(place) => query.before(place),
            None => query,
        };
        let query = query.descending().limit(limit).consistent();
        let slice: Slice<MovementItem> = query.run().await?;
        Ok(Lane {
            entries: slice.items.into_iter().map(Into::into).collect(),
            more: slice.last.is_some(),
        })
    }
}
