//! Lists of the whole shop's stock, of several partitions read as one.

use aws::{Slice, TableError};
use futures_util::{StreamExt, TryStreamExt, stream};
use kernel::Sku;
use manifest::Index;
use manifest::resources::INVENTORY;
use serde::Deserialize;

use super::items::{LIST_SHARDS, LOW_LIST, STOCK_LIST};
use super::{Store, StoreError};

/// What a list's index carries.
#[derive(Debug, Deserialize)]
struct Listed {
    sku: Sku,
}

impl Store {
    /// SKUs with a record, or those of them whose stock is low as far as that was told, in their
    /// own order behind one of them; and behind which one the list goes on.
    pub async fn skus(
        &self,
        low: bool,
        behind: Option<&str>,
        limit: usize,
    ) -> Result<(Vec<Sku>, Option<String>), StoreError> {
        let (list, index) = if low {
            (LOW_LIST, index("low-stock")?)
        } else {
            (STOCK_LIST, index("stock-by-sku")?)
        };
        let shards = (0..LIST_SHARDS).map(|shard| async move {
            let query = self.table().query(format!("{list}#{shard}")).index(index);
            let query = match behind {
                Some(sku) => query.after(sku),
                None => query,
            };
            let slice: Slice<Listed> = query.limit(limit + 1).project().await?;
            Ok::<_, StoreError>(slice.items)
        });
        let shards = stream::iter(shards.collect::<Vec<_>>()).buffer_unordered(4);
        let shards: Vec<Vec<Listed>> = shards.try_collect().await?;
        let skus = shards.into_iter().flatten().map(|listed| listed.sku);
        let mut skus: Vec<Sku> = skus.collect();
        skus.sort_by(|a, b| a.as_str().cmp(b.as_str()));
        let next = first_of(&mut skus, limit, Sku::as_str);
        Ok((skus, next))
    }
}

/// Keeps the first of a list of which one more was read than is wanted, and says behind which place
/// it goes on.
pub(super) fn first_of<T>(
    list: &mut Vec<T>,
    limit: usize,
    place: impl Fn(&T) -> &str,
) -> Option<String> {
    let more = list.len() > limit;
    list.truncate(limit);
    let last = list.last().filter(|_| more)?;
    Some(place(last).to_owned())
}

/// The table's index of this name.
pub(super) fn index(name: &str) -> Result<&'static Index, StoreError> {
    let index = INVENTORY.indexes.iter().find(|index| index.name == name);
    index.ok_or_else(|| {
        let missing = format!("no index {name}");
        StoreError::Table(TableError::Fault(missing.into()))
    })
}
