//! Orders whose time to be paid is up.

use kernel::{OrderId, Timestamp};
use manifest::resources::ORDERS_BY_DUE;
use serde::Deserialize;

use super::order_items::plain_shard;
use super::{Store, StoreError};

/// What the index carries: the order's own key.
#[derive(Deserialize)]
struct Due {
    pk: String,
}

impl Store {
    /// Some orders of a shard whose time to be paid is up, those that have waited longest first.
    pub async fn due(
        &self,
        shard: u32,
        at: Timestamp,
        limit: usize,
    ) -> Result<Vec<OrderId>, StoreError> {
        // An entry is a time, a tab and an id, and a line feed sorts after a tab: what is due at
        // this very time is due.
        let found = self
            .table()
            .query(plain_shard(shard))
            .index(&ORDERS_BY_DUE)
            .before(format!("{at}\n"))
            .limit(limit)
            .project::<Due>()
            .await?;
        let id = |due: Due| due.pk.strip_prefix("order#")?.parse().ok();
        Ok(found.items.into_iter().filter_map(id).collect())
    }
}
