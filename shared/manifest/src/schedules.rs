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

/// Tells of carts that were left alone.
pub const ORDERS_FIND_ABANDONED_CARTS: Schedule = Schedule {
    name: function_name!(ORDERS_FIND_ABANDONED_CARTS),
    service: "orders",
    every_minutes: 15,
    sizing: Sizing::EVENTS,
    critical: false,
};

/// Takes away holds on stock whose time is over, so that alerts and the catalogue follow.
pub const INVENTORY_RELEASE_EXPIRED: Schedule = Schedule {
    name: function_name!(INVENTORY_RELEASE_EXPIRED),
    service: "inventory",
    every_minutes: 1,
    sizing: Sizing::EVENTS,
    critical: false,
};

/// Lets go of orders that were not paid in time.
pub const ORDERS_EXPIRE_UNPAID: Schedule = Schedule {
    name: function_name!(ORDERS_EXPIRE_UNPAID),
    service: "orders",
    every_minutes: 1,
    sizing: Sizing::EVENTS,
    critical: true,
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

/// Compares the search index with the catalogue.
pub const SEARCH_COMPARE: Schedule = Schedule {
    name: function_name!(SEARCH_COMPARE),
    service: "search",
    every_minutes: 24 * 60,
    sizing: Sizing::EVENTS,
    critical: false,
};

/// Finds out what is searched for most, for suggestions.
pub const SEARCH_RANK_QUERIES: Schedule = Schedule {
    name: function_name!(SEARCH_RANK_QUERIES),
    service: "search",
    every_minutes: 60,
    sizing: Sizing::EVENTS,
    critical: false,
};

/// Every schedule, in reading order.
pub const ALL: &[&Schedule] = &[
    &PRODUCTS_EXPIRE_IMPORTS,
    &INVENTORY_RELEASE_EXPIRED,
    &ORDERS_FIND_ABANDONED_CARTS,
    &ORDERS_EXPIRE_UNPAID,
    &PAYMENTS_RECONCILE,
    &PAYMENTS_RESUME,
    &SEARCH_COMPARE,
    &SEARCH_RANK_QUERIES,
];

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
