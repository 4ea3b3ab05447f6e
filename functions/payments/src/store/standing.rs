//! What is under way, by when to look after it: the sparse index that schedules read. Nothing of a
//! shop at rest is in it.

use futures_util::{StreamExt, TryStreamExt, stream};
use kernel::Timestamp;
use manifest::resources;
use serde::{Deserialize, Serialize};

use super::{Store, StoreError};

/// Partitions of the index for one kind of thing: none of them is hot.
const SHARDS: u8 = 8;
/// Things of a shard that are looked after in one run.
const PAGE: usize = 25;

/// A place in the index, as attributes of the thing itself.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Standing {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    standing_shard: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    standing_until: Option<String>,
}

impl Standing {
    /// The place of a thing that is to be looked after at a time; none of one that is over.
    pub(super) fn of(kind: &str, id: u128, id_text: &str, until: Option<Timestamp>) -> Self {
        let Some(until) = until else {
            return Self::default();
        };
        let shard = (id % u128::from(SHARDS)) as u8;
        Self {
            standing_shard: Some(shard_name(kind, shard)),
            standing_until: Some(format!("{}#{id_text}", sortable(until))),
        }
    }
}

fn shard_name(kind: &str, shard: u8) -> String {
    format!("{kind}#{shard}")
}

/// A time that sorts as text.
pub(super) fn sortable(at: Timestamp) -> String {
    format!("{:015}", at.millis())
}

/// What is read off the index.
#[derive(Debug, Deserialize)]
struct Found {
    pk: String,
}

impl Store {
    /// The ids of things of a kind that should have moved on by now, some of each shard. Their
    /// partitions are the kind, a `#` and the id.
    pub(super) async fn standing(
        &self,
        kind: &str,
        now: Timestamp,
    ) -> Result<Vec<String>, StoreError> {
        let index = &resources::PAYMENTS.indexes[0];
        let shards = stream::iter(0..SHARDS).map(|shard| async move {
            let query = self.table.query(shard_name(kind, shard)).index(index);
            let due = query.before(format!("{}$", sortable(now))).limit(PAGE);
            due.project::<Found>().await
        });
        let slices: Vec<_> = shards.buffer_unordered(4).try_collect().await?;
        let found = slices.into_iter().flat_map(|slice| slice.items);
        let ids = found.filter_map(|found| Some(found.pk.split_once('#')?.1.to_owned()));
        Ok(ids.collect())
    }
}
