//! Every quarter of an hour: tells of carts that were left alone.

use edge::{Clockwork, Setback};
use kernel::Timestamp;
use manifest::{Schedule, schedules};

use crate::AbandonedCarts;

/// Tells of carts that were left alone.
pub struct FindAbandonedCarts;

impl Clockwork for FindAbandonedCarts {
    const ROW: &'static Schedule = &schedules::ORDERS_FIND_ABANDONED_CARTS;
    type App = AbandonedCarts;

    async fn run(carts: &AbandonedCarts, at: Timestamp) -> Result<u64, Setback> {
        Ok(carts.orders.tell_of_abandoned_carts(carts.idle, at).await?)
    }
}
