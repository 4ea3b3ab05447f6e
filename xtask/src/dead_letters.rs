//! `cargo xtask dlq`: what was given up after all its tries.

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::command;
use crate::deploy::STAGE;
use crate::environment::Environment;
use crate::workspace::Workspace;

/// Passes the words on. Without a stage it is the local one; for another, credentials and region
/// stand in the environment.
pub fn run(workspace: &Workspace, wanted: &[OsString]) -> Result<ExitCode> {
    let mut letters = command::new(workspace.tool("letters")?);
    letters.args(wanted);
    if !wanted.iter().any(|word| word == "--stage") {
        let file = workspace.local().join("env");
        let Some(environment) = Environment::read(&file).filter(Environment::answers) else {
            bail!("the local cloud does not run: `cargo xtask up` starts it; or name a --stage");
        };
        environment.give_to(&mut letters).args(["--stage", STAGE]);
    }
    Ok(command::exit_code(letters.status()?))
}
