//! Stock, as the inventory service's library has it. It stands in this process's memory until that
//! library is linked; its interface is the same.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use aws::{Aws, StartError};
use kernel::{Quantity, ReservationId, Sku, Timestamp};

/// How much of a SKU may be sold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Availability {
    /// The SKU.
    pub sku: Sku,
    /// How many.
    pub available: u64,
}

/// What is to be held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The SKU.
    pub sku: Sku,
    /// How many.
    pub quantity: Quantity,
}

/// A SKU of which there is too little.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortage {
    /// The SKU.
    pub sku: Sku,
    /// How many were asked for.
    pub requested: u64,
    /// How many there are.
    pub available: u64,
}

/// A hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Its id.
    pub id: ReservationId,
    /// When it ends by itself.
    pub until: Timestamp,
}

/// Why stock was not held.
#[derive(Debug, thiserror::Error)]
pub enum InventoryError {
    /// There is too little of some SKUs.
    #[error("there is too little stock")]
    Short(Vec<Shortage>),
    /// The hold is over.
    #[error("the hold is over")]
    Ended,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Held,
    Committed,
    Released,
}

#[derive(Debug)]
struct Hold {
    lines: Vec<Line>,
    until: Timestamp,
    state: State,
}

#[derive(Debug, Default)]
struct Shelves {
    on_hand: HashMap<Sku, u64>,
    holds: HashMap<ReservationId, Hold>,
    restocked: Vec<(ReservationId, String)>,
}

/// The stock.
#[derive(Debug, Default)]
pub struct Stock(Mutex<Shelves>);

impl Shelves {
    fn available(&self, sku: &Sku) -> u64 {
        let held: u64 = self
            .holds
            .values()
            .filter(|hold| hold.state == State::Held)
            .flat_map(|hold| &hold.lines)
            .filter(|line| line.sku == *sku)
            .map(|line| u64::from(line.quantity.get()))
            .sum();
        self.on_hand
            .get(sku)
            .copied()
            .unwrap_or(0)
            .saturating_sub(held)
    }
}

impl Stock {
    /// The stock of a process.
    pub async fn start(_aws: &Aws) -> Result<Self, StartError> {
        Ok(Self::default())
    }

    fn shelves(&self) -> std::sync::MutexGuard<'_, Shelves> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts stock on the shelf.
    pub fn put(&self, sku: Sku, on_hand: u64) {
        self.shelves().on_hand.insert(sku, on_hand);
    }

    /// How much of each SKU may be sold, in their order.
    pub async fn availability(&self, skus: &[Sku]) -> Result<Vec<Availability>, InventoryError> {
        let shelves = self.shelves();
        let of = |sku: &Sku| Availability {
            sku: sku.clone(),
            available: shelves.available(sku),
        };
        Ok(skus.iter().map(of).collect())
    }

    /// Holds all lines or none.
    pub async fn reserve(
        &self,
        id: &ReservationId,
        lines: &[Line],
        until: Timestamp,
    ) -> Result<Held, InventoryError> {
        let mut shelves = self.shelves();
        if let Some(hold) = shelves.holds.get(id) {
            return match hold.state {
                State::Released => Err(InventoryError::Ended),
                _ => Ok(Held {
                    id: *id,
                    until: hold.until,
                }),
            };
        }
        let mut wanted: Vec<(Sku, u64)> = Vec::new();
        for line in lines {
            let quantity = u64::from(line.quantity.get());
            match wanted.iter_mut().find(|(sku, _)| *sku == line.sku) {
                Some((_, sum)) => *sum += quantity,
                None => wanted.push((line.sku.clone(), quantity)),
            }
        }
        let short: Vec<Shortage> = wanted
            .into_iter()
            .map(|(sku, requested)| Shortage {
                available: shelves.available(&sku),
                sku,
                requested,
            })
            .filter(|line| line.available < line.requested)
            .collect();
        if !short.is_empty() {
            return Err(InventoryError::Short(short));
        }
        let hold = Hold {
            lines: lines.to_vec(),
            until,
            state: State::Held,
        };
        shelves.holds.insert(*id, hold);
        Ok(Held { id: *id, until })
    }

    /// Lets a hold last longer.
    pub async fn extend(
        &self,
        id: &ReservationId,
        until: Timestamp,
    ) -> Result<Held, InventoryError> {
        match self.shelves().holds.get_mut(id) {
            Some(hold) if hold.state != State::Released => {
                hold.until = hold.until.max(until);
                Ok(Held {
                    id: *id,
                    until: hold.until,
                })
            }
            _ => Err(InventoryError::Ended),
        }
    }

    /// Takes what is held from the shelf.
    pub async fn commit(&self, id: &ReservationId) -> Result<(), InventoryError> {
        let mut shelves = self.shelves();
        let Some(hold) = shelves.holds.get_mut(id) else {
            return Err(InventoryError::Ended);
        };
        match hold.state {
            State::Committed => return Ok(()),
            State::Released => return Err(InventoryError::Ended),
            State::Held => hold.state = State::Committed,
        }
        let lines = hold.lines.clone();
        for line in lines {
            if let Some(on_hand) = shelves.on_hand.get_mut(&line.sku) {
                *on_hand = on_hand.saturating_sub(u64::from(line.quantity.get()));
            }
        }
        Ok(())
    }

    /// Frees what is held.
    pub async fn release(&self, id: &ReservationId) -> Result<(), InventoryError> {
        let mut shelves = self.shelves();
        let tombstone = Hold {
            lines: Vec::new(),
            until: Timestamp::MIN,
            state: State::Released,
        };
        let hold = shelves.holds.entry(*id).or_insert(tombstone);
        match hold.state {
            State::Committed => Err(InventoryError::Ended),
            _ => {
                hold.state = State::Released;
                Ok(())
            }
        }
    }

    /// Puts back what was taken, once for each key.
    pub async fn restock(
        &self,
        id: &ReservationId,
        key: &str,
        lines: &[Line],
        _reason: &str,
    ) -> Result<(), InventoryError> {
        let mut shelves = self.shelves();
        let entry = (*id, key.to_owned());
        if shelves.restocked.contains(&entry) {
            return Ok(());
        }
        shelves.restocked.push(entry);
        for line in lines {
            *shelves.on_hand.entry(line.sku.clone()).or_default() += u64::from(line.quantity.get());
        }
        Ok(())
    }
}
