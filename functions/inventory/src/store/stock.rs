//! Reading stock.

use std::collections::{HashMap, HashSet};

use aws::TableError;
use futures_util::{StreamExt, TryStreamExt, stream};
use kernel::{ReservationId, Sku, Timestamp};

use super::items::{
    BucketItem, HeadItem, ReservationItem, Row, bucket_key, bucket_partition, head_key,
    reservation_key, up_to,
};
use super::{Hint, Store, StoreError};
use crate::reservation::{Part, Reservation, State};
use crate::stock::{Bucket, ExpiredHold, Head, Stock};

/// Buckets read at once, of whichever SKUs.
const AT_ONCE: usize = 64;

/// What the partition of a bucket has.
struct Read {
    sku: Sku,
    bucket: Bucket,
    head: Option<Head>,
    holds: Vec<(ExpiredHold, bool)>,
}

impl Store {
    /// The stock of some SKUs at a time, in their order, as the last writes left it; none for a
    /// SKU without a record. All are read at once. A SKU whose number of buckets this process does
    /// not know costs a second round if it has more than one.
    pub async fn stocks(
        &self,
        skus: &[Sku],
        now: Timestamp,
    ) -> Result<Vec<Option<Stock>>, StoreError> {
        let known = |sku: &Sku| self.hint(sku).map_or(1, |hint| hint.buckets);
        let wanted = skus
            .iter()
            .flat_map(|sku| (0..known(sku)).map(move |n| (sku.clone(), n)));
        let wanted: HashSet<(Sku, u8)> = wanted.collect();
        let mut reads = self.read(wanted.iter().cloned().collect(), now).await?;
        let heads = reads.iter().filter_map(|read| read.head.as_ref());
        for head in heads.clone() {
            self.remember(head, now);
        }
        let rest = heads.flat_map(|head| (0..head.buckets).map(|n| (head.sku.clone(), n)));
        let rest = rest.filter(|place| !wanted.contains(place));
        let rest: HashSet<(Sku, u8)> = rest.collect();
        reads.extend(self.read(rest.into_iter().collect(), now).await?);
        let sold = self.sold(&reads).await?;
        let mut found = HashMap::<Sku, Vec<Read>>::new();
        for mut read in reads {
            read.holds
                .retain(|(hold, _)| !sold.contains(&hold.reservation));
            found.entry(read.sku.clone()).or_default().push(read);
        }
        let stocks: HashMap<Sku, Stock> = found
            .into_iter()
            .filter_map(|(sku, reads)| Some((sku, assembled(reads)?)))
            .collect();
        Ok(skus.iter().map(|sku| stocks.get(sku).cloned()).collect())
    }

    /// The stock of one SKU.
    pub async fn stock(&self, sku: &Sku, now: Timestamp) -> Result<Option<Stock>, StoreError> {
        let mut stocks = self.stocks(std::slice::from_ref(sku), now).await?;
        Ok(stocks.pop().flatten())
    }

    /// What was known of some SKUs a moment ago; of those that were not heard of for a while, it is
    /// read. SKUs without a record are left out.
    pub async fn hints(
        &self,
        skus: impl Iterator<Item = &Sku>,
        now: Timestamp,
    ) -> Result<HashMap<Sku, Hint>, StoreError> {
        let mut hints = HashMap::new();
        let mut unknown = Vec::new();
        for sku in skus {
            match self.hint(sku).filter(|hint| hint.is_fresh(now)) {
                Some(hint) => {
                    hints.insert(sku.clone(), hint);
                }
                None => unknown.push(head_key(sku)),
            }
        }
        if unknown.is_empty() {
            return Ok(hints);
        }
        let heads: Vec<HeadItem> = self.table().batch_get(&unknown).await?;
        for head in heads.into_iter().map(Head::from) {
            self.remember(&head, now);
            hints.extend(self.hint(&head.sku).map(|hint| (head.sku, hint)));
        }
        Ok(hints)
    }

