//! Inventory: stock, holds on it, and the ledger of its movements.
//!
//! - [`stock`], [`allocation`], [`reservation`], [`movement`] and [`alert`] hold the rules, without
//!   I/O.
//! - [`store`] is the table.
//! - `reserve`, `settle`, `staff`, `reading`, `watch`, `expire` and `adopt` are the use cases. Orders
//!   calls those of [`Inventory`] that have to do with reservations, in process.
//! - [`api`] and [`on`] are what is deployed; [`functions`] lists it.

mod adopt;
pub mod alert;
pub mod allocation;
pub mod api;
pub mod error;
mod expire;
pub mod movement;
pub mod on;
mod reading;
pub mod reservation;
mod reserve;
mod retry;
mod settle;
mod staff;
pub mod stock;
pub mod store;
mod watch;

use std::sync::Arc;

use aws::{Aws, StartError, Table};
use edge::App;
use kernel::{Clock, SystemClock, Timestamp};
use manifest::resources;

use crate::store::Store;

pub use error::InventoryError;
pub use reading::Availability;
pub use reservation::{Held, Line, Shortage};
pub use staff::Wanted;

/// The service: its table, and what tells it the time.
pub struct Inventory {
    store: Store,
    clock: Arc<dyn Clock>,
}

impl Inventory {
    /// The service on its table, for another service that holds stock.
    pub fn of(table: Table) -> Self {
        Self::at(table, Arc::new(SystemClock))
    }

    /// The service at a time of one's own.
    pub fn at(table: Table, clock: Arc<dyn Clock>) -> Self {
        Self {
            store: Store::new(table),
            clock,
        }
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

impl std::fmt::Debug for Inventory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Inventory").field(&self.store).finish()
    }
}

impl App for Inventory {
    async fn start(aws: &Aws) -> Result<Self, StartError> {
        let table = aws.table(&resources::INVENTORY)?;
        // A function starts without its table too, and answers 503 until it is back.
        let _ = table.warm().await;
        Ok(Self::of(table))
    }

    fn table(&self) -> Option<&Table> {
        Some(self.store.table())
    }
}

/// What the service deploys.
pub fn functions() -> Vec<edge::Function> {
    vec![
        edge::endpoint::<api::ListStock>(),
        edge::endpoint::<api::ListAlerts>(),
        edge::endpoint::<api::GetStock>(),
        edge::endpoint::<api::UpdateStock>(),
        edge::endpoint::<api::ReserveStock>(),
        edge::endpoint::<api::ReleaseStock>(),
        edge::endpoint::<api::ListMovements>(),
        edge::consumer::<on::ProductChanged>(),
        edge::clockwork::<on::ReleaseExpired>(),
    ]
}

#[cfg(test)]
mod tests;
