//! What the ecosystem's own tools say of what we generate and run.
//!
//! `cargo xtask test` installs them, pinned, in `.local`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod cdk;
mod document;
mod lambda;
mod pipeline;
mod templates;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()
        .unwrap()
}

/// A tool in `.local`, run at the repository's root.
fn tool(path: &str) -> Command {
    let program = root().join(".local").join(path);
    assert!(
        program.exists(),
        "{} is missing: run `cargo xtask test`",
        program.display()
    );
    let mut command = Command::new(program);
    command
        .current_dir(root())
        .env("SAM_CLI_TELEMETRY", "0")
        .env("AWS_DEFAULT_REGION", "us-east-1");
    command
}

fn must_pass(command: &mut Command) -> String {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&stdout),
        String::from_utf8_lossy(&stderr)
    );
    assert!(status.success(), "{command:?}\n{said}");
    said
}

/// The files of a folder that have this ending, in order.
fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join(folder)).unwrap();
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == ending))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "no .{ending} in {folder}");
    files
}

/// A variable of the stage under test.
fn variable(name: &str) -> String {
    std::env::vars()
        .find(|(known, _)| known == name)
        .unwrap_or_else(|| panic!("{name} is not set: run `cargo xtask test`"))
        .1
}
