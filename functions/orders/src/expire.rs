//! Letting go of orders that were not paid in time.
//!
//! The hold on their stock ends by itself, whether or not anybody looks: this only says so, and
//! gives back what a payment that failed had taken from the shelf.

use aws::Answered;
use futures_util::future::join_all;
use kernel::{OperationId, OrderId, Timestamp};

use crate::Orders;
use crate::error::OrdersError;
use crate::order::{Order, OrderStatus};
use crate::store::SHARDS;

/// Orders of one shard that one run looks at. A run that finds so many leaves the rest to the next,
/// a minute later.
const AT_ONCE: usize = 250;

impl Orders {
    /// Expires the orders whose time to be paid is up, and gives their number. An order that
    /// cannot be written is left to the next run and keeps none from theirs.
    ///
    /// # Errors
    /// The first failure, when all others are done.
    pub async fn expire_unpaid(&self, at: Timestamp) -> Result<u64, OrdersError> {
        let shards = (0..SHARDS).map(|shard| self.expire_shard(shard, at));
        let mut expired = 0;
        let mut failure = None;
        for (many, failed) in join_all(shards).await {
            expired += many;
            failure = failure.or(failed);
        }
        failure.map_or(Ok(expired), Err)
    }

    async fn expire_shard(&self, shard: u32, at: Timestamp) -> (u64, Option<OrdersError>) {
        let due = match self.store.due(shard, at, AT_ONCE).await {
            Ok(due) => due,
            Err(error) => return (0, Some(error.into())),
        };
        let (mut expired, mut failure) = (0, None);
        for order in due {
            match self.expire(order, at).await {
                Ok(true) => expired += 1,
                Ok(false) => {}
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        (expired, failure)
    }

    /// Whether the order has expired. It may be paid by now: the index that found it lags a moment
    /// behind.
    async fn expire(&self, id: OrderId, at: Timestamp) -> Result<bool, OrdersError> {
        let operation = OperationId::derive(&id.to_string(), &format!("expired at {at}"));
        let answered = Answered::silent(operation);
        let decide = |order: &Order| Ok(order.expired(at));
        let order = self.change(id, decide, &answered, None).await?;
        Ok(order.status == OrderStatus::Expired)
    }
}

#[cfg(test)]
mod tests;
