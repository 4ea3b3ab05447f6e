//! What is told of a SKU's stock: alerts and events, in the transaction that notes them as told.

use aws::{Condition, Slice, Transaction};
use contracts::inventory::{StockLow, StockRanOut, StockReturned, StockState};
use contracts::{Envelope, Event};
use futures_util::{StreamExt, TryStreamExt, stream};
use kernel::{EventId, ProductId, Sku, Timestamp};

use super::items::{ALERT_LIST, AlertItem, LIST_SHARDS, alert_key, bucket_key};
use super::listing::{first_of, index};
use super::{Store, StoreError};
use crate::alert::{AlertKind, News};
use crate::stock::{Head, Stock};

const ALERT: &str = "alert";
const SEEN: &str = "seen";

/// An alert that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenAlert {
    /// Of which SKU.
    pub sku: Sku,
    /// Its product, where that is known.
    pub product_id: Option<ProductId>,
    /// Why.
    pub kind: AlertKind,
    /// Units that were available when it opened.
    pub available: u64,
    /// The threshold then.
    pub low_stock_threshold: u32,
    /// When it opened.
    pub opened_at: Timestamp,
}

impl From<AlertItem> for OpenAlert {
    fn from(item: AlertItem) -> Self {
        Self {
            sku: item.sku,
            product_id: item.product_id,
            kind: item.kind,
            available: item.available,
            low_stock_threshold: item.low_stock_threshold,
            opened_at: item.opened_at,
        }
    }
}

impl Store {
    /// Notes what is told of a stock, and tells it. The stock must be what was read, in every
    /// bucket: of two who looked at different times, the one with the older picture is refused.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when it is not.
    pub async fn tell(
        &self,
        stock: &Stock,
        head: &Head,
        news: &[News],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut write = self.put_head(&stock.head, head);
        for bucket in &stock.buckets {
            let same = Condition::version(bucket.version);
            write = write.check(SEEN, bucket_key(&head.sku, bucket.number), same);
        }
        for kind in AlertKind::ALL {
            let (was, is) = (stock.head.watch.is_open(kind), head.watch.is_open(kind));
            if is && !was {
                let alert = AlertItem::of(head, kind, stock.available(), now);
                write = write.put(ALERT, &alert, Condition::none());
            } else if was && !is {
                write = write.delete(ALERT, alert_key(&head.sku, kind), Condition::none());
            }
        }
        let state = StockState {
            sku: head.sku.clone(),
            version: head.version,
            product_id: head.product_id,
            variant_id: head.variant_id,
            available: stock.available(),
            low_stock_threshold: head.low_stock_threshold,
        };
        for news in news {
            let stock = state.clone();
            write = match news {
                News::Low => publish(write, StockLow { stock }, head, now),
                News::RanOut => publish(write, StockRanOut { stock }, head, now),
                News::Returned => publish(write, StockReturned { stock }, head, now),
            };
        }
        Ok(write.commit().await?)
    }

    /// Open alerts, the newest first, behind a place that an earlier list ended at.
    pub async fn alerts(
        &self,
        behind: Option<&str>,
        limit: usize,
    ) -> Result<(Vec<OpenAlert>, Option<String>), StoreError> {
        let index = index("alerts-by-time")?;
        let shards = (0..LIST_SHARDS).map(|shard| async move {
            let query = self.table().query(format!("{ALERT_LIST}#{shard}"));
            let query = match behind {
                Some(place) => query.index(index).before(place),
                None => query.index(index),
            };
            let slice: Slice<AlertItem> = query.descending().limit(limit + 1).run().await?;
            Ok::<_, StoreError>(slice.items)
        });
        let shards = stream::iter(shards.collect::<Vec<_>>()).buffer_unordered(4);
        let shards: Vec<Vec<AlertItem>> = shards.try_collect().await?;
        let mut alerts: Vec<_> = shards.into_iter().flatten().collect();
        alerts.sort_by(|a, b| b.alert_time.cmp(&a.alert_time));
        let next = first_of(&mut alerts, limit, |alert| &alert.alert_time);
        Ok((alerts.into_iter().map(OpenAlert::from).collect(), next))
    }
}

/// One event of a kind for each version of a head.
fn publish<E: Event>(write: Transaction, event: E, head: &Head, at: Timestamp) -> Transaction {
    let id = EventId::derive(E::TYPE, &format!("{}@{}", head.sku, head.version));
    write.publish(&Envelope::new(id, at, event))
}
