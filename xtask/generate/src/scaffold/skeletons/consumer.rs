//! Hears an event: say which, and what follows from it.

use super::Service;
use contracts::Envelope;
use edge::{Consumer, Setback, Trace};
use manifest::{Source, consumers};

/// What follows from what is heard.
pub struct Skeleton;

impl Consumer for Skeleton {
    const ROW: &'static Source = &consumers::PRODUCTS_ON_PRODUCT_CHANGED;
    type App = Service;

    async fn on(_service: &Service, _heard: Envelope, _trace: Trace) -> Result<(), Setback> {
        todo!("what it does, safe to hear twice and out of order")
    }
}
