//! The service with the processor and the orders, for the functions that pay them.

use aws::{Aws, StartError, Table};
use orders::Fulfilment;

use crate::Charges;

/// The service with the processor and the orders.
#[derive(Debug)]
pub struct Checkout {
    pub(crate) charges: Charges,
    pub(crate) orders: Fulfilment,
}

impl edge::App for Checkout {
    async fn start(aws: &Aws) -> Result<Self, StartError> {
        let (charges, orders) =
            futures_util::try_join!(Charges::start(aws), Fulfilment::start(aws))?;
        Ok(Self { charges, orders })
    }

    fn table(&self) -> Option<&Table> {
        self.charges.table()
    }
}
