//! Trying again when somebody else was faster.

use std::time::Duration;

use tokio::time::Instant;

/// How long after the first try another one may begin. Functions that move money have 28 seconds:
/// what is left is enough for a last try, and for saying that it was of no use.
const WITHIN: Duration = Duration::from_secs(15);
/// The least that a try is taken to last.
const LEAST: Duration = Duration::from_millis(5);
/// The longest pause.
const LONGEST: Duration = Duration::from_secs(2);

/// What is left of the tries of one change.
///
/// A pause is random, up to a bound that doubles, so that those who met once do not meet again. The
/// bound is in terms of how long a try takes: some dozens who want the same wallet at once are then
/// soon so far apart that about one of them at a time is between its read and its write, however
/// slow or busy the table is.
#[derive(Debug)]
pub(crate) struct Tries {
    began: Instant,
    tried: Instant,
    made: u32,
}

impl Default for Tries {
    fn default() -> Self {
        let now = Instant::now();
        Self {
            began: now,
            tried: now,
            made: 0,
        }
    }
}

impl Tries {
    /// Waits before the next try; false when there is no time for one.
    pub(crate) async fn wait(&mut self) -> bool {
        self.made += 1;
        let bound = bound(self.made, self.tried.elapsed());
        let pause = bound.mul_f64(fastrand::f64());
        if self.began.elapsed() + pause >= WITHIN {
            return false;
        }
        tokio::time::sleep(pause).await;
        self.tried = Instant::now();
        true
    }
}

/// The longest pause after so many tries, of which the last has taken so long.
fn bound(made: u32, took: Duration) -> Duration {
    took.max(LEAST)
        .saturating_mul(1 << made.min(10))
        .min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_with_the_tries_and_with_what_a_try_takes() {
        let millis = Duration::from_millis;
        for (made, took, longest) in [
            (1, 0, 10),
            (2, 0, 20),
            (1, 50, 100),
            (3, 50, 400),
            (6, 50, 2_000),
            (60, 5_000, 2_000),
        ] {
            assert_eq!(bound(made, millis(took)), millis(longest), "{made} {took}");
        }
    }

    #[tokio::test]
    async fn tries_end_while_there_is_time_to_say_so() {
        let mut late = Tries {
            began: Instant::now()
                .checked_sub(WITHIN)
                .expect("the clock runs longer than that"),
            ..Tries::default()
        };
        assert!(!late.wait().await);
        let mut early = Tries::default();
        for _ in 0..4 {
            assert!(early.wait().await);
        }
        assert!(early.began.elapsed() < WITHIN);
    }
}
