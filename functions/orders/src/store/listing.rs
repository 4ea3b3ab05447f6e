//! Lists of orders, read off the indexes and merged.

use aws::{Condition, Slice};
use futures_util::{StreamExt, TryStreamExt, stream};
use kernel::{OrderId, Timestamp, UserId};
use manifest::Index;
use manifest::resources::{ORDERS_BY_CREATED, ORDERS_BY_STATUS, ORDERS_BY_USER};
use serde::Deserialize;

use super::order_items::{
    OrderItem, SEPARATOR, SHARDS, order_key, plain_shard, status_shard, status_word,
};
use super::{Store, StoreError};
use crate::order::{Order, OrderStatus};

/// Before and after every place.
const FIRST: &str = "\u{1}";
const LAST: &str = "\u{10ffff}";

/// A list of orders that is asked for: the newest first.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    /// Only a user's.
    pub user: Option<UserId>,
    /// Only those of a status.
    pub status: Option<OrderStatus>,
    /// Only those that were placed then or later.
    pub from: Option<Timestamp>,
    /// Only those that were placed before.
    pub to: Option<Timestamp>,
    /// Behind a place that an earlier list ended at.
    pub after: Option<String>,
    /// At most so many.
    pub limit: usize,
}

/// A part of a list.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The orders.
    pub orders: Vec<Order>,
    /// Where it ended; none at the list's end. It may end before its limit: what a filter leaves
    /// out is read all the same, and reading is bounded.
    pub next: Option<String>,
}

/// A place in an index.
#[derive(Debug, Deserialize)]
struct Row {
    placed: String,
}

/// What was read of one partition.
struct Lane {
    places: Vec<String>,
    /// How far it was read, where there is more.
    horizon: Option<String>,
}

impl Store {
    /// A list of orders, as the indexes have it: an index lags a moment behind.
    ///
    /// # Errors
    /// When the table fails.
    pub async fn list_orders(&self, listing: &Listing) -> Result<Listed, StoreError> {
        let (index, partitions) = listing.lanes();
        let lanes = partitions
            .into_iter()
            .map(|partition| self.lane(index, partition, listing));
        let lanes = stream::iter(lanes.collect::<Vec<_>>()).buffer_unordered(SHARDS as usize);
        let lanes: Vec<Lane> = lanes.try_collect().await?;
        let (places, next) = merged(lanes, listing.limit);
        let ids = places.iter().filter_map(|place| id_of(place));
        let keys: Vec<_> = ids.map(order_key).collect();
        let items: Vec<OrderItem> = self.table().batch_get(&keys).await?;
        let orders = items.into_iter().map(Order::try_from);
        let orders: Vec<Order> = orders.collect::<Result<_, _>>()?;
        // The index may still have what an order was a moment ago.
        let orders = orders.into_iter().filter(|order| listing.lists(order));
        Ok(Listed {
            orders: orders.collect(),
            next,
        })
    }

    async fn lane(
        &self,
        index: &'static Index,
        partition: String,
        listing: &Listing,
    ) -> Result<Lane, StoreError> {
        let (least, most) = listing.range();
        if least > most {
            return Ok(Lane {
                places: Vec::new(),
                horizon: None,
            });
        }
        let query = self.table().query(partition).index(index);
        let query = query.between(least, most).filter(listing.filter());
        // One more, because the place that it starts from is read again.
        let slice: Slice<Row> = query
            .descending()
            .limit(listing.limit + 1)
            .project()
            .await?;
        let horizon = slice.last.as_ref().and_then(|last| last.get(index.sort));
        let after = listing.after.as_deref();
        let places = slice.items.into_iter().map(|row| row.placed);
        Ok(Lane {
            horizon: horizon.map(str::to_owned),
            places: places
                .filter(|place| Some(place.as_str()) != after)
                .collect(),
        })
    }
}

impl Listing {
    /// The index and the partitions that have the list.
    fn lanes(&self) -> (&'static Index, Vec<String>) {
        match (self.user, self.status) {
            (Some(user), _) => (&ORDERS_BY_USER, vec![user.to_string()]),
            (None, Some(status)) => (
                &ORDERS_BY_STATUS,
                (0..SHARDS)
                    .map(|shard| status_shard(status, shard))
                    .collect(),
            ),
            (None, None) => (&ORDERS_BY_CREATED, (0..SHARDS).map(plain_shard).collect()),
        }
    }

    /// The first and the last place. Every order of a time stands behind the time itself.
    fn range(&self) -> (String, String) {
        let least = self
            .from
            .map_or_else(|| FIRST.to_owned(), |it| it.to_string());
        let most = self.to.map_or_else(|| LAST.to_owned(), |it| it.to_string());
        let most = match &self.after {
            Some(after) if *after < most => after.clone(),
            _ => most,
        };
        (least, most)
    }

    /// A user's orders are found without their status, which only that index carries.
    fn filter(&self) -> Condition {
        match (self.user, self.status) {
            (Some(_), Some(status)) => {
                Condition::expression("status = :status").value(":status", status_word(status))
            }
            _ => Condition::none(),
        }
    }

    fn lists(&self, order: &Order) -> bool {
        self.status.is_none_or(|status| status == order.status)
            && self
                .user
                .is_none_or(|user| order.buyer.user() == Some(user))
    }
}

/// The newest places of all lanes together, and where the list goes on. Each lane was read to one
/// place more than are asked for, so the newest of all are among them; but one whose filter left
/// much out may end before, and then the list goes on where its reading did.
fn merged(lanes: Vec<Lane>, limit: usize) -> (Vec<String>, Option<String>) {
    let horizon = lanes.iter().filter_map(|lane| lane.horizon.clone()).max();
    let places = lanes.into_iter().flat_map(|lane| lane.places);
    let mut places: Vec<String> = places.collect();
    places.sort_unstable_by(|one, other| other.cmp(one));
    if places.len() > limit {
        places.truncate(limit);
        let next = places.last().cloned();
        return (places, next);
    }
    (places, horizon)
}

fn id_of(place: &str) -> Option<OrderId> {
    let (_, id) = place.rsplit_once(SEPARATOR)?;
    OrderId::parse(id).ok()
}

#[cfg(test)]
mod tests;
