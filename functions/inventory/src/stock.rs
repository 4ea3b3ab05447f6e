//! The stock of a SKU: what lies in its buckets, and what staff decide of it.
//!
//! Stock lies in one to sixteen buckets, so that many who buy the same thing at once do not all
//! meet at one item of the table. Most SKUs have one.

use kernel::{ProductId, ReservationId, Sku, Timestamp, VariantId};

use crate::alert::Watch;

/// The most buckets of a SKU.
pub const MAX_BUCKETS: u8 = 16;
/// The most units of a SKU on hand.
pub const MAX_ON_HAND: u64 = 1_000_000_000;
/// Where the stock of a SKU counts as low when nobody said.
pub const DEFAULT_THRESHOLD: u32 = 5;

/// What is known of a SKU beside what lies in its buckets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Which SKU.
    pub sku: Sku,
    /// The product that is sold under it, once that is known.
    pub product_id: Option<ProductId>,
    /// The variant of that product, where it is one's.
    pub variant_id: Option<VariantId>,
    /// When the catalogue said so: what it said before is dropped when it comes late.
    pub product_at: Option<Timestamp>,
    /// At so many available units the stock is low.
    pub low_stock_threshold: u32,
    /// Over so many buckets free stock is spread.
    pub spread: u8,
    /// So many buckets there are: never fewer than there were, for holds may stand in any.
    pub buckets: u8,
    /// What was last told of the stock.
    pub watch: Watch,
    /// Rises with every change of the head.
    pub version: u64,
    /// Rises with every change but those of what was told.
    pub revision: u64,
}

impl Head {
    /// A SKU that nobody has heard of yet.
    pub const fn new(sku: Sku) -> Self {
        Self {
            sku,
            product_id: None,
            variant_id: None,
            product_at: None,
            low_stock_threshold: DEFAULT_THRESHOLD,
            spread: 1,
            buckets: 1,
            watch: Watch::NEW,
            version: 0,
            revision: 0,
        }
    }
}

/// A part of a SKU's stock. What is on hand is what is free and what is reserved together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// Which one, from 0.
    pub number: u8,
    /// Units that nobody holds.
    pub free: u64,
    /// Units that are held, by whoever's hold stands here.
    pub reserved: u64,
    /// Rises with every change.
    pub version: u64,
    /// How many movements it has had. Holds are none.
    pub moves: u64,
    /// Every movement to come is later than this; see [`movement`](crate::movement).
    pub fence: Timestamp,
}

impl Bucket {
    /// A bucket with nothing in it.
    pub const fn empty(number: u8) -> Self {
        Self {
            number,
            free: 0,
            reserved: 0,
            version: 0,
            moves: 0,
            fence: Timestamp::MIN,
        }
    }

    /// Units on hand in it.
    pub const fn on_hand(&self) -> u64 {
        self.free + self.reserved
    }
}

/// A hold that has ended and stands in a bucket all the same, since nobody has taken it away yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpiredHold {
    /// Whose it is.
    pub reservation: ReservationId,
    /// In which bucket.
    pub bucket: u8,
    /// How many units.
    pub quantity: u64,
}

/// The stock of a SKU at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stock {
    /// What is known of the SKU.
    pub head: Head,
    /// Its buckets, by their numbers.
    pub buckets: Vec<Bucket>,
    /// The holds that have ended by that time.
    pub expired: Vec<ExpiredHold>,
}

impl Stock {
    /// The stock of a SKU that nobody has heard of yet.
    pub fn new(sku: Sku) -> Self {
        Self {
            head: Head::new(sku),
            buckets: vec![Bucket::empty(0)],
            expired: Vec::new(),
        }
    }

    /// Units that are there, sold ones excepted.
    pub fn on_hand(&self) -> u64 {
        self.buckets.iter().map(Bucket::on_hand).sum()
    }

    /// Units that can be had at once.
    pub fn free(&self) -> u64 {
        self.buckets.iter().map(|bucket| bucket.free).sum()
    }

    /// Units whose holds have ended, and which can be had as soon as those are taken away.
    pub fn reclaimable(&self) -> u64 {
        self.expired.iter().map(|hold| hold.quantity).sum()
    }

    /// Units that can be had.
    pub fn available(&self) -> u64 {
        self.free() + self.reclaimable()
    }

    /// Units that are held.
    pub fn reserved(&self) -> u64 {
        self.on_hand() - self.available().min(self.on_hand())
    }

    /// A number that differs whenever anything of the stock does. An ended hold counts one and
    /// every change of a bucket two, so that taking such a hold away leads to another number.
    pub fn version(&self) -> u64 {
        let buckets: u64 = self.buckets.iter().map(|bucket| bucket.version).sum();
        self.head.revision + buckets + self.expired.len() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ended_holds_count_as_available_before_anybody_takes_them_away() {
        let mut stock = Stock::new(Sku::parse("LAMP").unwrap());
        stock.buckets[0].free = 3;
        stock.buckets.push(Bucket {
            free: 1,
            reserved: 6,
            ..Bucket::empty(1)
        });
        stock.expired.push(ExpiredHold {
            reservation: ReservationId::derive("", "late"),
            bucket: 1,
            quantity: 2,
        });
        let told = (stock.on_hand(), stock.reserved(), stock.available());
        assert_eq!(told, (10, 4, 6));
    }
}
