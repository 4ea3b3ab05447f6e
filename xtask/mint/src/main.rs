//! Makes the local cloud's signing key and tokens.
//!
//! ```text
//! mint keygen <folder>                          private.pem and jwks.json, unless they are there
//! mint token --key <private.pem> --role MANAGER [--user usr_…] [--email …] [--days 7]
//! ```
//!
//! A real stage's key is in its secret, and its tokens come from signing in: both commands refuse
//! a stage that is not local.

mod key;
mod token;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail, ensure};
use lexopt::prelude::*;

use crate::key::SigningKey;
use crate::token::Order;

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
        Some(Value(word)) if word == "token" => token(arguments),
        _ => bail!("usage: mint keygen <folder> | mint token --key <private.pem> --role <ROLE>"),
    }
}

fn keygen(mut arguments: lexopt::Parser) -> Result<()> {
    let folder = PathBuf::from(arguments.value().context("mint keygen <folder>")?);
    let private = folder.join("private.pem");
    let key = if private.exists() {
        SigningKey::read(&private)?
    } else {
        std::fs::create_dir_all(&folder)?;
        let key = SigningKey::generate()?;
        write_private(&private, key.pem())?;
        key
    };
    std::fs::write(folder.join("jwks.json"), key.public_set()?)?;
    Ok(())
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
            Long("days") => order.days = arguments.value()?.parse()?,
            Long("issuer") => order.issuer = arguments.value()?.string()?,
            Long("audience") => order.audience = arguments.value()?.string()?,
            Long("stage") => {
                let stage = arguments.value()?.string()?;
                ensure!(
                    stage == "local",
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
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options
        .open(path)
        .with_context(|| format!("cannot write {}", path.display()))?;
    Ok(file.write_all(text.as_bytes())?)
}
