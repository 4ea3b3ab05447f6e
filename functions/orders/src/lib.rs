//! Orders: carts, orders, and what happens to them until they have arrived.
//!
//! - [`order`] and its neighbours hold the rules, without I/O.
//! - [`store`] is the table.
//! - [`functions`] lists what is deployed.
//!
//! There is a type for each set of things that a function needs, so that each is granted no more:
//! [`Orders`] is the table alone, [`Fulfilment`] has the stock too, [`Carts`] the catalogue besides,
//! and [`Checkout`] everything.

mod abandoned;
pub mod api;
mod cancel;
pub mod cancellation;
pub mod cart;
mod carts;
pub mod change;
mod changing;
mod erasure;
pub mod error;
mod expire;
pub mod on;
pub mod order;
pub mod order_token;
mod pay;
pub mod payment;
pub mod person;
mod personal;
mod place;
mod placing;
pub mod priced;
mod progress;
mod reading;
mod receive;
mod retry;
mod settle;
pub mod shipping;
pub mod status;
pub mod store;
pub mod tax;
#[cfg(test)]
mod testing;
pub mod totals;
pub mod wire;

use std::time::Duration;

use auth::AddressBooks;
use aws::{Aws, Environment, StartError, Table};
use edge::App;
use inventory::Inventory;
use kernel::CurrencyCode;
use manifest::{resources, settings};
use products::Products;

use crate::placing::TaxClasses;
use crate::store::Store;

pub use cancel::Withdrawal;
pub use carts::{Merged, Wanted};
pub use pay::{Payable, TIME_TO_PAY};
pub use person::Person;
pub use place::{Customer, Request, To};
pub use progress::Progress;
pub use reading::OrderQuery;

/// The service: its table.
#[derive(Debug)]
pub struct Orders {
    store: Store,
}

/// The service with the stock that its orders hold.
#[derive(Debug)]
pub struct Fulfilment {
    orders: Orders,
    stock: Inventory,
}

/// The service with what carts are filled from.
#[derive(Debug)]
pub struct Carts {
    orders: Orders,
    products: Products,
    stock: Inventory,
}

/// The service with everything that an order is made of: a cart, and where it goes.
#[derive(Debug)]
pub struct Checkout {
    carts: Carts,
    addresses: AddressBooks,
    tax_classes: TaxClasses,
}

/// The service with the time after which a cart counts as abandoned.
#[derive(Debug)]
pub struct AbandonedCarts {
    orders: Orders,
    idle: Duration,
}

impl Carts {
    /// The currency of a cart that has nothing in it.
    const fn currency(&self) -> CurrencyCode {
        self.products.currency()
    }
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
            stock: Inventory::start(aws).await?,
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
            stock: Inventory::start(aws).await?,
        })
    }

    fn table(&self) -> Option<&Table> {
        self.orders.table()
    }
}

impl App for AbandonedCarts {
    async fn start(aws: &Aws) -> Result<Self, StartError> {
        Ok(Self {
            orders: Orders::start(aws).await?,
            idle: aws
                .environment()
                .duration(&settings::CART_ABANDONED_AFTER)?,
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
            tax_classes: tax_classes(aws.environment())?,
        })
    }

    fn table(&self) -> Option<&Table> {
        self.carts.table()
    }
}

/// The categories whose things are not taxed as most are.
fn tax_classes(environment: &Environment) -> Result<TaxClasses, StartError> {
    let text = environment.setting(&settings::TAX_CLASSES);
    let rule = "it must be category=class, with commas between";
    TaxClasses::parse(&text).ok_or_else(|| StartError::malformed(settings::TAX_CLASSES.env, rule))
}

/// What the service deploys.
pub fn functions() -> Vec<edge::Function> {
    vec![
        edge::endpoint::<api::GetCart>(),
        edge::endpoint::<api::AddCartItem>(),
        edge::endpoint::<api::ChangeCartItem>(),
        edge::endpoint::<api::RemoveCartItem>(),
        edge::endpoint::<api::ClearCart>(),
        edge::endpoint::<api::MergeCart>(),
        edge::endpoint::<api::PreviewOrder>(),
        edge::endpoint::<api::PlaceOrder>(),
        edge::endpoint::<api::ListOrders>(),
        edge::endpoint::<api::GetOrder>(),
        edge::endpoint::<api::SetOrderStatus>(),
        edge::endpoint::<api::CancelOrder>(),
        edge::consumer::<on::OrderCancelled>(),
        edge::consumer::<on::PaymentChanged>(),
        edge::consumer::<on::UserErased>(),
        edge::clockwork::<on::ExpireUnpaid>(),
        edge::clockwork::<on::FindAbandonedCarts>(),
    ]
}
