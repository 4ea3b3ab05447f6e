//! When a cancelled transaction, or a write that met one, is tried again.
//!
//! The SDK tries again what did not reach the table or was throttled whole. What is left to us is
//! contention between transactions, which the SDK reports as a plain refusal. The two never retry
//! the same failure, so tries do not multiply.

use std::time::Duration;

use tokio::time::Instant;

use crate::error::is_about_size;

/// How long after the first try another one may begin. This is what ends the tries: where many want
/// one item, each of them needs more than a few to find it alone.
const WITHIN: Duration = Duration::from_secs(3);
/// Tries of one call, the first included, however short chance makes the pauses.
const TRIES: u32 = 40;
/// The first pause is at most this; each further one at most twice the one before, to a limit. One
/// that were much longer than its turn takes to come would let those go first who came after.
const FIRST: Duration = Duration::from_millis(20);
const LONGEST: Duration = Duration::from_millis(250);

/// What is left of the tries of one call.
#[derive(Debug)]
pub(crate) struct Patience {
    began: Instant,
    tried: u32,
}

impl Patience {
    pub(crate) fn new() -> Self {
        Self {
            began: Instant::now(),
            tried: 1,
        }
    }

    /// When the call began.
    pub(crate) const fn began(&self) -> Instant {
        self.began
    }

    /// Waits before the next try; false when there is none.
    pub(crate) async fn wait(&mut self) -> bool {
        match pause(self.tried, self.began.elapsed(), fastrand::f64()) {
            Some(pause) => {
                self.tried += 1;
                tokio::time::sleep(pause).await;
                true
            }
            None => {
                // A shorter pause might fit still, but who was told that it is over may rely on it.
                self.tried = TRIES;
                false
            }
        }
    }
}

/// How long to wait after so many tries: anything up to a bound that doubles (full jitter), so
/// that those who met do not meet again. None when the tries or the time are used up.
fn pause(tried: u32, elapsed: Duration, random: f64) -> Option<Duration> {
    if tried >= TRIES {
        return None;
    }
    let bound = FIRST
        .saturating_mul(2_u32.saturating_pow(tried - 1))
        .min(LONGEST);
    let pause = bound.mul_f64(random.clamp(0.0, 1.0));
    (elapsed + pause < WITHIN).then_some(pause)
}

/// What the reasons of a cancelled transaction amount to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// A condition did not hold: an answer, and no reason to try again, whatever else happened.
    Refused,
    /// Only contention or a throttle: nothing was decided.
    TryAgain,
    /// An item is beyond the limits.
    TooLarge,
    /// The request is wrong.
    Fault,
}

/// Judges the reasons: `(code, message)` of each action, in order.
pub(crate) fn judge<'a>(reasons: impl Iterator<Item = (&'a str, &'a str)>) -> Verdict {
    let mut verdict = None;
    for (code, message) in reasons {
        let found = match code {
            "" | "None" => continue,
            "ConditionalCheckFailed" => return Verdict::Refused,
            "TransactionConflict"
            | "ProvisionedThroughputExceeded"
            | "ThrottlingError"
            | "RequestLimitExceeded" => Verdict::TryAgain,
            "ItemCollectionSizeLimitExceeded" => Verdict::TooLarge,
            "ValidationError" if is_about_size(message) => Verdict::TooLarge,
            _ => Verdict::Fault,
        };
        // A request that is wrong stays wrong, so that weighs more than contention.
        if verdict.is_none_or(|verdict| verdict == Verdict::TryAgain) {
            verdict = Some(found);
        }
    }
    verdict.unwrap_or(Verdict::Fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_contention_without_a_refusal_is_tried_again() {
        use Verdict::{Fault, Refused, TooLarge, TryAgain};
        let cases: [(&[(&str, &str)], Verdict); 12] = [
            (&[("None", ""), ("TransactionConflict", "")], TryAgain),
            (&[("ProvisionedThroughputExceeded", "")], TryAgain),
            (&[("ThrottlingError", ""), ("None", "")], TryAgain),
            (
                &[("TransactionConflict", ""), ("ThrottlingError", "")],
                TryAgain,
            ),
            (&[("ConditionalCheckFailed", "")], Refused),
            (
                &[("TransactionConflict", ""), ("ConditionalCheckFailed", "")],
                Refused,
            ),
            (
                &[("ConditionalCheckFailed", ""), ("TransactionConflict", "")],
                Refused,
            ),
            (
                &[
                    ("TransactionConflict", ""),
                    ("ValidationError", "no such path"),
                ],
                Fault,
            ),
            (
                &[
                    ("None", ""),
                    (
                        "ValidationError",
                        "Item size has exceeded the maximum allowed size",
                    ),
                ],
                TooLarge,
            ),
            (
                &[
                    ("ItemCollectionSizeLimitExceeded", ""),
                    ("TransactionConflict", ""),
                ],
                TooLarge,
            ),
            (&[("SomethingNew", "")], Fault),
            (&[("None", "")], Fault),
        ];
        for (reasons, expected) in cases {
            assert_eq!(judge(reasons.iter().copied()), expected, "{reasons:?}");
        }
    }

    #[test]
    fn tries_and_time_are_bounded_whatever_the_dice_say() {
        for random in [0.0, 0.3, 1.0] {
            let (mut tried, mut elapsed) = (1, Duration::ZERO);
            while let Some(pause) = pause(tried, elapsed, random) {
                assert!(pause <= LONGEST);
                elapsed += pause;
                tried += 1;
            }
            assert!((12..=TRIES).contains(&tried), "{tried}, random {random}");
            assert!(elapsed < WITHIN);
        }
        assert_eq!(pause(TRIES, Duration::ZERO, 0.0), None);
        assert_eq!(pause(1, WITHIN, 0.0), None, "no time is left");
    }

    #[test]
    fn pauses_are_spread_from_nothing_to_a_bound_that_doubles() {
        assert_eq!(pause(1, Duration::ZERO, 0.0), Some(Duration::ZERO));
        assert_eq!(pause(1, Duration::ZERO, 1.0), Some(FIRST));
        assert_eq!(pause(2, Duration::ZERO, 1.0), Some(FIRST * 2));
        assert_eq!(pause(5, Duration::ZERO, 1.0), Some(LONGEST));
    }

    #[tokio::test]
    async fn waiting_ends_with_the_time() {
        let mut patience = Patience::new();
        while patience.wait().await {}
        assert!(patience.tried > 1);
        assert!(!patience.wait().await, "it is over");
    }
}
