//! Runs by the clock: say what it does.

use super::Service;
use edge::{Clockwork, Setback};
use kernel::Timestamp;
use manifest::{Schedule, schedules};

/// What is done from time to time.
pub struct Skeleton;

impl Clockwork for Skeleton {
    const ROW: &'static Schedule = &schedules::PRODUCTS_EXPIRE_IMPORTS;
    type App = Service;

    async fn run(_service: &Service, _at: Timestamp) -> Result<u64, Setback> {
        todo!("what it does, safe to do twice")
    }
}
