//! What becomes of held stock: it is sold, given up, or comes back after it was sold.

use kernel::{ReservationId, Sku};

use crate::Inventory;
use crate::error::InventoryError;
use crate::movement::{Cause, MovementKind, is_checkpoint};
use crate::reservation::{Line, Refusal, Reservation, State, summed};
use crate::retry::Tries;
use crate::store::StoreError;

impl Inventory {
    /// Sells what a reservation holds. It is safe to repeat. A reservation whose time is over is
    /// sold too if its stock was not taken away, or can be had again.
    ///
    /// # Errors
    /// No such reservation; one that was released; [`InventoryError::Short`] when its stock was
    /// taken away and is gone.
    pub async fn commit(&self, id: &ReservationId) -> Result<(), InventoryError> {
        let cause = Cause {
            id: id.to_string(),
            kind: MovementKind::Sale,
            reason: None,
            by: id.to_string(),
        };
        let mut tries = Tries::default();
        loop {
            let now = self.now();
            let before = self.store.reservation(*id).await?;
            let before = before.ok_or(InventoryError::NotFound)?;
            let sold = before.now(State::Committed);
            let after = match before.state {
                State::Held => sold,
                State::Lapsed => Reservation {
                    parts: self.find(*id, &before.units(), now).await?,
                    ..sold
                },
                State::Released => return Err(Refusal::Released.into()),
                State::Committed => {
                    // A run that sold it may have died before it had cleared up.
                    if before.is_large() {
                        self.store.clear(&before).await?;
                    }
                    return Ok(());
                }
            };
            let checkpoint = tries.is_first() && is_checkpoint(*id);
            let touched = self.store.touched(&after.parts, checkpoint).await?;
            let sold = self.store.sell(&before, &after, &touched, &cause, now);
            match sold.await {
                Ok(()) => {
                    // What was held could not be had before either.
                    if before.state != State::Held || before.is_over(now) {
                        self.watch(after.units().into_keys(), now).await;
                    }
                    return Ok(());
                }
                Err(StoreError::Stale) => tries.wait().await?,
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Gives up a reservation and frees what it holds. It is safe to repeat, and safe to come
    /// before the reservation: one that is made later by this id is refused.
    ///
    /// # Errors
    /// A reservation that is committed: what was sold comes back by
    /// [`restock`](Self::restock) alone.
    pub async fn release(&self, id: &ReservationId) -> Result<(), InventoryError> {
        let mut tries = Tries::default();
        loop {
            let now = self.now();
            let before = self.store.reservation(*id).await?;
            let outcome = match &before {
                None => {
                    let never = Reservation::never(*id, now);
                    self.store.note(None, &never, now).await
                }
                Some(before) => {
                    let after = before.now(State::Released);
                    match before.state {
                        State::Released => return Ok(()),
                        State::Committed => return Err(Refusal::Committed.into()),
                        State::Lapsed => self.store.note(Some(before), &after, now).await,
                        State::Held => self.store.give_back(before, &after, now).await,
                    }
                }
            };
            match outcome {
                Ok(()) => {
                    let freed = before.filter(|before| before.state == State::Held);
                    let skus = freed.iter().flat_map(|freed| freed.units().into_keys());
                    self.watch(skus, now).await;
                    return Ok(());
                }
                Err(StoreError::Stale) => tries.wait().await?,
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Puts stock back that was sold: once for a key, and never more than was sold.
    ///
    /// # Errors
    /// No such reservation; one that is not committed; more than is left of what was sold; a key
    /// under which other lines came back.
    pub async fn restock(
        &self,
        id: &ReservationId,
        key: &str,
        lines: &[Line],
        reason: &str,
    ) -> Result<(), InventoryError> {
        let units = summed(lines);
        let cause = Cause {
            id: format!("{id}+{key}"),
            kind: MovementKind::Restock,
            reason: Some(reason.to_owned()),
            by: id.to_string(),
        };
        let mut tries = Tries::default();
        loop {
            let now = self.now();
            // In this order: a reservation to which units have come back has a key for them.
            let before = self.store.reservation(*id).await?;
            let before = before.ok_or(InventoryError::NotFound)?;
            match self.store.restocked(*id, key).await? {
                Some(before) if before == units => return Ok(()),
                Some(_) => return Err(Refusal::OtherLines.into()),
                None => {}
            }
            if before.state != State::Committed {
                return Err(InventoryError::NotCommitted);
            }
            let too_many = |(sku, left): (Sku, u64)| InventoryError::MoreThanSold { sku, left };
            let (after, parts) = before.restocking(&units).map_err(too_many)?;
            let touched = self.store.touched(&parts, false).await?;
            let outcome = self
                .store
                .restock(&before, &after, &parts, &touched, key, &cause, now)
                .await;
            match outcome {
                Ok(()) => {
                    self.watch(units.into_keys(), now).await;
                    return Ok(());
                }
                Err(StoreError::Stale) => tries.wait().await?,
                Err(error) => return Err(error.into()),
            }
        }
    }
}
