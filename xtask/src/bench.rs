//! `cargo xtask bench`: binaries, what they are compared with, and the harness that measures.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;

use crate::command;
use crate::step::Steps;
use crate::tools::Tools;
use crate::workspace::Workspace;

/// Installs, builds and measures; the harness knows what the arguments mean, and what it needs.
pub fn run(workspace: &Workspace, rest: &[OsString]) -> Result<ExitCode> {
    let tools = Tools::of(workspace);
    let sources = workspace.root().join("xtask/bench/express");
    let mut steps = Steps::default();
    let mut needs = Vec::new();
    steps.run("harness", || {
        build(workspace, &["--bin".to_owned(), "bench".to_owned()])?;
        let mut bench = command::new(workspace.target().join("debug/bench"));
        bench.arg("--needs").arg("--root").arg(workspace.root());
        let said = command::output(bench.args(rest), "see what it says above")?;
        needs = said.lines().map(str::to_owned).collect();
        let binaries = needs.iter().filter(|argument| *argument == "--bin");
        Ok(format!("needs binaries: {}", binaries.count()))
    })?;
    let (mut database, mut express) = (PathBuf::new(), PathBuf::new());
    steps.run("tools", || {
        tools.install_cloud()?;
        database = tools.install_database()?;
        if !needs.iter().any(|name| name.starts_with("contender")) {
            return Ok("a database: there".to_owned());
        }
        express = tools.install_express(&sources)?;
        Ok("a database, the local cloud and a function in Node: there".to_owned())
    })?;
    steps.run("build", || {
        build(workspace, &needs)?;
        Ok("built".to_owned())
    })?;
    let release = needs.iter().any(|argument| argument == "--release");
    let profile = if release { "release" } else { "debug" };
    let binaries = workspace.target().join(profile);
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

fn build(workspace: &Workspace, what: &[String]) -> Result<()> {
    let mut cargo = command::new("cargo");
    cargo.args(["build", "--workspace"]).args(what);
    command::must(
        cargo.current_dir(workspace.root()),
        "see the compiler's messages above",
    )
}
