//! Telling staff and the shop what stock has come to.
//!
//! Nobody writes to an item that all buyers of a SKU share: that would make the buckets useless.
//! So what was told is compared with what is there after each change that can cross a border, and
//! noted, with the events, only when it differs. A comparison that fails, or that dies with its
//! function, is made up for by the next change of the SKU, the end of the hold, or by staff.

use std::collections::BTreeSet;

use futures_util::{StreamExt, stream};
use kernel::{Sku, Timestamp};

use crate::Inventory;
use crate::error::InventoryError;
use crate::reservation::Part;
use crate::stock::Head;
use crate::store::StoreError;

/// How often a comparison is made anew when the stock has changed meanwhile. Who changed it compares
/// as well.
const TRIES: u32 = 5;
/// SKUs compared at once.
const AT_ONCE: usize = 8;

impl Inventory {
    /// Compares what was told of some SKUs with what is there, and tells what is new.
    pub(crate) async fn watch(&self, skus: impl Iterator<Item = Sku>, now: Timestamp) {
        let skus: BTreeSet<Sku> = skus.collect();
        let looks: Vec<_> = skus.into_iter().map(|sku| self.look(sku, now)).collect();
        let looks: Vec<Result<(), InventoryError>> = stream::iter(looks)
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        drop(looks);
    }

    /// As [`watch`](Self::watch), of those SKUs that may have crossed a border because these parts
    /// were taken: when the whole of a SKU is at its threshold, so is each of its buckets.
    pub(crate) async fn watch_taken(&self, parts: &[Part], now: Timestamp) {
        let skus = parts.iter().map(|part| &part.sku);
        let (Ok(hints), Ok(buckets)) = (
            self.store.hints(skus, now).await,
            self.store.buckets(parts).await,
        ) else {
            return;
        };
        let low = parts.iter().zip(buckets).filter(|(part, bucket)| {
            let hint = hints.get(&part.sku);
            hint.is_none_or(|hint| bucket.free <= u64::from(hint.threshold))
        });
        let low: Vec<Sku> = low.map(|(part, _)| part.sku.clone()).collect();
        self.watch(low.into_iter(), now).await;
    }

    async fn look(&self, sku: Sku, now: Timestamp) -> Result<(), InventoryError> {
        for _ in 0..TRIES {
            let Some(stock) = self.store.stock(&sku, now).await? else {
                return Ok(());
            };
            let told = stock.head.watch;
            let (watch, news) = told.after(stock.available(), stock.head.low_stock_threshold);
            if watch == told {
                return Ok(());
            }
            let head = Head {
                watch,
                version: stock.head.version + 1,
                ..stock.head.clone()
            };
            match self.store.tell(&stock, &head, &news, now).await {
                Err(StoreError::Stale) => {}
                outcome => return Ok(outcome?),
            }
        }
        Err(InventoryError::Busy)
    }
}
