//! One function's real binary, run as Lambda runs it: by itself, with an event, until it answers or
//! is killed.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use kernel::{Clock, SystemClock};
use serde_json::Value;

use crate::gate::Gate;
use crate::runtime::{Runtime, Told};

/// What befalls the function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mishap {
    /// Nothing.
    None,
    /// It is killed when it sends its n-th transaction (from 1): nothing of it arrives.
    KilledBefore(usize),
    /// It is killed when its n-th transaction (from 1) is done: it never hears of it.
    KilledAfter(usize),
    /// The database reads but does not write: every transaction fails.
    Outage,
}

impl Mishap {
    pub(crate) fn before(self) -> Option<usize> {
        if let Self::KilledBefore(number) = self {
            Some(number)
        } else {
            None
        }
    }

    pub(crate) fn after(self) -> Option<usize> {
        if let Self::KilledAfter(number) = self {
            Some(number)
        } else {
            None
        }
    }
}

/// How it ended.
#[derive(Debug, Clone)]
pub enum Ended {
    /// It answered.
    Answered(Value),
    /// It told of an error.
    Failed(Value),
    /// It was killed, at the moment that was asked for.
    Killed,
    /// It ended by itself, with an error that it did not tell the runtime.
    Exited,
}

impl Ended {
    /// The answer.
    ///
    /// # Panics
    /// When there was none.
    #[track_caller]
    pub fn answer(self) -> Value {
        match self {
            Self::Answered(answer) => answer,
            other => panic!("the function did not answer: {other:?}"),
        }
    }
}

/// A function's binary and what it starts with.
#[derive(Debug, Clone)]
pub struct Bootstrap {
    program: PathBuf,
    variables: Vec<(String, String)>,
    time: Duration,
}

impl Bootstrap {
    /// The binary of a function, with these variables and no others.
    ///
    /// # Panics
    /// When it was not built; the message says what builds it.
    pub fn of(function: &str, variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let program = target().join("debug").join(function);
        assert!(
            program.exists(),
            "{} is missing: `cargo xtask build` builds it",
            program.display()
        );
        Self {
            program,
            variables: variables.into_iter().collect(),
            time: Duration::from_secs(20),
        }
    }

    /// With one more variable, or another value of it.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.variables.retain(|(known, _)| known != name);
        self.variables.push((name.to_owned(), value.into()));
        self
    }

    /// With so much time to answer in, which is also how long its lease on a key is.
    #[must_use]
    pub fn within(mut self, time: Duration) -> Self {
        self.time = time;
        self
    }

    /// Runs it on an event, and kills it when the time has come.
    ///
    /// # Panics
    /// When it neither answers nor is killed.
    pub fn run(&self, event: &Value, kill: Mishap) -> Ended {
        self.counting(event, kill).0
    }

    /// As [`run`](Self::run), with the number of transactions that it got done.
    ///
    /// # Panics
    /// When it neither answers nor is killed.
    pub fn counting(&self, event: &Value, kill: Mishap) -> (Ended, usize) {
        let deadline = SystemClock.now().plus(self.time).millis();
        let runtime = Runtime::serve(event, deadline);
        let running: Arc<Mutex<Option<Child>>> = Arc::default();
        let (killed, on_kill) = std::sync::mpsc::channel();
        let victim = Arc::clone(&running);
        let killer = move || {
            let mut victim = victim.lock().expect("the child");
            if let Some(child) = victim.as_mut() {
                child.kill().expect("SIGKILL");
                child.wait().expect("the end of what was killed");
            }
            // Before the lock goes, so that nobody sees an end that nothing explains.
            let _ = killed.send(());
        };
        let endpoint = self.variable("AWS_ENDPOINT_URL");
        let gate = Gate::open(&endpoint, kill, Arc::new(killer));
        // Held, so that who comes to kill it waits until it can be found.
        let mut started = running.lock().expect("the child");
        let child = Command::new(&self.program)
            .env_clear()
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .env("AWS_ENDPOINT_URL_DYNAMODB", gate.address())
            .env("AWS_LAMBDA_RUNTIME_API", runtime.address())
            .env("AWS_LAMBDA_FUNCTION_NAME", self.name())
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "test")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "test")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .expect("the function's process");
        *started = Some(child);
        drop(started);
        let ended = self.wait(&runtime, &on_kill, &running);
        if let Some(mut child) = running.lock().expect("the child").take() {
            let _ = child.kill();
            let _ = child.wait();
        }
        (ended, gate.transactions())
    }

    fn wait(
        &self,
        runtime: &Runtime,
        killed: &std::sync::mpsc::Receiver<()>,
        running: &Mutex<Option<Child>>,
    ) -> Ended {
        crate::eventually(
            "an answer of the function",
            self.time + Duration::from_secs(5),
            || {
                let exited = running
                    .lock()
                    .expect("the child")
                    .as_mut()
                    .is_some_and(|child| matches!(child.try_wait(), Ok(Some(_))));
                // In this order: who was killed has exited too.
                if killed.try_recv().is_ok() {
                    return Some(Ended::Killed);
                }
                match runtime.told().try_recv() {
                    Ok(Told::Answer(answer)) => Some(Ended::Answered(answer)),
                    Ok(Told::Error(error)) => Some(Ended::Failed(error)),
                    Err(_) if exited => Some(Ended::Exited),
                    Err(_) => None,
                }
            },
        )
    }

    fn name(&self) -> String {
        self.program
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned()
    }

    fn variable(&self, name: &str) -> String {
        let found = self.variables.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    }
}

/// Where cargo puts what it builds: this test runs from `<target>/debug/deps`.
fn target() -> PathBuf {
    let test = std::env::current_exe().expect("where this test is");
    let folder = test
        .ancestors()
        .find(|folder| folder.ends_with("debug"))
        .and_then(Path::parent);
    folder.expect("a test in cargo's target folder").to_owned()
}
