//! Auth: accounts, sign-in, sessions, addresses.
//!
//! - [`user`] holds the rules, without I/O.
//! - [`store`] is the table.
//! - [`api`] and [`on`] are what is deployed; [`functions`] lists it.

pub mod api;
pub mod error;
pub mod on;
pub mod store;
pub mod user;
pub mod wire;

use aws::{Aws, StartError, Table};
use manifest::resources;

use crate::store::Store;

/// The service: its table, and what only some of its functions are given.
#[derive(Debug)]
pub struct Auth {
    store: Store,
}

impl edge::App for Auth {
    async fn start(aws: &Aws) -> Result<Self, StartError> {
        let table = aws.table(&resources::AUTH)?;
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

/// What the service deploys.
pub fn functions() -> Vec<edge::Function> {
    Vec::new()
}
