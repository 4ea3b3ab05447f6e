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
use crate::reservation::{Part, Reservation, State, Units};
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

impl Read {
    /// Units of it that can be had.
    fn available(&self) -> u64 {
        let ended = self.holds.iter().map(|(hold, _)| hold.quantity);
        self.bucket.free + ended.sum::<u64>()
    }
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
        let mut found = HashMap::<Sku, Vec<Read>>::new();
        for read in reads {
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

    /// How many units of some SKUs can be had at a time: exactly as many as there are, or, where there
    /// are as many as are wanted, perhaps more than this says. SKUs without a record are left out.
    ///
    /// The buckets of all are read in one call, and that is all there is to it where nobody holds
    /// anything, or enough is free. A bucket of which something is held may have ended holds besides:
    /// it is read again, together with them, so that one which is taken away meanwhile is not counted
    /// both as ended and as free.
    pub async fn available(
        &self,
        wanted: &Units,
        now: Timestamp,
    ) -> Result<HashMap<Sku, u64>, StoreError> {
        let buckets = self.every_bucket(wanted).await?;
        let mut free = HashMap::<Sku, u64>::new();
        for bucket in &buckets {
            *free.entry(bucket.sku.clone()).or_default() += bucket.free;
        }
        let is_exact = |bucket: &BucketItem| {
            bucket.reserved == 0 || free.get(&bucket.sku) >= wanted.get(&bucket.sku)
        };
        let (exact, doubtful): (Vec<_>, Vec<_>) = buckets.into_iter().partition(is_exact);
        let places = doubtful.into_iter().map(|it| (it.sku, it.bucket));
        let reads = self.read(places.collect(), now).await?;
        let exact = exact.into_iter().map(|it| (it.sku, it.free));
        let read = reads
            .into_iter()
            .map(|read| (read.sku.clone(), read.available()));
        let mut available = HashMap::<Sku, u64>::new();
        for (sku, units) in exact.chain(read) {
            *available.entry(sku).or_default() += units;
        }
        Ok(available)
    }

    /// Every bucket of some SKUs, in one call. The first of a SKU says how many there are; where that
    /// is more than this process knew, a second call reads the others.
    async fn every_bucket(&self, skus: &Units) -> Result<Vec<BucketItem>, StoreError> {
        let known = skus.keys().map(|sku| {
            let hint = self.hint(sku);
            (sku, hint.map_or(1, |hint| hint.buckets))
        });
        let known: HashMap<&Sku, u8> = known.collect();
        let keys = known
            .iter()
            .flat_map(|(sku, &count)| (0..count).map(|number| bucket_key(sku, number)));
        let keys: Vec<_> = keys.collect();
        let mut found: Vec<BucketItem> = self.table().batch_get(&keys).await?;
        let mut rest = Vec::new();
        for item in &found {
            let (Some(&known), Some(count)) = (known.get(&item.sku), item.buckets) else {
                continue;
            };
            if count > known {
                rest.extend((known..count).map(|number| bucket_key(&item.sku, number)));
                self.remember_buckets(&item.sku, count);
            }
        }
        let rest: Vec<BucketItem> = self.table().batch_get(&rest).await?;
        found.extend(rest);
        Ok(found)
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

    /// Buckets, each with the holds in it that have ended.
    async fn read(&self, buckets: Vec<(Sku, u8)>, now: Timestamp) -> Result<Vec<Read>, StoreError> {
        let reads: Vec<_> = buckets
            .into_iter()
            .map(|(sku, bucket)| self.read_bucket(sku, bucket, now))
            .collect();
        let reads = stream::iter(reads).buffer_unordered(AT_ONCE);
        let reads: Vec<Option<Read>> = reads.try_collect().await?;
        let mut reads: Vec<Read> = reads.into_iter().flatten().collect();
        let sold = self.sold(&reads).await?;
        for read in &mut reads {
            read.holds
                .retain(|(hold, _)| !sold.contains(&hold.reservation));
        }
        Ok(reads)
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
