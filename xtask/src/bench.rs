//! `cargo xtask bench`: release binaries, what they are compared with, and the harness that measures.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;

use crate::step::Steps;
use crate::tools::Tools;
use crate::workspace::Workspace;
use crate::{command, functions};

/// Installs, builds and measures; the harness knows what the arguments mean.
pub fn run(workspace: &Workspace, rest: &[OsString]) -> Result<ExitCode> {
    let tools = Tools::of(workspace);
    let sources = workspace.root().join("xtask/bench/express");
    let mut steps = Steps::default();
    let (mut database, mut express) = (PathBuf::new(), PathBuf::new());
    steps.run("tools", || {
        tools.install_cloud()?;
        database = tools.install_database()?;
        express = tools.install_express(&sources)?;
        Ok("a database, the local cloud and a function in Node: there")
    })?;
    steps.run("build", || {
        // Not every binary of the workspace: a release of one takes the better part of a minute.
        let mut cargo = command::new("cargo");
        cargo
            .args(["build", "--workspace", "--release"])
            .current_dir(workspace.root());
        let others = ["bench", "contender-bare", "contender-minimal"];
        let functions = functions::names(workspace)?;
        for name in functions.iter().map(String::as_str).chain(others) {
            cargo.args(["--bin", name]);
        }
        command::must(&mut cargo, "see the compiler's messages above")?;
        Ok("release binaries: built")
    })?;
    let binaries = workspace.target().join("release");
    let status = command::new(binaries.join("bench"))
        .arg("--root")
        .arg(workspace.root())
        .arg("--binaries")
        .arg(&binaries)
        .arg("--database")
        .arg(database)
        .arg("--express")
        .arg(express)
        .arg("--python")
        .arg(tools.python())
        .arg("--scratch")
        .arg(workspace.local().join("bench"))
        .args(rest)
        .current_dir(workspace.root())
        .status()?;
    Ok(command::exit_code(status))
}
