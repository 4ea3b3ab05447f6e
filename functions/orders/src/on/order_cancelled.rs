//! Hears of orders of which something will not be sent: gives their stock back.

use contracts::orders::{OrderCancelled as Cancelled, OrderExpired, OrderLinesCancelled};
use contracts::{Envelope, Event};
use edge::{Consumer, Setback, Trace};
use manifest::{Source, consumers};

use crate::Fulfilment;

/// Gives stock back.
pub struct OrderCancelled;

impl Consumer for OrderCancelled {
    const ROW: &'static Source = &consumers::ORDERS_ON_ORDER_CANCELLED;
    type App = Fulfilment;

    async fn on(fulfilment: &Fulfilment, heard: Envelope, _: Trace) -> Result<(), Setback> {
        // Whichever it was, and however late: what is to become of the stock is read off the order.
        let order = match &*heard.event_type {
            OrderExpired::TYPE => heard.read::<OrderExpired>()?.data.order,
            OrderLinesCancelled::TYPE => heard.read::<OrderLinesCancelled>()?.data.order,
            _ => heard.read::<Cancelled>()?.data.order,
        };
        Ok(fulfilment.settle(order.id).await?)
    }
}
