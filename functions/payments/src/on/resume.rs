//! Every minute: goes on with payments that stand still, or undoes them.

use edge::{Clockwork, Setback};
use kernel::Timestamp;
use manifest::{Schedule, schedules};

use crate::Checkout;

/// Looks after payments that stand still.
pub struct ResumePayments;

impl Clockwork for ResumePayments {
    const ROW: &'static Schedule = &schedules::PAYMENTS_RESUME;
    type App = Checkout;

    async fn run(checkout: &Checkout, at: Timestamp) -> Result<u64, Setback> {
        Ok(checkout.charges.resume(&checkout.orders, at).await?)
    }
}
