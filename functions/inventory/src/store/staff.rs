//! What staff change of a SKU's stock.

use aws::{Answered, Condition, Transaction, Update};
use kernel::{Sku, Timestamp};

use super::items::{BucketItem, HeadItem, bucket_key};
use super::movements::{BUCKET, Change, Since, behind, moved, unchanged};
use super::{Store, StoreError};
use crate::movement::Cause;
use crate::stock::{Head, Stock};

const HEAD: &str = "head";

/// What staff have decided of a SKU.
#[derive(Debug)]
pub struct StaffChange<'a> {
    /// The stock as it was read, with buckets and a head of version 0 where some are to be made.
    pub before: &'a Stock,
    /// By how much what is free in each bucket changes.
    pub changes: &'a [i64],
    /// What the ledger says of it.
    pub cause: &'a Cause,
    /// What may have come since it was read.
    pub since: Since,
    /// The stock as it will be.
    pub after: &'a Stock,
}

impl Store {
    /// Changes a SKU as staff have decided.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when more has come since it was read than may have, in whichever
    /// bucket; or when there is too little to be taken.
    pub async fn decide(
        &self,
        change: &StaffChange<'_>,
        answered: &Answered<Stock>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let StaffChange {
            before,
            after,
            since,
            ..
        } = *change;
        let sku = &after.head.sku;
        // A change of the units alone leaves the head to others.
        let mut write = if before.head == after.head {
            self.table().transaction()
        } else {
            self.put_head(&before.head, &after.head)
        };
        let buckets = before.buckets.iter().zip(change.changes);
        let touched = buckets.clone().filter(|(_, free)| **free != 0);
        let places = touched.clone().map(|(bucket, _)| (sku, bucket.number));
        let newest = match since {
            Since::Anything => Vec::new(),
            Since::Holds | Since::Nothing => self.newest(places).await?,
        };
        let fences = touched.map(|(bucket, _)| bucket.fence);
        let at = newest.into_iter().chain(fences).max();
        let at = at.map_or(now, |last| behind(last, now));
        let grown = before.head.buckets != after.head.buckets;
        for (bucket, &free) in buckets {
            let tells = bucket.number == 0 && (grown || bucket.version == 0);
            let buckets = tells.then_some(after.head.buckets);
            let key = bucket_key(sku, bucket.number);
            write = match (free, bucket.version, buckets) {
                (0, 0, _) => {
                    let empty = empty(sku, bucket.number, buckets);
                    write.put(BUCKET, &empty, Condition::absent())
                }
                (0, _, Some(buckets)) => {
                    let told = Update::new().set("buckets", buckets);
                    write.update(BUCKET, key, told.when(unchanged(bucket, since, at)))
                }
                (0, _, None) if since == Since::Anything => write,
                (0, _, None) => write.check(BUCKET, key, unchanged(bucket, since, at)),
                (free, _, _) => {
                    let entry = Change {
                        sku,
                        bucket,
                        free,
                        unheld: 0,
                        buckets,
                    };
                    moved(write, &entry, since, change.cause, at)
                }
            };
        }
        write.once(answered, after).commit().await?;
        self.remember(&after.head, now);
        Ok(())
    }

    /// Makes the record of a SKU with nothing in it.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when there is one.
    pub async fn create(&self, head: &Head) -> Result<(), StoreError> {
        let none = Head::new(head.sku.clone());
        let write = self.put_head(&none, head);
        let first = empty(&head.sku, 0, Some(head.buckets));
        let write = write.put(BUCKET, &first, Condition::absent());
        Ok(write.commit().await?)
    }

    /// Writes a head in place of what it was; one of version 0 was not there.
    pub(super) fn put_head(&self, before: &Head, after: &Head) -> Transaction {
        let unchanged = match before.version {
            0 => Condition::absent(),
            version => Condition::version(version),
        };
        let item = HeadItem::from(after);
        self.table().transaction().put(HEAD, &item, unchanged)
    }
}

fn empty(sku: &Sku, bucket: u8, buckets: Option<u8>) -> BucketItem {
    BucketItem {
        sku: sku.clone(),
        bucket,
        free: 0,
        reserved: 0,
        version: 2,
        moves: 0,
        fence: Timestamp::MIN,
        buckets,
    }
}
