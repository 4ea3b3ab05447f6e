//! The service with the processor and the orders, for the functions that pay them.

use aws::{Aws, StartError, Table};
use kernel::{Money, OrderId, PaymentId, Timestamp};

use crate::Charges;
use crate::order_book::{OrderBook, OrderError, Payer};

/// The service with the processor and the orders.
#[derive(Debug)]
pub struct Checkout {
    pub(crate) charges: Charges,
    pub(crate) orders: NoOrders,
}

impl edge::App for Checkout {
    async fn start(aws: &Aws) -> Result<Self, StartError> {
        Ok(Self {
            charges: Charges::start(aws).await?,
            orders: NoOrders,
        })
    }

    fn table(&self) -> Option<&Table> {
        self.charges.table()
    }
}

/// Where there are no orders yet.
#[derive(Debug)]
pub(crate) struct NoOrders;

impl OrderBook for NoOrders {
    async fn begin(
        &self,
        _: OrderId,
        _: &Payer,
        _: PaymentId,
        _: Timestamp,
    ) -> Result<Money, OrderError> {
        Err(OrderError::NotFound)
    }

    async fn confirm(&self, _: OrderId, _: PaymentId, _: Timestamp) -> Result<(), OrderError> {
        Err(OrderError::NotFound)
    }

    async fn fail(&self, _: OrderId, _: PaymentId, _: Timestamp) -> Result<(), OrderError> {
        Err(OrderError::NotFound)
    }
}
