//! Looks into a stage's dead-letter queues, and sends letters again.
//!
//! ```text
//! letters list    --stage <stage> [--all]
//! letters show    <function> --stage <stage>
//! letters redrive <function> --stage <stage> [--id <message>]
//! ```
//!
//! Which account and region a stage is in is the environment's to say, as for any tool of AWS.

mod desk;

use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use lexopt::prelude::*;

use crate::desk::Desk;

const USAGE: &str = "usage: letters list [--all] | show <function> | redrive <function> [--id <message>], each with --stage <stage>";

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let done = runtime
        .map_err(anyhow::Error::from)
        .and_then(|runtime| runtime.block_on(run()));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("letters: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<()> {
    let mut arguments = lexopt::Parser::from_env();
    let (mut words, mut stage, mut id, mut all) = (Vec::new(), None, None, false);
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("stage") => stage = Some(arguments.value()?.string()?),
            Long("id") => id = Some(arguments.value()?.string()?),
            Long("all") => all = true,
            Value(word) => words.push(word.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    let desk = Desk::of(&stage.context("--stage <stage> is missing")?).await?;
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["list"] => desk.list(all).await,
        ["show", function] => desk.show(function).await,
        ["redrive", function] => desk.redrive(function, id.as_deref()).await,
        _ => bail!(USAGE),
    }
}
