//! Orders: carts, orders, and what happens to them until they have arrived.
//!
//! - [`order`] and its neighbours hold the rules, without I/O.
//! - [`store`] is the table.
//! - [`functions`] lists what is deployed.
//!
//! There is a type for each set of things that a function needs, so that each is granted no more:
//! [`Orders`] is the table alone, [`Fulfilment`] has the stock too, [`Carts`] the catalogue besides,
//! and [`Checkout`] everything.

pub mod error;
pub mod order;
mod stock;
pub mod store;

use auth::AddressBooks;
use aws::{Aws, StartError, Table};
use edge::App;
use manifest::resources;
use products::Products;

use crate::store::Store;

pub use stock::Stock;

/// The service: its table.
#[derive(Debug)]
pub struct Orders {
    store: Store,
}

/// The service with the stock that its orders hold.
#[derive(Debug)]
pub struct Fulfilment {
    orders: Orders,
    stock: Stock,
}

/// The service with what carts are filled from.
#[derive(Debug)]
pub struct Carts {
    orders: Orders,
    products: Products,
    stock: Stock,
}

/// The service with everything that an order is made of: a cart, and where it goes.
#[derive(Debug)]
pub struct Checkout {
    carts: Carts,
    addresses: AddressBooks,
}

impl App for Orders {
    async fn start(aws: &Aws) -> Result<Self, StartError> {
        let table = aws.table(&resources::ORDERS)?;
        // A function starts without its table too, and answers 503 until it is back.
        let _ = table.warm().await;
        Ok(Self {
            store: Store::new(table),
        })
    }

    fn table(&self) -> Option<&Table> {
        Some(self.store.table())
    }
}

impl App for Fulfilment {
    async fn start(aws: &Aws) -> Result<Self, StartError> {
        Ok(Self {
            orders: Orders::start(aws).await?,
            stock: Stock::start(aws).await?,
        })
    }

    fn table(&self) -> Option<&Table> {
        self.orders.table()
    }
}

impl App for Carts {
    async fn start(aws: &Aws) -> Result<Self, StartError> {
        Ok(Self {
            orders: Orders::start(aws).await?,
            products: Products::start(aws).await?,
            stock: Stock::start(aws).await?,
        })
    }

    fn table(&self) -> Option<&Table> {
        self.orders.table()
    }
}

impl App for Checkout {
    async fn start(aws: &Aws) -> Result<Self, StartError> {
        Ok(Self {
            carts: Carts::start(aws).await?,
            addresses: AddressBooks::start(aws).await?,
        })
    }

    fn table(&self) -> Option<&Table> {
        self.carts.table()
    }
}

/// What the service deploys.
pub fn functions() -> Vec<edge::Function> {
    vec![]
}
