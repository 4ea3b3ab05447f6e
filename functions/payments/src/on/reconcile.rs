//! Every hour: compares the processor's books with the ledger.

use edge::{Clockwork, Setback};
use kernel::Timestamp;
use manifest::{Schedule, schedules};

use crate::Charges;

/// Compares the processor's books with the ledger.
pub struct Reconcile;

impl Clockwork for Reconcile {
    const ROW: &'static Schedule = &schedules::PAYMENTS_RECONCILE;
    type App = Charges;

    async fn run(charges: &Charges, at: Timestamp) -> Result<u64, Setback> {
        Ok(charges.reconcile(at).await?)
    }
}
