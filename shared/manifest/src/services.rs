//! The services, and how quick each is meant to be.

/// A service: the package in `functions/` of the same name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Service {
    /// The package's name, and the first word of most of its functions' names.
    pub name: &'static str,
    /// Milliseconds that 99 of 100 of its answers take at most. An alarm watches it, so it is set
    /// with room for cold starts: what a shopper notices, not what a good day looks like.
    pub p99_ms: u32,
}

/// Health, documentation, public keys, the relay.
pub const PLATFORM: Service = Service {
    name: "platform",
    p99_ms: 800,
};

/// The catalogue. Exports are among its answers, so its slowest hundredth is slow by nature.
pub const PRODUCTS: Service = Service {
    name: "products",
    p99_ms: 1_500,
};

/// Accounts, sign-in, profiles. Making a password's hash costs tens of milliseconds, on purpose.
pub const AUTH: Service = Service {
    name: "auth",
    p99_ms: 1_500,
};

/// Carts and orders. Placing one asks the catalogue, the stock and the address book.
pub const ORDERS: Service = Service {
    name: "orders",
    p99_ms: 1_500,
};

/// Stock and holds on it.
pub const INVENTORY: Service = Service {
    name: "inventory",
    p99_ms: 1_000,
};

/// Money. A card's answer is among its own, and takes the processor about a second.
pub const PAYMENTS: Service = Service {
    name: "payments",
    p99_ms: 4_000,
};

/// Full text over the catalogue. Its figure is the engine's, with room for a cold start.
pub const SEARCH: Service = Service {
    name: "search",
    p99_ms: 1_500,
};

/// Every service, in reading order.
pub const ALL: &[&Service] = &[
    &PLATFORM, &AUTH, &PRODUCTS, &INVENTORY, &ORDERS, &PAYMENTS, &SEARCH,
];

/// Their names, in reading order.
pub fn names() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|service| service.name)
}
