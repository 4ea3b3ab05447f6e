//! Makes signing keys, and the local cloud's tokens.
//!
//! ```text
//! mint keygen <private.pem>                     the local stage's key: a file, unless it is there,
//!                                               and what signs on the stage
//! mint rotate --stage <stage> [--leaked]        the next key of any stage
//! mint token --key <private.pem> --role MANAGER [--user usr_…] [--version 0] [--email …]
//!            [--days 7]
//! ```
//!
//! A real stage's keys are in its secret, and its tokens come from signing in: `keygen` and `token`
//! are for the local stage alone.

mod key;
mod rotation;
mod stage;
mod token;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail, ensure};
use lexopt::prelude::*;

use crate::key::SigningKey;
use crate::rotation::Need;
use crate::stage::Stage;
use crate::token::Order;

/// The stage of a local cloud.
const LOCAL: &str = "local";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("mint: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let mut arguments = lexopt::Parser::from_env();
    match arguments.next()? {
        Some(Value(word)) if word == "keygen" => keygen(arguments),
        Some(Value(word)) if word == "rotate" => rotate(arguments),
        Some(Value(word)) if word == "token" => token(arguments),
        _ => bail!("usage: mint keygen <private.pem> | mint rotate --stage <stage> | mint token …"),
    }
}

fn keygen(mut arguments: lexopt::Parser) -> Result<()> {
    let private = PathBuf::from(arguments.value().context("mint keygen <private.pem>")?);
    let key = if private.exists() {
        SigningKey::read(&private)?
    } else {
        let key = SigningKey::generate()?;
        write_private(&private, key.pem())?;
        key
    };
    waiting(async { Stage::open(LOCAL).await?.adopt(&key).await })
}

fn rotate(mut arguments: lexopt::Parser) -> Result<()> {
    let (mut name, mut need, mut private) = (None, Need::None, None);
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("stage") => name = Some(arguments.value()?.string()?),
            Long("leaked") => need = Need::Leaked,
            Long("key") => private = Some(PathBuf::from(arguments.value()?)),
            other => return Err(other.unexpected().into()),
        }
    }
    let name = name.context("rotate needs --stage <stage>")?;
    waiting(async {
        let stage = Stage::open(&name).await?;
        println!("{}", stage.rotate(need).await?);
        // The local stage's tokens are minted with its developer's file.
        if let Some(private) = private.filter(|_| name == LOCAL) {
            let _ = std::fs::remove_file(&private);
            write_private(&private, &stage.current().await?)?;
        }
        Ok(())
    })
}

/// Waits for calls to a stage.
fn waiting<T>(calls: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(calls)
}

fn token(mut arguments: lexopt::Parser) -> Result<()> {
    let mut order = Order::default();
    let mut key = None;
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("key") => key = Some(PathBuf::from(arguments.value()?)),
            Long("role") => order.role = arguments.value()?.string()?.parse().map_err(text)?,
            Long("user") => {
                order.user = Some(arguments.value()?.string()?.parse().map_err(text)?);
            }
            Long("email") => order.email = Some(arguments.value()?.string()?),
            Long("version") => order.version = arguments.value()?.parse()?,
            Long("days") => order.days = arguments.value()?.parse()?,
            Long("issuer") => order.issuer = arguments.value()?.string()?,
            Long("audience") => order.audience = arguments.value()?.string()?,
            Long("stage") => {
                let stage = arguments.value()?.string()?;
                ensure!(
                    stage == LOCAL,
                    "tokens are minted for the local stage alone; sign in to get one for `{stage}`"
                );
            }
            other => return Err(other.unexpected().into()),
        }
    }
    let key = SigningKey::read(&key.context("mint token needs --key <private.pem>")?)?;
    println!("{}", order.sign(&key)?);
    Ok(())
}

fn text(error: impl std::fmt::Display) -> anyhow::Error {
    anyhow::anyhow!("{error}")
}

/// Writes a file that its owner alone can read.
fn write_private(path: &Path, text: &str) -> Result<()> {
    use std::io::Write;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options
        .open(path)
        .with_context(|| format!("cannot write {}", path.display()))?;
    Ok(file.write_all(text.as_bytes())?)
}
