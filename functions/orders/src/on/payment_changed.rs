//! Hears of payments: an order is paid, may be paid again, or has its money back.

use contracts::payments::{PaymentCaptured, PaymentFailed, PaymentRefunded};
use contracts::{Envelope, Event};
use edge::{Consumer, Setback, Trace};
use kernel::{Clock, SystemClock};
use manifest::{Source, consumers};

use crate::Fulfilment;

/// Keeps account of payments.
pub struct PaymentChanged;

impl Consumer for PaymentChanged {
    const ROW: &'static Source = &consumers::ORDERS_ON_PAYMENT_CHANGED;
    type App = Fulfilment;

    async fn on(fulfilment: &Fulfilment, heard: Envelope, trace: Trace) -> Result<(), Setback> {
        let at = SystemClock.now();
        let traceparent = trace.traceparent();
        let trace = Some(traceparent.as_str());
        match &*heard.event_type {
            PaymentFailed::TYPE => {
                let PaymentFailed {
                    payment_id,
                    order_id,
                    code,
                } = heard.read()?.data;
                fulfilment
                    .payment_failed(order_id, payment_id, Some(&code), at)
                    .await?;
            }
            PaymentRefunded::TYPE => {
                let refund = heard.read::<PaymentRefunded>()?.data;
                fulfilment.payment_refunded(&refund, at, trace).await?;
            }
            _ => {
                let capture = heard.read::<PaymentCaptured>()?.data;
                fulfilment.payment_captured(&capture, at, trace).await?;
            }
        }
        Ok(())
    }
}
