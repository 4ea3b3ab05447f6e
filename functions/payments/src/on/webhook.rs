//! Works off webhooks of the processor.

use edge::{Setback, Worker};
use kernel::Timestamp;
use manifest::{Source, consumers};
use serde_json::{Value, json};

use crate::Checkout;
use crate::webhook::Work;

/// Does what a webhook asks for.
pub struct WorkOffWebhook;

impl Worker for WorkOffWebhook {
    const ROW: &'static Source = &consumers::PAYMENTS_ON_WEBHOOK;
    type App = Checkout;
    type Message = Work;

    fn example() -> Value {
        json!({ "webhook": "evt_1SExample" })
    }

    async fn work(checkout: &Checkout, work: Work, at: Timestamp) -> Result<(), Setback> {
        let charges = &checkout.charges;
        Ok(charges
            .work_off(&checkout.orders, &work.webhook, at)
            .await?)
    }
}
