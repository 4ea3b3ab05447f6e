//! Reservations: holds on stock, and what becomes of them.

use std::collections::BTreeMap;

use kernel::{Quantity, ReservationId, Sku, Timestamp};
use serde::{Deserialize, Serialize};

/// So many units of a SKU.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Which SKU.
    pub sku: Sku,
    /// How many.
    pub quantity: Quantity,
}

/// Units by SKU: lines of one SKU are one.
pub type Units = BTreeMap<Sku, u64>;

/// The lines by SKU, those of one SKU summed.
pub fn summed(lines: &[Line]) -> Units {
    let mut units = Units::new();
    for line in lines {
        *units.entry(line.sku.clone()).or_default() += u64::from(line.quantity.get());
    }
    units
}

/// What a reservation takes of one bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Of which SKU.
    pub sku: Sku,
    /// Of which bucket.
    pub bucket: u8,
    /// How many units.
    pub quantity: u64,
}

/// The most parts of a reservation. Each costs two actions of the transaction that holds it, the
/// reservation and an answer to be kept are two more, and DynamoDB takes 100.
pub const MAX_PARTS: usize = 49;

/// The most parts of a reservation whose holds go in the transaction that commits it, for there
/// each part costs three actions.
pub const MAX_PARTS_AT_ONCE: usize = 33;

/// How far a reservation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Its stock is held; until when says [`Reservation::until`], but it holds until somebody
    /// takes the stock.
    Held,
    /// Its stock was sold.
    Committed,
    /// It was given up, perhaps before it was made.
    Released,
    /// Its time was over, and somebody has taken the stock away.
    Lapsed,
}

/// A reservation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reservation {
    /// Its id.
    pub id: ReservationId,
    /// How far it is.
    pub state: State,
    /// What it holds, held or has sold.
    pub parts: Vec<Part>,
    /// Until when nobody else may have the stock.
    pub until: Timestamp,
    /// Units that came back after they were sold.
    pub restocked: Units,
    /// Rises with every change.
    pub version: u64,
}

/// A hold that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Whose it is.
    pub id: ReservationId,
    /// What is held, by SKU.
    pub units: Units,
    /// Until when.
    pub until: Timestamp,
}

/// A SKU of which there is too little.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortage {
    /// Which one.
    pub sku: Sku,
    /// Units that were asked for.
    pub requested: u64,
    /// Units that can be had.
    pub available: u64,
}

/// Why a reservation cannot be what it is asked to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The id belongs to a reservation of other lines.
    #[error("the reservation is one of other lines")]
    OtherLines,
    /// It was given up.
    #[error("the reservation was released")]
    Released,
    /// Its stock is sold.
    #[error("the reservation is committed")]
    Committed,
}

/// How a hold is made, or made longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holding {
    /// It is as it is asked to be.
    Done,
    /// Its stock is its own still; only its time is to change.
    Longer,
    /// Its stock is to be found anew.
    Anew,
}

impl Reservation {
    /// A new one that holds these parts.
    pub const fn held(id: ReservationId, parts: Vec<Part>, until: Timestamp) -> Self {
        Self {
            id,
            state: State::Held,
            parts,
            until,
            restocked: Units::new(),
            version: 1,
        }
    }

    /// One that was given up before it was made: whoever makes it later is late.
    pub fn never(id: ReservationId, at: Timestamp) -> Self {
        Self {
            state: State::Released,
            ..Self::held(id, Vec::new(), at)
        }
    }

    /// The same in another state.
    #[must_use]
    pub fn now(&self, state: State) -> Self {
        Self {
            state,
            version: self.version + 1,
            ..self.clone()
        }
    }

    /// Its units by SKU.
    pub fn units(&self) -> Units {
        let mut units = Units::new();
        for part in &self.parts {
            *units.entry(part.sku.clone()).or_default() += part.quantity;
        }
        units
    }

    /// The hold that it is.
    pub fn hold(&self) -> Held {
        Held {
            id: self.id,
            units: self.units(),
            until: self.until,
        }
    }

    /// Whether its time is over.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.until <= now
    }

    /// Whether the holds of its parts are too many to go in the transaction that commits it.
    pub const fn is_large(&self) -> bool {
        self.parts.len() > MAX_PARTS_AT_ONCE
    }

    /// What is to be done when it is asked for again.
    ///
    /// # Errors
    /// Other lines; a reservation that was given up.
    pub fn again(&self, units: &Units, now: Timestamp) -> Result<Holding, Refusal> {
        if self.state == State::Released {
            return Err(Refusal::Released);
        }
        if self.units() != *units {
            return Err(Refusal::OtherLines);
        }
        Ok(match self.state {
            State::Lapsed => Holding::Anew,
            State::Held if self.is_over(now) => Holding::Longer,
            _ => Holding::Done,
        })
    }

    /// What is to be done to hold its stock until a time. A hold never becomes shorter.
    ///
    /// # Errors
    /// A reservation whose stock is sold or given up.
    pub fn extended(&self, until: Timestamp) -> Result<Holding, Refusal> {
        match self.state {
            State::Committed => Err(Refusal::Committed),
            State::Released => Err(Refusal::Released),
            State::Lapsed => Ok(Holding::Anew),
            State::Held if until <= self.until => Ok(Holding::Done),
            State::Held => Ok(Holding::Longer),
        }
    }

    /// The same after units came back, of the buckets that they were sold from; the parts say which.
    ///
    /// # Errors
    /// A SKU of which fewer were sold than come back, with how many may.
    pub fn restocking(&self, units: &Units) -> Result<(Self, Vec<Part>), (Sku, u64)> {
        let sold = self.units();
        let mut next = self.now(self.state);
        let mut back = Vec::new();
        for (sku, &quantity) in units {
            let before = next.restocked.get(sku).copied().unwrap_or(0);
            let left = sold.get(sku).copied().unwrap_or(0) - before;
            if quantity > left {
                return Err((sku.clone(), left));
            }
            next.restocked.insert(sku.clone(), before + quantity);
            let bucket = self.parts.iter().find(|part| part.sku == *sku);
            back.push(Part {
                sku: sku.clone(),
                bucket: bucket.map_or(0, |part| part.bucket),
                quantity,
            });
        }
        Ok((next, back))
    }
}

#[cfg(test)]
mod tests;
