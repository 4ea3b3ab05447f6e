//! A function's process, and what it takes: time, processor, memory.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::runtime::{Answer, Runtime};
use crate::share::Share;

/// What is started for a function.
#[derive(Debug, Clone)]
pub struct Program {
    /// The binary, or the interpreter.
    pub path: PathBuf,
    /// What the interpreter is told to run.
    pub arguments: Vec<OsString>,
}

impl Program {
    /// A binary that takes no arguments.
    pub fn of(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            arguments: Vec::new(),
        }
    }
}

/// The variables that a function starts with.
pub type Variables = Vec<(String, String)>;

/// A function that runs.
pub struct Process {
    child: Child,
    runtime: Runtime,
}

/// What a start took.
#[derive(Debug, Clone, Copy)]
pub struct Start {
    /// From the start of the process until it asks for its first event.
    pub ready: Duration,
    /// Processor time until then.
    pub cpu: Duration,
}

impl Process {
    /// Starts a function with these variables and no others, and waits until it is ready.
    pub fn start(program: &Program, variables: &Variables) -> Result<(Self, Start)> {
        let runtime = Runtime::open()?;
        let mut command = Command::new(&program.path);
        command
            .args(&program.arguments)
            .env_clear()
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .env("AWS_LAMBDA_RUNTIME_API", runtime.address())
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "bench")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "bench")
            .stdin(Stdio::null())
            .stdout(File::create(log(program))?);
        let began = Instant::now();
        let child = command
            .spawn()
            .with_context(|| format!("cannot start {}", program.path.display()))?;
        let mut process = Self { child, runtime };
        let at = process
            .next()
            .with_context(|| format!("no start; {} may say why", log(program).display()))?;
        let start = Start {
            ready: at - began,
            cpu: process.cpu()?,
        };
        Ok((process, start))
    }

    /// Lets it have no more than a share of the processor from now on.
    pub fn hold_to(&self, share: &Share) -> Result<()> {
        share.take_in(self.child.id())
    }

    /// Hands it an event, and returns when it is ready for the next one.
    pub fn ask(&mut self, event: &str) -> Result<Answer> {
        let child = &mut self.child;
        let answer = self.runtime.ask(event, || has_ended(child))?;
        self.next()?;
        Ok(answer)
    }

    fn next(&mut self) -> Result<Instant> {
        let child = &mut self.child;
        self.runtime.next(|| has_ended(child))
    }

    /// The processor time that it has taken.
    ///
    /// What threads took that have ended since is not in it; none of the functions measured ends
    /// threads.
    pub fn cpu(&self) -> Result<Duration> {
        let tasks = self.proc("task");
        let mut nanoseconds = 0;
        for task in fs::read_dir(&tasks).with_context(|| format!("{}", tasks.display()))? {
            let said = fs::read_to_string(task?.path().join("schedstat"))?;
            let first = said.split_whitespace().next().unwrap_or_default();
            nanoseconds += first.parse::<u64>().context("schedstat")?;
        }
        Ok(Duration::from_nanos(nanoseconds))
    }

    /// The most memory that it has had at once, in bytes.
    pub fn peak(&self) -> Result<u64> {
        let status = fs::read_to_string(self.proc("status"))?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let peak = peak.and_then(|text| text.trim().strip_suffix("kB"));
        let peak: u64 = peak.context("VmHWM")?.trim().parse()?;
        Ok(peak * 1024)
    }

    fn proc(&self, file: &str) -> PathBuf {
        Path::new("/proc")
            .join(self.child.id().to_string())
            .join(file)
    }
}

/// Where a function logs to: to a file is as fast as to nowhere, and says why a function ended.
fn log(program: &Program) -> PathBuf {
    let name = program.path.file_name().unwrap_or_default();
    let name = format!("bench-{}.log", name.to_string_lossy());
    std::env::temp_dir().join(name)
}

fn has_ended(child: &mut Child) -> bool {
    !matches!(child.try_wait(), Ok(None))
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;

    /// A binary beside the folder that this test runs from.
    fn binary(name: &str) -> PathBuf {
        let test = std::env::current_exe().unwrap();
        let path = test.parent().and_then(Path::parent).unwrap().join(name);
        let missing = format!(
            "{} is missing: `cargo xtask build` builds it",
            path.display()
        );
        assert!(path.exists(), "{missing}");
        path
    }

    #[test]
    fn a_function_is_started_asked_and_measured() {
        let program = Program::of(binary("contender-bare"));
        let variables = vec![("AWS_LAMBDA_FUNCTION_NAME".to_owned(), "bare".to_owned())];
        let (mut process, start) = Process::start(&program, &variables).unwrap();
        assert!(start.ready > Duration::ZERO && start.cpu > Duration::ZERO);
        for _ in 0..2 {
            let before = process.cpu().unwrap();
            let answer = process.ask("{}").unwrap();
            assert_eq!(answer.body, br#"{"statusCode":200,"body":"{}"}"#);
            assert!(answer.to > answer.from);
            assert!(process.cpu().unwrap() > before);
        }
        assert!(process.peak().unwrap() > 1_000_000);
    }

    #[test]
    fn a_function_that_ends_is_not_waited_for() {
        let began = Instant::now();
        let failed = Process::start(&Program::of("/bin/true"), &Vec::new());
        let why = failed.err().map(|error| format!("{error:#}")).unwrap();
        assert!(why.contains("it has ended"), "{why}");
        assert!(began.elapsed() < Duration::from_secs(10));
    }
}
