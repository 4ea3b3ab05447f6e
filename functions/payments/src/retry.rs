//! Trying again when somebody else was faster.

use std::time::Duration;

use tokio::time::Instant;

/// How long after the first try another one may begin. A function that answers has ten seconds:
/// what is left is enough for a last try, and for saying that it was of no use.
const WITHIN: Duration = Duration::from_millis(7_000);
/// The first pause is at most this; each further one at most twice the one before, to a limit. The
/// limit is for some dozens who want the same wallet at once: so far apart, about one of them at a
/// time is between its read and its write.
const FIRST: Duration = Duration::from_millis(10);
const LONGEST: Duration = Duration::from_millis(500);

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
    /// Waits before the next try; false when there is no time for one.
    pub(crate) async fn wait(&mut self) -> bool {
        self.made += 1;
        let longest = FIRST.saturating_mul(1 << self.made.min(10)).min(LONGEST);
        let pause = longest.mul_f64(fastrand::f64());
        if self.began.elapsed() + pause >= WITHIN {
            return false;
        }
        tokio::time::sleep(pause).await;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn tries_end_while_there_is_time_to_say_so() {
        let mut late = Tries {
            began: Instant::now()
                .checked_sub(WITHIN)
                .expect("the clock runs longer than that"),
            made: 0,
        };
        assert!(!late.wait().await);
        let mut early = Tries::default();
        for _ in 0..6 {
            assert!(early.wait().await);
        }
        assert!(early.began.elapsed() < WITHIN);
    }
}
