//! Hears that an order, or a part of one, was called off: gives back what was paid for it.

use contracts::Envelope;
use contracts::orders::{OrderCancelled as Cancelled, OrderLinesCancelled};
use edge::{Consumer, Setback, Trace};
use kernel::{Clock, SystemClock};
use manifest::{Source, consumers};

use crate::{Charges, Run};

/// Refunds cancellations.
pub struct OrderCancelled;

impl Consumer for OrderCancelled {
    const ROW: &'static Source = &consumers::PAYMENTS_ON_ORDER_CANCELLED;
    type App = Charges;

    async fn on(charges: &Charges, heard: Envelope, trace: Trace) -> Result<(), Setback> {
        let (order, cancellation) = if heard.is::<Cancelled>() {
            let event = heard.read::<Cancelled>()?.data;
            (event.order.id, event.cancellation)
        } else {
            let event = heard.read::<OrderLinesCancelled>()?.data;
            (event.order.id, event.cancellation)
        };
        let run = Run {
            at: SystemClock.now(),
            answered: None,
            traceparent: Some(trace.traceparent()),
        };
        Ok(charges
            .refund_cancellation(order, &cancellation, run)
            .await?)
    }
}
