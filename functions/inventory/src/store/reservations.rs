//! Reading and writing reservations.
//!
//! Every write of a reservation is conditioned on its version, so of two that come at once one is
//! refused, whatever they do. A hold stands in its bucket only as long as its reservation holds it:
//! both are written in one transaction.

use aws::{Answered, Condition, Slice, Transaction, Update};
use futures_util::{StreamExt, TryStreamExt, stream};
use kernel::{ReservationId, Timestamp};
use serde::Deserialize;

use super::items::{
    HOLD_LIST, HOLD_SHARDS, HoldItem, ReservationItem, RestockItem, bucket_key, hold_key,
    reservation_key, restock_key, sortable,
};
use super::listing::index;
use super::movements::{BUCKET, Touched, moved_all};
use super::{Store, StoreError};
use crate::movement::Cause;
use crate::reservation::{Held, Part, Reservation, State, Units};

const RESERVATION: &str = "reservation";
const HOLD: &str = "hold";
const RESTOCK: &str = "restock";

impl Store {
    /// A reservation.
    pub async fn reservation(&self, id: ReservationId) -> Result<Option<Reservation>, StoreError> {
        let item: Option<ReservationItem> = self.table().get(reservation_key(id)).await?;
        Ok(item.map(Reservation::from))
    }

    /// Takes the parts of a reservation that holds nothing yet, or nothing any more.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when a bucket has too little that nobody holds, or the reservation is
    /// not what `before` says.
    pub async fn hold(
        &self,
        before: Option<&Reservation>,
        after: &Reservation,
        answered: Option<&Answered<Held>>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut write = self.put(before, after, now);
        for part in &after.parts {
            let quantity = part.quantity.cast_signed();
            let enough = Condition::expression("free >= :q").value(":q", part.quantity);
            let update = Update::new()
                .add("free", -quantity)
                .add("reserved", quantity)
                .add("version", 2)
                .when(enough);
            let key = bucket_key(&part.sku, part.bucket);
            let hold = HoldItem::of(after, part);
            write = write
                .update(BUCKET, key, update)
                .put(HOLD, &hold, Condition::absent());
        }
        if let Some(answered) = answered {
            write = write.once(answered, &after.hold());
        }
        Ok(write.commit().await?)
    }

    /// Moves the holds of a reservation to a later end.
    pub async fn lengthen(
        &self,
        before: &Reservation,
        after: &Reservation,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut write = self.put(Some(before), after, now);
        for part in &after.parts {
            write = unhold(write, before, part);
            write = write.put(HOLD, &HoldItem::of(after, part), Condition::absent());
        }
        Ok(write.commit().await?)
    }

    /// Gives back what a reservation holds.
    pub async fn give_back(
        &self,
        before: &Reservation,
        after: &Reservation,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut write = self.put(Some(before), after, now);
        for part in &before.parts {
            let quantity = part.quantity.cast_signed();
            let held = Condition::expression("reserved >= :q").value(":q", part.quantity);
            let update = Update::new()
                .add("free", quantity)
                .add("reserved", -quantity)
                .add("version", 2)
                .when(held);
            write = write.update(BUCKET, bucket_key(&part.sku, part.bucket), update);
            write = unhold(write, before, part);
        }
        Ok(write.commit().await?)
    }

    /// Writes a reservation that holds nothing, before and after.
    pub async fn note(
        &self,
        before: Option<&Reservation>,
        after: &Reservation,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        Ok(self.put(before, after, now).commit().await?)
    }

    /// Sells what a reservation holds, or, when it holds nothing any more, what is free. `touched`
    /// are the buckets of the parts of `after`.
    pub async fn sell(
        &self,
        before: &Reservation,
        after: &Reservation,
        touched: &Touched,
        cause: &Cause,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.sell_uncleared(before, after, touched, cause, now)
            .await?;
        if before.state == State::Held && before.is_large() {
            self.clear(before).await?;
        }
        Ok(())
    }

