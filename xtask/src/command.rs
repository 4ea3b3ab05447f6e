//! Running other programs.

use std::ffi::OsStr;
use std::process::{Command, ExitCode, ExitStatus, Output, Stdio};

use anyhow::{Context, Result, bail};

/// A command that does not inherit what cargo set for this program alone.
pub fn new(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    for name in [
        "CARGO_MANIFEST_DIR",
        "CARGO_MANIFEST_PATH",
        "CARGO_PKG_NAME",
    ] {
        command.env_remove(name);
    }
    command
}

/// Runs it with its output shown; a failure names the command and the remedy.
pub fn must(command: &mut Command, remedy: &str) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("cannot run {}", shown(command)))?;
    if !status.success() {
        bail!("{} ended with {status}; {remedy}", shown(command));
    }
    Ok(())
}

/// Runs it and returns what it printed; what it says on stderr is shown.
pub fn output(command: &mut Command, remedy: &str) -> Result<String> {
    let Output { status, stdout, .. } = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot run {}", shown(command)))?;
    if !status.success() {
        bail!("{} ended with {status}; {remedy}", shown(command));
    }
    Ok(String::from_utf8_lossy(&stdout).trim_end().to_owned())
}

/// The code to end with when another program's end is ours.
pub fn exit_code(status: ExitStatus) -> ExitCode {
    match status.code() {
        Some(0) => ExitCode::SUCCESS,
        Some(code) => ExitCode::from(u8::try_from(code).unwrap_or(1)),
        None => ExitCode::FAILURE,
    }
}

fn shown(command: &Command) -> String {
    let program = command.get_program().to_string_lossy();
    let name = program.rsplit('/').next().unwrap_or(&program).to_owned();
    let first = command
        .get_args()
        .next()
        .map(|a| a.to_string_lossy().into_owned());
    match first {
        Some(first) => format!("`{name} {}`", first.rsplit('/').next().unwrap_or(&first)),
        None => format!("`{name}`"),
    }
}
