//! What runs by the clock.

use crate::Sizing;
use crate::macros::function_name;

/// Fails imports that stopped making progress.
pub const PRODUCTS_EXPIRE_IMPORTS: Schedule = Schedule {
    name: function_name!(PRODUCTS_EXPIRE_IMPORTS),
    service: "products",
    every_minutes: 15,
    sizing: Sizing::EVENTS,
    critical: false,
};

/// Compares the processor's books with the ledger.
pub const PAYMENTS_RECONCILE: Schedule = Schedule {
    name: function_name!(PAYMENTS_RECONCILE),
    service: "payments",
    every_minutes: 60,
    sizing: Sizing::WORK,
    critical: false,
};

/// Goes on with payments that stand still, or undoes them.
pub const PAYMENTS_RESUME: Schedule = Schedule {
    name: function_name!(PAYMENTS_RESUME),
    service: "payments",
    every_minutes: 1,
    sizing: Sizing::WORK,
    critical: true,
};

/// Every schedule, in reading order.
pub const ALL: &[&Schedule] = &[&PRODUCTS_EXPIRE_IMPORTS, &PAYMENTS_RECONCILE, &PAYMENTS_RESUME];

/// A function that runs by the clock. A run may be repeated or skipped; it must not matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    /// The function's and binary's name.
    pub name: &'static str,
    /// The service it belongs to.
    pub service: &'static str,
    /// Minutes between two runs.
    pub every_minutes: u32,
    /// Memory and time.
    pub sizing: Sizing,
    /// Whether orders or money wait for it, and so it has alarms of its own.
    pub critical: bool,
}
