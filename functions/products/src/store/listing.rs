//! Reading lists of products off the indexes.

use aws::Slice;
use futures_util::{StreamExt, TryStreamExt, stream};
use kernel::{CategoryId, ProductId};
use manifest::Index;
use manifest::resources::PRODUCTS;

use super::product_items::{Listed, SHARDS, brand_partition, category_partition, shop_partition};
use super::{Store, StoreError};
use crate::listing::{By, Entry, Found, Listing, Merge, Next, Reading, SEPARATOR, Scope};
use crate::product::Status;

/// Queries at once.
const AT_ONCE: usize = 16;
/// Products of one page of a sweep.
const SWEPT: usize = 400;
/// What a lane reads at least and at most in one round.
const LANE: std::ops::RangeInclusive<usize> = 4..=500;

impl Store {
    /// The products of a list, as the indexes have them: an index lags a moment behind.
    pub async fn list(&self, listing: &Listing) -> Result<Found, StoreError> {
        let partitions = partitions(listing);
        let index = index(&listing.scope, listing.sort.by)?;
        let mut merge = Merge::new(partitions.len(), listing.sort.descending);
        let mut behind = vec![listing.after.clone(); partitions.len()];
        let mut reading = Reading::default();
        loop {
            match merge.take() {
                Next::End => break,
                Next::Entry(entry) => {
                    if !reading.take(&entry, listing) {
                        break;
                    }
                }
                Next::Feed(_) if reading.is_tiring(listing) => {
                    reading.stop();
                    break;
                }
                Next::Feed(lanes) => {
                    let size = reading.ration(listing, partitions.len());
                    let size = size.clamp(*LANE.start(), *LANE.end());
                    let reads = lanes.into_iter().map(|lane| {
                        let partition = partitions.get(lane).cloned().unwrap_or_default();
                        let after = behind.get(lane).cloned().flatten();
                        async move {
                            let read = self.lane(index, partition, listing, after, size).await?;
                            Ok::<_, StoreError>((lane, read))
                        }
                    });
                    let reads = stream::iter(reads).buffer_unordered(AT_ONCE);
                    for (lane, (entries, exhausted)) in reads.try_collect::<Vec<_>>().await? {
                        if let (Some(place), Some(last)) = (behind.get_mut(lane), entries.last()) {
                            *place = Some(last.place.clone());
                        }
                        merge.feed(lane, entries, exhausted);
                    }
                }
            }
        }
        Ok(reading.finish())
    }

    /// Every product of a status, some hundreds at a time, in no particular order.
    pub async fn sweep(
        &self,
        status: Status,
        shard: u32,
        after: Option<aws::Position>,
    ) -> Result<Option<(Vec<ProductId>, Option<aws::Position>)>, StoreError> {
        if shard >= SHARDS {
            return Ok(None);
        }
        let index = index(&Scope::Shop, By::Created)?;
        let query = self
            .table()
            .query(shop_partition(status, shard))
            .index(index);
        let slice: Slice<Listed> = query.start(after).limit(SWEPT).project().await?;
        Ok(Some((products_of(slice.items), slice.last)))
    }

    /// Every product of a status that hangs on a category itself, in the same way.
    pub async fn sweep_category(
        &self,
        status: Status,
        category: CategoryId,
        after: Option<aws::Position>,
    ) -> Result<(Vec<ProductId>, Option<aws::Position>), StoreError> {
        let index = index(&Scope::Categories(Vec::new()), By::Created)?;
        let query = self.table().query(category_partition(status, category));
        let query = query.index(index).start(after).limit(SWEPT);
        let slice: Slice<Listed> = query.project().await?;
        Ok((products_of(slice.items), slice.last))
    }

    /// Some entries of one lane behind a place, and whether there are no others.
    async fn lane(
        &self,
        index: &'static Index,
        partition: String,
        listing: &Listing,
        after: Option<String>,
        size: usize,
    ) -> Result<(Vec<Entry>, bool), StoreError> {
        let by = listing.sort.by;
        let (mut least, mut most) = bounds(listing);
        match (&after, listing.sort.descending) {
            (Some(after), false) if *after > least => least.clone_from(after),
            (Some(after), true) if *after < most => most.clone_from(after),
            _ => {}
        }
        if least > most {
            return Ok((Vec::new(), true));
        }
        let query = self
            .table()
            .query(partition)
            .index(index)
            .between(least, most);
        let query = if listing.sort.descending {
            query.descending()
        } else {
            query
        };
        // One more, because the bound itself is read again.
        let slice: Slice<Listed> = query.limit(size + 1).project().await?;
        let entries = slice
            .items
            .into_iter()
            .filter_map(|listed| listed.entry(by));
        let entries = entries.filter(|entry| after.as_ref() != Some(&entry.place));
        let entries: Vec<_> = entries.collect();
        // Nothing new in so many would be nothing new for ever.
        let exhausted = slice.last.is_none() || entries.is_empty();
        Ok((entries, exhausted))
    }
}

fn products_of(listed: Vec<Listed>) -> Vec<ProductId> {
    let entries = listed
        .into_iter()
        .filter_map(|listed| listed.entry(By::Created));
    entries.map(|entry| entry.product).collect()
}

/// Between which places the list lies: prices bound it when it is in their order.
fn bounds(listing: &Listing) -> (String, String) {
    const FIRST: &str = "\u{1}";
    const LAST: &str = "\u{10ffff}";
    let filter = &listing.filter;
    let priced = listing.sort.by == By::Price;
    let least = filter.least.clone().filter(|_| priced);
    // Any id stands behind the separator and before its successor.
    let after_separator = char::from(SEPARATOR as u8 + 1);
    let most = filter.most.as_ref().filter(|_| priced);
    (
        least.unwrap_or_else(|| FIRST.to_owned()),
        most.map_or_else(
            || LAST.to_owned(),
            |most| format!("{most}{after_separator}"),
        ),
    )
}

fn partitions(listing: &Listing) -> Vec<String> {
    let status = listing.status;
    match &listing.scope {
        Scope::Shop => (0..SHARDS)
            .map(|shard| shop_partition(status, shard))
            .collect(),
        Scope::Brand(brand) => vec![brand_partition(status, brand)],
        Scope::Categories(categories) => categories
            .iter()
            .map(|category| category_partition(status, *category))
            .collect(),
    }
}

/// The index that has a scope in an order.
fn index(scope: &Scope, by: By) -> Result<&'static Index, StoreError> {
    let partition = match scope {
        Scope::Shop => "list_shop",
        Scope::Categories(_) => "list_category",
        Scope::Brand(_) => "list_brand",
    };
    let sort = match by {
        By::Created => "by_created",
        By::Price => "by_price",
        By::Name => "by_name",
    };
    PRODUCTS
        .indexes
        .iter()
        .find(|index| index.partition == partition && index.sort == sort)
        .ok_or_else(|| {
            let missing = format!("no index on {partition} and {sort}");
            StoreError::Table(aws::TableError::Fault(missing.into()))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_an_index_for_every_scope_and_order() {
        let scopes = [
            Scope::Shop,
            Scope::Categories(vec![]),
            Scope::Brand("b".into()),
        ];
        for scope in &scopes {
            for by in [By::Created, By::Price, By::Name] {
                assert!(index(scope, by).is_ok(), "{scope:?} {by:?}");
            }
        }
    }
}
