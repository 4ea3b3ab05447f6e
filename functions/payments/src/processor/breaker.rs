//! A circuit breaker: while the processor is down, callers are told at once and it is left alone.
//!
//! It belongs to one instance of a function, and so to one request at a time.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use kernel::Timestamp;

/// Calls in a row that must fail before the circuit opens.
const FAILURES: u32 = 5;
/// How long it stays open before one call may try.
const OPEN: Duration = Duration::from_secs(10);

/// The breaker.
#[derive(Debug, Default)]
pub(super) struct Breaker(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    failures: u32,
    open_until: Option<Timestamp>,
}

impl Breaker {
    /// Whether a call may be made now. Of an open circuit whose time has come, the one call that asks
    /// first may, and all others wait for what becomes of it.
    pub(super) fn admits(&self, now: Timestamp) -> bool {
        let mut state = self.lock();
        match state.open_until {
            None => true,
            Some(until) if now < until => false,
            Some(_) => {
                state.open_until = Some(now.plus(OPEN));
                true
            }
        }
    }

    /// Notes that the processor has answered, whatever it said.
    pub(super) fn answered(&self) {
        *self.lock() = State::default();
    }

    /// Notes that it has not.
    pub(super) fn failed(&self, now: Timestamp) {
        let mut state = self.lock();
        state.failures = state.failures.saturating_add(1);
        if state.failures >= FAILURES {
            state.open_until = Some(now.plus(OPEN));
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn open() -> Breaker {
        let breaker = Breaker::default();
        for _ in 0..FAILURES {
            assert!(breaker.admits(NOW));
            breaker.failed(NOW);
        }
        breaker
    }

    #[test]
    fn it_opens_after_failures_in_a_row_and_not_before() {
        let breaker = Breaker::default();
        for _ in 0..3 * FAILURES {
            breaker.failed(NOW);
            breaker.answered();
            assert!(breaker.admits(NOW));
        }
        assert!(!open().admits(NOW));
    }

    #[test]
    fn one_call_tries_when_the_time_has_come_and_its_outcome_decides() {
        let later = NOW.plus(OPEN);
        let breaker = open();
        assert!(breaker.admits(later));
        assert!(!breaker.admits(later), "the others wait for the first");
        breaker.failed(later);
        assert!(!breaker.admits(later));
        assert!(breaker.admits(later.plus(OPEN)));
        breaker.answered();
        assert!(breaker.admits(later));
    }
}
