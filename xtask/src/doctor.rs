//! Is everything here that the rest needs? Each fault is told with its remedy.

use std::process::Stdio;

use anyhow::{Result, bail};

use crate::command;

struct Need {
    program: &'static str,
    asks: &'static [&'static str],
    why: &'static str,
    remedy: &'static str,
    /// Whether `cargo xtask up` cannot do without it.
    always: bool,
}

const NEEDS: &[Need] = &[
    Need {
        program: "python3",
        asks: &[
            "-c",
            "import sys, venv, ensurepip; assert sys.version_info >= (3, 10); print(sys.version.split()[0])",
        ],
        why: "runs the local cloud",
        remedy: "install Python 3.10 or later with venv (Debian: apt-get install python3-venv)",
        always: true,
    },
    Need {
        program: "cc",
        asks: &["--version"],
        why: "links, and builds the crypto library",
        remedy: "install a C compiler (Debian: apt-get install build-essential)",
        always: true,
    },
    Need {
        program: "cargo-nextest",
        asks: &["nextest", "--version"],
        why: "runs the tests",
        remedy: "`cargo xtask test` builds one for itself, once",
        always: false,
    },
    Need {
        program: "npm",
        asks: &["--version"],
        why: "installs the linter of the API's document, for the tests",
        remedy: "install Node 20 or later",
        always: false,
    },
];

/// Fails with the remedy when something is missing that `up` cannot do without.
pub fn quick() -> Result<String> {
    for need in NEEDS.iter().filter(|need| need.always) {
        if version(need).is_none() {
            bail!(
                "{} is missing or too old: it {}; {}",
                need.program,
                need.why,
                need.remedy
            );
        }
    }
    Ok("all here".to_owned())
}

/// Shows every need, and fails when one is not met.
pub fn report() -> Result<()> {
    let mut missing = 0;
    for need in NEEDS {
        match version(need) {
            Some(version) => println!("ok       {:14} {version}", need.program),
            None => {
                missing += 1;
                println!("missing  {:14} {}: {}", need.program, need.why, need.remedy);
            }
        }
    }
    if missing > 0 {
        bail!("{missing} of {} needs are not met", NEEDS.len());
    }
    Ok(())
}

fn version(need: &Need) -> Option<String> {
    let said = command::new(need.program)
        .args(need.asks)
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&said.stdout);
    said.status
        .success()
        .then(|| text.lines().next().unwrap_or_default().to_owned())
}
