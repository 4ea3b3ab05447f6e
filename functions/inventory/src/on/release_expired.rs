//! Every minute: takes away holds whose time is over.

use edge::{Clockwork, Setback};
use kernel::Timestamp;
use manifest::{Schedule, schedules};

use crate::Inventory;

/// Takes away ended holds.
pub struct ReleaseExpired;

impl Clockwork for ReleaseExpired {
    const ROW: &'static Schedule = &schedules::INVENTORY_RELEASE_EXPIRED;
    type App = Inventory;

    async fn run(inventory: &Inventory, at: Timestamp) -> Result<u64, Setback> {
        Ok(inventory.release_expired(at).await?)
    }
}
