//! Races, and waiting.

use std::sync::Barrier;
use std::time::{Duration, Instant};

/// How long to wait for what a queue brings. A message that its consumer could not work off, since a
/// table was too busy, comes again after six times the function's time: three minutes for most.
pub const BY_QUEUE: Duration = Duration::from_mins(4);

/// Runs `work` on so many threads, all let go at the same moment, and gives back what each of them
/// got, in the order of their numbers.
pub fn all_at_once<T: Send>(threads: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let barrier = Barrier::new(threads);
    std::thread::scope(|scope| {
        let runners: Vec<_> = (0..threads)
            .map(|number| {
                let (barrier, work) = (&barrier, &work);
                scope.spawn(move || {
                    barrier.wait();
                    work(number)
                })
            })
            .collect();
        runners
            .into_iter()
            .map(|runner| match runner.join() {
                Ok(got) => got,
                Err(panic) => std::panic::resume_unwind(panic),
            })
            .collect()
    })
}

/// Asks again and again until there is something, and gives that; fails with `what` after `within`.
/// However long an answer takes, the last time it is asked is after that.
///
/// The pauses grow from 20 ms to half a second, so that waiting costs the machine little.
#[allow(
    clippy::disallowed_methods,
    reason = "a test's thread has nothing else to do while it waits"
)]
pub fn eventually<T>(what: &str, within: Duration, mut ask: impl FnMut() -> Option<T>) -> T {
    let until = Instant::now() + within;
    let mut pause = Duration::from_millis(20);
    loop {
        let is_last = Instant::now() >= until;
        if let Some(got) = ask() {
            return got;
        }
        assert!(!is_last, "not within {within:?}: {what}");
        std::thread::sleep(pause);
        pause = (pause * 3 / 2).min(Duration::from_millis(500));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn every_thread_runs_and_answers_in_its_place() {
        assert_eq!(
            all_at_once(8, |number| number * 2),
            [0, 2, 4, 6, 8, 10, 12, 14]
        );
    }

    #[test]
    fn what_comes_late_is_waited_for() {
        let asked = AtomicUsize::new(0);
        let got = eventually("the third time", Duration::from_secs(5), || {
            (asked.fetch_add(1, Ordering::Relaxed) == 2).then_some("there")
        });
        assert_eq!(got, "there");
    }

    #[test]
    #[should_panic(expected = "not within")]
    fn what_never_comes_fails() {
        eventually("never", Duration::from_millis(50), || None::<()>);
    }
}
