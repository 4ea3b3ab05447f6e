//! Changing an order: read, decide, write over what was read.

use aws::Answered;
use kernel::OrderId;

use crate::Orders;
use crate::change::Change;
use crate::error::OrdersError;
use crate::order::Order;
use crate::retry::Tries;
use crate::store::StoreError;

impl Orders {
    /// An order that there is.
    pub(crate) async fn known(&self, id: OrderId) -> Result<Order, OrdersError> {
        self.store.order(id).await?.ok_or(OrdersError::NotFound)
    }

    /// Changes an order as is decided of it, anew each time that somebody else was faster, and
    /// gives it as it is then. Where nothing is to be changed, nothing is written.
    pub(crate) async fn change(
        &self,
        id: OrderId,
        decide: impl Fn(&Order) -> Result<Option<Change>, OrdersError>,
        answered: &Answered<Order>,
        traceparent: Option<&str>,
    ) -> Result<Order, OrdersError> {
        let mut tries = Tries::default();
        loop {
            let order = self.known(id).await?;
            let Some(change) = decide(&order)? else {
                return Ok(order);
            };
            match self.store.write(&change, answered, traceparent).await {
                Ok(()) => return Ok(change.order),
                Err(StoreError::Stale) => tries.wait().await?,
                Err(error) => return Err(error.into()),
            }
        }
    }
}
