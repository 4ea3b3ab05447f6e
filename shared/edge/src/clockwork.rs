//! What runs by the clock.

use crate::endpoint::App;
use kernel::Timestamp;
use manifest::Schedule;
use std::error::Error;
use std::future::Future;

/// A scheduled function. It may run twice, late, or not at all; nothing depends on it.
pub trait Clockwork: Send + Sync + 'static {
    /// Its row.
    const ROW: &'static Schedule;
    /// Its service.
    type App: App;

    /// One run; what it gives back is logged as `done`.
    fn run(
        app: &Self::App,
        at: Timestamp,
    ) -> impl Future<Output = Result<u64, Box<dyn Error + Send + Sync>>> + Send;
}