    /// As [`sell`](Self::sell), but the holds of a large reservation stay for [`clear`](Self::clear).
    pub(crate) async fn sell_uncleared(
        &self,
        before: &Reservation,
        after: &Reservation,
        touched: &Touched,
        cause: &Cause,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let holds = before.state == State::Held;
        let write = self.put(Some(before), after, now);
        let mut write = moved_all(write, &after.parts, touched, cause, now, |part| {
            if holds {
                (0, part.quantity)
            } else {
                (-part.quantity.cast_signed(), 0)
            }
        });
        if holds && !before.is_large() {
            for part in &before.parts {
                write = unhold(write, before, part);
            }
        }
        Ok(write.commit().await?)
    }

    /// Takes away holds that a large reservation left when it was sold.
    pub async fn clear(&self, sold: &Reservation) -> Result<(), StoreError> {
        let mut write = self.table().transaction();
        for part in &sold.parts {
            let key = hold_key(part, sold.until, sold.id);
            write = write.delete(HOLD, key, Condition::none());
        }
        Ok(write.commit().await?)
    }

    /// Whether units came back under this key.
    pub async fn restocked(
        &self,
        id: ReservationId,
        key: &str,
    ) -> Result<Option<Units>, StoreError> {
        let item: Option<RestockItem> = self.table().get(restock_key(id, key)).await?;
        Ok(item.map(|item| item.units))
    }

    /// Puts units back that were sold, once for a key.
    #[allow(
        clippy::too_many_arguments,
        reason = "each is one thing that is written"
    )]
    pub async fn restock(
        &self,
        before: &Reservation,
        after: &Reservation,
        parts: &[Part],
        touched: &Touched,
        key: &str,
        cause: &Cause,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let units = parts.iter().map(|part| (part.sku.clone(), part.quantity));
        let item = RestockItem {
            reservation: before.id,
            key: key.to_owned(),
            units: units.collect(),
        };
        let write = self.put(Some(before), after, now);
        let write = write.put(RESTOCK, &item, Condition::absent());
        let write = moved_all(write, parts, touched, cause, now, |part| {
            (part.quantity.cast_signed(), 0)
        });
        Ok(write.commit().await?)
    }

    /// Reservations whose time is over and which hold their stock still, at most so many of each
    /// shard, the first to end first.
    pub async fn over(
        &self,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<ReservationId>, StoreError> {
        let holds = index("holds-by-end")?;
        let shards = (0..HOLD_SHARDS).map(|shard| async move {
            let query = self.table().query(format!("{HOLD_LIST}#{shard}"));
            // The last is the first moment after now.
            let over = query.index(holds).before(format!("{}~", sortable(now)));
            let slice: Slice<Over> = over.limit(limit).project().await?;
            Ok::<_, StoreError>(slice.items)
        });
        let shards = stream::iter(shards.collect::<Vec<_>>()).buffer_unordered(8);
        let shards: Vec<Vec<Over>> = shards.try_collect().await?;
        let over = shards.into_iter().flatten();
        Ok(over.filter_map(|over| over.id()).collect())
    }

    fn put(
        &self,
        before: Option<&Reservation>,
        after: &Reservation,
        now: Timestamp,
    ) -> Transaction {
        let unchanged = before.map_or_else(Condition::absent, |before| {
            Condition::version(before.version)
        });
        let item = ReservationItem::of(after, now);
        self.table()
            .transaction()
            .put(RESERVATION, &item, unchanged)
    }
}

/// An entry of the index of what is held.
#[derive(Debug, Deserialize)]
struct Over {
    pk: String,
}

impl Over {
    fn id(&self) -> Option<ReservationId> {
        self.pk.strip_prefix("reservation#")?.parse().ok()
    }
}

/// Takes a hold away, which must stand.
fn unhold(write: Transaction, reservation: &Reservation, part: &Part) -> Transaction {
    let key = hold_key(part, reservation.until, reservation.id);
    write.delete(HOLD, key, Condition::present())
}
