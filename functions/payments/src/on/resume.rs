//! Every minute: goes on with payments, refunds and deposits that stand still, or undoes them.

use edge::{Clockwork, Setback};
use kernel::Timestamp;
use manifest::{Schedule, schedules};

use crate::Checkout;

/// Looks after what stands still.
pub struct ResumePayments;

impl Clockwork for ResumePayments {
    const ROW: &'static Schedule = &schedules::PAYMENTS_RESUME;
    type App = Checkout;

    async fn run(checkout: &Checkout, at: Timestamp) -> Result<u64, Setback> {
        let charges = &checkout.charges;
        // One kind that fails keeps nobody from the others.
        let payments = charges.resume(&checkout.orders, at).await;
        let refunds = charges.resume_refunds(at).await;
        let deposits = charges.resume_deposits(at).await;
        Ok(payments? + refunds? + deposits?)
    }
}
