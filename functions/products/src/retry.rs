//! Trying again when somebody else was faster.

use std::time::Duration;

use crate::error::ProductsError;

/// Tries of one change.
const TRIES: u32 = 12;
/// The first pause is at most this; each further one at most twice the one before, to a limit.
const FIRST: Duration = Duration::from_millis(10);
const LONGEST: Duration = Duration::from_millis(500);

/// What is left of the tries of one change. Pauses are random, so that those who met once do not
/// meet again.
#[derive(Debug, Default)]
pub(crate) struct Tries(u32);

impl Tries {
    /// Waits before the next try.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) async fn wait(&mut self) -> Result<(), ProductsError> {
        self.0 += 1;
        if self.0 >= TRIES {
            return Err(ProductsError::Busy);
        }
        let longest = FIRST.saturating_mul(1 << self.0.min(10)).min(LONGEST);
        tokio::time::sleep(longest.mul_f64(fastrand::f64())).await;
        Ok(())
    }
}
