//! How the service fails, and what of it callers read.

use aws::TableError;
use edge::{Problem, Row, rows};
use kernel::{Faults, Sku};
use serde_json::json;

use crate::reservation::{Refusal, Shortage};
use crate::store::StoreError;

/// There is too little of something.
pub const INSUFFICIENT_STOCK: Row =
    Row::new("insufficient_stock", 409, "There is not enough in stock");
/// There would be fewer units than are held.
pub const BELOW_RESERVED: Row = Row::new(
    "below_reserved",
    409,
    "There would be less in stock than is reserved",
);
/// The reservation's id belongs to another one.
pub const RESERVATION_REUSED: Row = Row::new(
    "reservation_reused",
    409,
    "The reservation id belongs to another reservation",
);
/// The reservation was given up, and stays so.
pub const RESERVATION_RELEASED: Row = Row::new(
    "reservation_released",
    409,
    "The reservation has been released",
);
/// The reservation's stock is sold.
pub const RESERVATION_COMMITTED: Row = Row::new(
    "reservation_committed",
    409,
    "The reservation's stock is sold",
);
/// More would come back than was sold.
pub const RESTOCK_EXCEEDS_SALE: Row = Row::new(
    "restock_exceeds_sale",
    409,
    "More would come back than was sold",
);

/// Every problem of the service, for the documentation.
pub const ALL: &[Row] = &[
    INSUFFICIENT_STOCK,
    BELOW_RESERVED,
    RESERVATION_REUSED,
    RESERVATION_RELEASED,
    RESERVATION_COMMITTED,
    RESTOCK_EXCEEDS_SALE,
];

/// Why the service did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum InventoryError {
    /// There is no such SKU, or no such reservation.
    #[error("there is no such thing")]
    NotFound,
    /// What was asked breaks rules.
    #[error("the request breaks rules")]
    Invalid(Faults),
    /// The stock has another version than the caller knows.
    #[error("the current version is {current}")]
    Changed {
        /// Its version.
        current: u64,
    },
    /// There is too little, of every SKU that is named.
    #[error("there is too little of {} SKUs", .0.len())]
    Short(Vec<Shortage>),
    /// More SKUs, or more buckets of them, than one transaction takes.
    #[error("the lines take more than a transaction does")]
    TooManyLines,
    /// There would be fewer units than are held.
    #[error("{reserved} units are reserved")]
    BelowReserved {
        /// Units that are held.
        reserved: u64,
    },
    /// The reservation cannot be what it is asked to be.
    #[error(transparent)]
    Reservation(#[from] Refusal),
    /// Stock can only come back from a reservation that is committed.
    #[error("the reservation is not committed")]
    NotCommitted,
    /// More would come back than was sold.
    #[error("of {sku} at most {left} can come back")]
    MoreThanSold {
        /// Of which SKU.
        sku: Sku,
        /// How many may.
        left: u64,
    },
    /// The same things were changed by others again and again.
    #[error("the stock was changed by others each time it was tried")]
    Busy,
    /// Another run of the same operation took over.
    #[error("the operation was taken over by another run")]
    TakenOver,
    /// The table failed.
    #[error(transparent)]
    Table(#[from] TableError),
}

impl InventoryError {
    /// One field that breaks a rule.
    pub fn invalid(pointer: &str, rule: impl std::fmt::Display) -> Self {
        let mut faults = Faults::new();
        faults.add(pointer, rule);
        Self::Invalid(faults)
    }
}

impl From<StoreError> for InventoryError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Stale => Self::Busy,
            StoreError::ClaimLost => Self::TakenOver,
            StoreError::Table(error) => Self::Table(error),
        }
    }
}

impl From<InventoryError> for Problem {
    fn from(error: InventoryError) -> Self {
        match error {
            InventoryError::NotFound => rows::NOT_FOUND.into(),
            InventoryError::Invalid(faults) => Self::invalid(faults),
            InventoryError::Changed { current } => Self::stale(current),
            InventoryError::Short(shortages) => short(&shortages),
            InventoryError::TooManyLines => {
                Self::new(rows::VALIDATION_FAILED).fault("", "has too many different SKUs")
            }
            InventoryError::BelowReserved { reserved } => Self::new(BELOW_RESERVED)
                .detail(format!("{reserved} units are reserved."))
                .extension("reserved", reserved),
            InventoryError::Reservation(Refusal::OtherLines) => RESERVATION_REUSED.into(),
            InventoryError::Reservation(Refusal::Released) => RESERVATION_RELEASED.into(),
            InventoryError::Reservation(Refusal::Committed) => RESERVATION_COMMITTED.into(),
            InventoryError::NotCommitted => Self::new(RESTOCK_EXCEEDS_SALE)
                .detail("Nothing was sold of it.")
                .extension("left", 0),
            InventoryError::MoreThanSold { sku, left } => Self::new(RESTOCK_EXCEEDS_SALE)
                .detail(format!("Of {sku} at most {left} can come back."))
                .extension("sku", sku.to_string())
                .extension("left", left),
            InventoryError::TakenOver => rows::IDEMPOTENCY_IN_FLIGHT.into(),
            InventoryError::Busy => Self::new(rows::UNAVAILABLE).cause(error),
            InventoryError::Table(error) => error.into(),
        }
    }
}

/// Every SKU that is short; of a single one its number stands at the top as well.
fn short(shortages: &[Shortage]) -> Problem {
    let lines = shortages.iter().map(|short| {
        json!({
            "sku": short.sku,
            "requested": short.requested,
            "available": short.available,
        })
    });
    let problem =
        Problem::new(INSUFFICIENT_STOCK).extension("shortages", lines.collect::<Vec<_>>());
    match shortages {
        [one] => problem
            .detail(format!(
                "{} units of {} are available.",
                one.available, one.sku
            ))
            .extension("available", one.available),
        _ => problem,
    }
}
