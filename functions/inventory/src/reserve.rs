//! Holding stock.

use aws::Answered;
use kernel::{ReservationId, Sku, Timestamp};

use crate::Inventory;
use crate::allocation::{allocate, first_bucket};
use crate::error::InventoryError;
use crate::reservation::{
    Held, Holding, Line, MAX_PARTS, Part, Reservation, Shortage, State, Units, summed,
};
use crate::retry::Tries;
use crate::stock::Stock;
use crate::store::StoreError;

impl Inventory {
    /// Holds stock until a time: all lines or none. It is safe to repeat: who asks for the same
    /// lines by the same id finds the hold that is there, or, when that has ended, holds the stock
    /// again.
    ///
    /// # Errors
    /// [`InventoryError::Short`] with every SKU of which there is too little; more SKUs than one
    /// transaction takes; an id of other lines, or of a reservation that was released.
    pub async fn reserve(
        &self,
        id: &ReservationId,
        lines: &[Line],
        until: Timestamp,
    ) -> Result<Held, InventoryError> {
        self.hold(*id, lines, until, None).await
    }

    /// As [`reserve`](Self::reserve), and keeps the answer with the hold.
    pub(crate) async fn hold(
        &self,
        id: ReservationId,
        lines: &[Line],
        until: Timestamp,
        answered: Option<&Answered<Held>>,
    ) -> Result<Held, InventoryError> {
        let units = summed(lines);
        if units.is_empty() || units.len() > MAX_PARTS {
            return Err(InventoryError::TooManyLines);
        }
        let now = self.now();
        let mut before: Option<Reservation> = None;
        let mut tries = Tries::default();
        loop {
            // Most often there is enough in whichever bucket, so nothing is read at first.
            let parts = if tries.is_first() {
                self.guess(id, &units, now).await?
            } else {
                self.find(id, &units, now).await?
            };
            let version = before.as_ref().map_or(1, |before| before.version + 1);
            let after = Reservation {
                version,
                ..Reservation::held(id, parts, until)
            };
            match self
                .store
                .hold(before.as_ref(), &after, answered, now)
                .await
            {
                Ok(()) => {
                    self.watch_taken(&after.parts, now).await;
                    return Ok(after.hold());
                }
                Err(StoreError::Stale) => {}
                Err(error) => return Err(error.into()),
            }
            before = self.store.reservation(id).await?;
            match before
                .as_ref()
                .map(|found| found.again(&units, now))
                .transpose()?
            {
                None | Some(Holding::Anew) => {}
                Some(Holding::Done) => return Ok(before.map_or(after, |found| found).hold()),
                Some(Holding::Longer) => return self.extend(&id, until).await,
            }
            tries.wait().await?;
        }
    }

    /// Holds the stock of a reservation until a later time; a hold never becomes shorter. One that
    /// has ended holds its stock again, if that can be had.
    ///
    /// # Errors
    /// No such reservation; one whose stock is sold or given up; [`InventoryError::Short`] when its
    /// stock was taken away and is gone.
    pub async fn extend(
        &self,
        id: &ReservationId,
        until: Timestamp,
    ) -> Result<Held, InventoryError> {
        let mut tries = Tries::default();
        loop {
            let now = self.now();
            let before = self.store.reservation(*id).await?;
            let before = before.ok_or(InventoryError::NotFound)?;
            let longer = Reservation {
                until,
                ..before.now(State::Held)
            };
            let (after, outcome) = match before.extended(until)? {
                Holding::Done => return Ok(before.hold()),
                Holding::Longer => {
                    let outcome = self.store.lengthen(&before, &longer, now).await;
                    (longer, outcome)
                }
                Holding::Anew => {
                    let parts = self.find(*id, &before.units(), now).await?;
                    let after = Reservation { parts, ..longer };
                    let outcome = self.store.hold(Some(&before), &after, None, now).await;
                    (after, outcome)
                }
            };
            match outcome {
                Ok(()) => {
                    // A hold that has not ended takes nothing more of what can be had.
                    if before.state != State::Held || before.is_over(now) {
                        self.watch(after.units().keys().cloned(), now).await;
                    }
                    return Ok(after.hold());
                }
                Err(StoreError::Stale) => tries.wait().await?,
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// One bucket of each SKU, whether or not there is enough in it.
    async fn guess(
        &self,
        id: ReservationId,
        units: &Units,
        now: Timestamp,
    ) -> Result<Vec<Part>, InventoryError> {
        let hints = self.store.hints(units.keys(), now).await?;
        let part = |(sku, &quantity): (&Sku, &u64)| Part {
            sku: sku.clone(),
            bucket: hints
                .get(sku)
                .map_or(0, |hint| first_bucket(id, hint.spread)),
            quantity,
        };
        Ok(units.iter().map(part).collect())
    }

    /// Buckets that have enough, after every bucket was looked at; ended holds in the way are taken
    /// away.
    ///
    /// Reading several buckets is no look at one moment, so stock that goes from one to another
    /// meanwhile, or from an ended hold back to its bucket, may not be seen. Nobody is refused
    /// unless the buckets have not changed since they were read, or a second look shows no more.
    pub(crate) async fn find(
        &self,
        id: ReservationId,
        units: &Units,
        now: Timestamp,
    ) -> Result<Vec<Part>, InventoryError> {
        let skus: Vec<Sku> = units.keys().cloned().collect();
        let mut looks = 0;
        let mut tries = Tries::default();
        loop {
            let stocks = self.store.stocks(&skus, now).await?;
            let mut parts = Vec::new();
            let mut short = Vec::new();
            let mut reclaim = Vec::new();
            for (stock, (sku, &requested)) in stocks.iter().zip(units) {
                let available = stock.as_ref().map_or(0, Stock::available);
                let first = stock
                    .as_ref()
                    .map_or(0, |s| first_bucket(id, s.head.spread));
                match stock
                    .as_ref()
                    .and_then(|stock| allocate(stock, requested, first))
                {
                    Some(found) => parts.extend(found),
                    None if available < requested => short.push(Shortage {
                        sku: sku.clone(),
                        requested,
                        available,
                    }),
                    None => reclaim.extend(stock.as_ref().map(|stock| (stock, requested))),
                }
            }
            looks += 1;
            if !short.is_empty() {
                let of_short = stocks.iter().flatten();
                let is_short = |stock: &&Stock| short.iter().any(|s| s.sku == stock.head.sku);
                let of_short = of_short.filter(is_short);
                if looks > 1 || self.store.is_unchanged(of_short).await? {
                    return Err(InventoryError::Short(short));
                }
                continue;
            }
            looks = 0;
            if reclaim.is_empty() {
                return if parts.len() > MAX_PARTS {
                    Err(InventoryError::TooManyLines)
                } else {
                    Ok(parts)
                };
            }
            for (stock, requested) in reclaim {
                let missing = requested.saturating_sub(stock.free());
                self.reclaim(stock, missing, id, now).await?;
            }
            tries.wait().await?;
        }
    }
}
