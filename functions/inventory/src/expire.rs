//! Taking away holds whose time is over.
//!
//! Nothing depends on when that happens: who wants the stock takes it away there and then, and what
//! is told of stock counts an ended hold as none. By the clock it is done so that alerts and the
//! shop hear of it too.

use futures_util::{StreamExt, TryStreamExt, stream};
use kernel::{ReservationId, Timestamp};

use crate::Inventory;
use crate::allocation::first_bucket;
use crate::error::InventoryError;
use crate::reservation::{Reservation, State};
use crate::stock::Stock;
use crate::store::StoreError;

/// Reservations of a shard that a run takes on.
const OF_A_SHARD: usize = 100;
/// Reservations given back at once.
const AT_ONCE: usize = 8;

impl Inventory {
    /// Takes away ended holds until so many units are free, or none is left. Who was in the way of
    /// another leaves that one to it.
    pub(crate) async fn reclaim(
        &self,
        stock: &Stock,
        missing: u64,
        by: ReservationId,
        now: Timestamp,
    ) -> Result<(), InventoryError> {
        let count = stock.expired.len();
        // Each starts elsewhere, so that those who come at once do not all take away the same one.
        let start = usize::from(first_bucket(by, u8::MAX));
        let mut freed = 0;
        for step in 0..count {
            if freed >= missing {
                break;
            }
            let Some(hold) = stock.expired.get((start + step) % count) else {
                break;
            };
            if self.lapse(hold.reservation, now).await?.is_some() {
                freed += hold.quantity;
            }
        }
        Ok(())
    }

    /// Gives back every hold whose time is over, and says how many reservations that were.
    ///
    /// # Errors
    /// When the table fails.
    pub(crate) async fn release_expired(&self, now: Timestamp) -> Result<u64, InventoryError> {
        let over = self.store.over(now, OF_A_SHARD).await?;
        let lapses: Vec<_> = over.into_iter().map(|id| self.lapse(id, now)).collect();
        let lapses = stream::iter(lapses).buffer_unordered(AT_ONCE);
        let lapsed: Vec<Option<Reservation>> = lapses.try_collect().await?;
        let lapsed: Vec<Reservation> = lapsed.into_iter().flatten().collect();
        let skus = lapsed
            .iter()
            .flat_map(|reservation| reservation.units().into_keys());
        self.watch(skus, now).await;
        Ok(lapsed.len() as u64)
    }

    /// Gives back what a reservation holds whose time is over; none when it does not, or somebody
    /// else was faster.
    async fn lapse(
        &self,
        id: ReservationId,
        now: Timestamp,
    ) -> Result<Option<Reservation>, InventoryError> {
        let Some(before) = self.store.reservation(id).await? else {
            return Ok(None);
        };
        if before.state != State::Held || !before.is_over(now) {
            return Ok(None);
        }
        match self
            .store
            .give_back(&before, &before.now(State::Lapsed), now)
            .await
        {
            Ok(()) => Ok(Some(before)),
            Err(StoreError::Stale) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}
