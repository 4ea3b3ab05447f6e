//! Progress: each step is named when it begins and timed when it ends.

use std::fmt::Display;
use std::time::{Duration, Instant};

use anyhow::Result;

/// The steps so far, with their times.
#[derive(Default)]
pub struct Steps {
    done: Vec<(&'static str, Duration)>,
}

impl Steps {
    /// Does a step; what it returns is told beside its time.
    pub fn run<T: Display>(
        &mut self,
        name: &'static str,
        work: impl FnOnce() -> Result<T>,
    ) -> Result<()> {
        eprintln!("▸ {name}");
        let started = Instant::now();
        let outcome = work()?;
        let took = started.elapsed();
        self.done.push((name, took));
        eprintln!("  {:.1} s  {outcome}", took.as_secs_f64());
        Ok(())
    }

    /// One line with the time of each step.
    pub fn summary(&self) -> String {
        let parts: Vec<String> = self
            .done
            .iter()
            .map(|(name, took)| format!("{name} {:.1} s", took.as_secs_f64()))
            .collect();
        parts.join(" · ")
    }
}
