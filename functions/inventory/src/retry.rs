//! Trying again when somebody else was faster.

use std::time::Duration;

use tokio::time::Instant;

use crate::error::InventoryError;

/// How long after the first try another one may begin. A function that answers has ten seconds,
/// and an order's has other things to do besides.
const WITHIN: Duration = Duration::from_millis(5_000);
/// The first pause is at most this; each further one at most twice the one before, to a limit.
const FIRST: Duration = Duration::from_millis(4);
const LONGEST: Duration = Duration::from_millis(250);

/// What is left of the tries of one change. Pauses are random, so that those who met once do not
/// meet again.
#[derive(Debug)]
pub(crate) struct Tries {
    began: Instant,
    made: u32,
}

impl Default for Tries {
    fn default() -> Self {
        Self {
            began: Instant::now(),
            made: 0,
        }
    }
}

impl Tries {
    /// Waits before the next try.
    ///
    /// # Errors
    /// When there is no time for one.
    pub(crate) async fn wait(&mut self) -> Result<(), InventoryError> {
        self.made += 1;
        let longest = FIRST.saturating_mul(1 << self.made.min(10)).min(LONGEST);
        let pause = longest.mul_f64(fastrand::f64());
        if self.began.elapsed() + pause >= WITHIN {
            return Err(InventoryError::Busy);
        }
        tokio::time::sleep(pause).await;
        Ok(())
    }

    /// Whether nothing was tried before.
    pub(crate) const fn is_first(&self) -> bool {
        self.made == 0
    }
}