    /// The buckets that parts are of, in their order.
    pub async fn buckets(&self, parts: &[Part]) -> Result<Vec<Bucket>, StoreError> {
        let keys = parts.iter().map(|part| bucket_key(&part.sku, part.bucket));
        let keys: Vec<_> = keys.collect();
        let items: Vec<BucketItem> = self.table().batch_get(&keys).await?;
        if items.len() != parts.len() {
            // A bucket is never taken away.
            return Err(TableError::Corrupt("a part of a bucket that is not there".into()).into());
        }
        Ok(items.into_iter().map(Bucket::from).collect())
    }

    /// Whether every bucket of some stocks is what it was when it was read.
    pub async fn is_unchanged(
        &self,
        stocks: impl Iterator<Item = &Stock>,
    ) -> Result<bool, StoreError> {
        let mut keys = Vec::new();
        let mut versions = Vec::new();
        for stock in stocks {
            for bucket in &stock.buckets {
                keys.push(bucket_key(&stock.head.sku, bucket.number));
                versions.push(bucket.version);
            }
        }
        let items: Vec<BucketItem> = self.table().batch_get(&keys).await?;
        Ok(items.iter().map(|item| item.version).eq(versions))
    }

    async fn read(&self, buckets: Vec<(Sku, u8)>, now: Timestamp) -> Result<Vec<Read>, StoreError> {
        let reads: Vec<_> = buckets
            .into_iter()
            .map(|(sku, bucket)| self.read_bucket(sku, bucket, now))
            .collect();
        let reads = stream::iter(reads).buffer_unordered(AT_ONCE);
        let reads: Vec<Option<Read>> = reads.try_collect().await?;
        Ok(reads.into_iter().flatten().collect())
    }

    async fn read_bucket(
        &self,
        sku: Sku,
        bucket: u8,
        now: Timestamp,
    ) -> Result<Option<Read>, StoreError> {
        let (first, last) = up_to(now);
        let query = self.table().query(bucket_partition(&sku, bucket));
        let rows = query.between(first, last).consistent();
        let (mut found, mut head, mut holds) = (None, None, Vec::new());
        for row in rows.project::<Row>().await?.items {
            match row {
                Row::Bucket(item) => found = Some(Bucket::from(item)),
                Row::Head(item) => head = Some(Head::from(item)),
                Row::Hold(item) => {
                    let large = item.large;
                    holds.push((ExpiredHold::from(item), large));
                }
            }
        }
        Ok(found.map(|bucket| Read {
            sku,
            bucket,
            head,
            holds,
        }))
    }

    /// Of large reservations whose holds were read, those that are sold: their holds go after the
    /// sale, and one that stands for a moment holds nothing.
    async fn sold(&self, reads: &[Read]) -> Result<HashSet<ReservationId>, StoreError> {
        let holds = reads.iter().flat_map(|read| &read.holds);
        let large = holds.filter(|(_, large)| *large);
        let keys = large.map(|(hold, _)| reservation_key(hold.reservation));
        let keys: Vec<_> = keys.collect();
        if keys.is_empty() {
            return Ok(HashSet::new());
        }
        let items: Vec<ReservationItem> = self.table().batch_get(&keys).await?;
        let reservations = items.into_iter().map(Reservation::from);
        let sold = reservations.filter(|reservation| reservation.state == State::Committed);
        Ok(sold.map(|reservation| reservation.id).collect())
    }
}

/// The stock that the buckets of a SKU are; none without its head.
fn assembled(mut reads: Vec<Read>) -> Option<Stock> {
    reads.sort_by_key(|read| read.bucket.number);
    let head = reads.iter().find_map(|read| read.head.clone())?;
    let holds = reads.iter().flat_map(|read| read.holds.iter());
    let expired = holds.map(|(hold, _)| hold.clone()).collect();
    Some(Stock {
        head,
        expired,
        buckets: reads.into_iter().map(|read| read.bucket).collect(),
    })
}
