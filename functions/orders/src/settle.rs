//! The stock of an order: held, taken, given back.
//!
//! What is to become of the stock follows from the order as it stands, whatever was heard and in
//! which order: [`settle`](Fulfilment::settle) may be called at any time, by anyone, again.

use inventory::reservation::Refusal;
use inventory::{InventoryError, Line};
use kernel::{OrderId, Quantity, Timestamp};

use crate::Fulfilment;
use crate::error::OrdersError;
use crate::order::Order;
use crate::status::is_off;

/// What came of asking for an order's stock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taken {
    /// The order has it.
    Ours,
    /// It was given back, or is sold.
    Gone,
}

impl Fulfilment {
    /// Holds the order's stock for longer, or again.
    pub(crate) async fn hold_until(
        &self,
        order: &Order,
        until: Timestamp,
    ) -> Result<Taken, OrdersError> {
        match self.stock.extend(&order.reservation(), until).await {
            // A payment that failed had taken it, and it is the order's own.
            Ok(_) | Err(InventoryError::Reservation(Refusal::Committed)) => Ok(Taken::Ours),
            Err(error) => gone(error),
        }
    }

    /// Takes the order's stock from the shelf. What was called off of the order goes back at once:
    /// a hold is taken whole or not at all.
    pub(crate) async fn take(&self, order: &Order) -> Result<Taken, OrdersError> {
        match self.stock.commit(&order.reservation()).await {
            Ok(()) => self.restock(order).await.map(|()| Taken::Ours),
            Err(error) => gone(error),
        }
    }

    /// Gives back what the order does not need any more.
    ///
    /// # Errors
    /// There is no such order.
    pub async fn settle(&self, order: OrderId) -> Result<(), OrdersError> {
        let order = self.orders.known(order).await?;
        if !is_off(order.status) {
            // While the stock is only held, what was called off stays held with the rest.
            let taken = order.is_confirmed() || !order.receipts.is_empty();
            return if taken {
                self.restock(&order).await
            } else {
                Ok(())
            };
        }
        match self.stock.release(&order.reservation()).await {
            Ok(()) => Ok(()),
            Err(InventoryError::Reservation(Refusal::Committed)) => self.restock(&order).await,
            Err(error) => Err(OrdersError::Stock(error)),
        }
    }

    /// Puts back on the shelf what was called off of an order whose stock was taken, and of one
    /// that is off all the rest: each part once, by its name.
    async fn restock(&self, order: &Order) -> Result<(), OrdersError> {
        let reservation = order.reservation();
        for cancellation in order.cancellations.iter().filter(|it| !it.lines.is_empty()) {
            let lines: Vec<Line> = cancellation
                .lines
                .iter()
                .map(|line| Line {
                    sku: line.sku.clone(),
                    quantity: line.quantity,
                })
                .collect();
            let key = cancellation.id.to_string();
            let stock = &self.stock;
            let put = stock.restock(&reservation, &key, &lines, "cancelled");
            put.await.map_err(OrdersError::Stock)?;
        }
        let rest: Vec<Line> = order
            .lines
            .iter()
            .filter_map(|line| {
                Some(Line {
                    sku: line.sku.clone(),
                    quantity: Quantity::new(line.remaining().into()).ok()?,
                })
            })
            .collect();
        if is_off(order.status) && !rest.is_empty() {
            let put = self.stock.restock(&reservation, "rest", &rest, "expired");
            put.await.map_err(OrdersError::Stock)?;
        }
        Ok(())
    }
}

/// Whether the stock is gone, or it is not known by now whether it is.
fn gone(error: InventoryError) -> Result<Taken, OrdersError> {
    match error {
        InventoryError::Short(_)
        | InventoryError::NotFound
        | InventoryError::Reservation(Refusal::Released) => Ok(Taken::Gone),
        other => Err(OrdersError::Stock(other)),
    }
}
