//! Ctrl-c and its kin, so that what was started is always stopped.

use std::process::{Child, ExitStatus};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Result, bail};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

/// Knows whether this program was told to end.
#[derive(Clone)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// From now on SIGINT, SIGTERM and SIGHUP are noted and no longer end this program by themselves.
    pub fn watch() -> Result<Self> {
        let told = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            signal_hook::flag::register(signal, Arc::clone(&told))?;
        }
        Ok(Self(told))
    }

    /// Whether it was told to end.
    pub fn came(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// An error if it was told to end: steps between which to stop ask this.
    pub fn check(&self) -> Result<()> {
        if self.came() {
            bail!("interrupted");
        }
        Ok(())
    }

    /// Waits for a program, and ends it when this one is told to end.
    pub fn wait(&self, child: &mut Child) -> Result<ExitStatus> {
        let mut asked = false;
        loop {
            if let Some(status) = child.try_wait()? {
                return Ok(status);
            }
            if self.came() && !asked {
                // Ctrl-c reached it as well; a signal to this process alone did not.
                asked = true;
                crate::process::ask_to_end(child.id());
            }
            pause();
        }
    }
}

/// Waits a moment before looking again.
#[expect(
    clippy::disallowed_methods,
    reason = "a small program with nothing else to do"
)]
pub fn pause() {
    std::thread::sleep(Duration::from_millis(50));
}
