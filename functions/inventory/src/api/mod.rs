//! The HTTP endpoints, one file each.

mod alerts;
mod get;
mod list;
mod movements;
mod release;
mod reserve;
mod stock_view;
mod update;

pub use alerts::ListAlerts;
pub use get::GetStock;
pub use list::ListStock;
pub use movements::ListMovements;
pub use release::ReleaseStock;
pub use reserve::ReserveStock;
pub use update::UpdateStock;

use kernel::{ReservationId, Sku};

/// The reservation that a caller means by a word: one of that SKU alone. So nobody who reserves
/// stock by hand reaches what orders hold, whatever word is used.
fn reservation_of(sku: &Sku, word: &str) -> ReservationId {
    ReservationId::derive(&format!("inventory/{sku}"), word)
}
