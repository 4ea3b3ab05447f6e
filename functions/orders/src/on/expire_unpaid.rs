//! Every minute: lets go of orders that were not paid in time.

use edge::{Clockwork, Setback};
use kernel::Timestamp;
use manifest::{Schedule, schedules};

use crate::Orders;

/// Expires unpaid orders.
pub struct ExpireUnpaid;

impl Clockwork for ExpireUnpaid {
    const ROW: &'static Schedule = &schedules::ORDERS_EXPIRE_UNPAID;
    type App = Orders;

    async fn run(orders: &Orders, at: Timestamp) -> Result<u64, Setback> {
        Ok(orders.expire_unpaid(at).await?)
    }
}
