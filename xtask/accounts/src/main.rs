//! Opens the local stage's accounts, and appoints staff on any stage.
//!
//! ```text
//! accounts seed --stage local
//! accounts appoint --stage <stage> --email <address> --role MANAGER
//! ```
//!
//! Both call the auth service as a library, so that every rule holds and every appointment is on
//! record. Which account and region a stage is in is the environment's to say, as for any tool of
//! AWS.

mod stage;

use std::process::ExitCode;

use anyhow::{Context, Result, anyhow, bail};
use kernel::{Email, Role};
use lexopt::prelude::*;

use crate::stage::{LOCAL, Stage};

/// The password of every account of a local stage. README.md says it.
const PASSWORD: &str = "the local shop is open";

/// The accounts of a local stage: variable, name, role.
const ACCOUNTS: [(&str, &str, Role); 5] = [
    ("ADMIN", "admin", Role::Admin),
    ("MANAGER", "manager", Role::Manager),
    ("USER", "user", Role::User),
    ("USER2", "user2", Role::User),
    ("USER3", "user3", Role::User),
];

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
            eprintln!("accounts: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<()> {
    let mut arguments = lexopt::Parser::from_env();
    let Some(Value(command)) = arguments.next()? else {
        bail!("usage: accounts seed | appoint");
    };
    let (mut name, mut email, mut role) = (None, None, None);
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("stage") => name = Some(arguments.value()?.string()?),
            Long("email") => {
                email = Some(Email::parse(&arguments.value()?.string()?).map_err(text)?)
            }
            Long("role") => role = Some(arguments.value()?.string()?.parse().map_err(text)?),
            other => return Err(other.unexpected().into()),
        }
    }
    let name = name.context("--stage <stage> is missing")?;
    if command == "seed" {
        seed(&name).await
    } else if command == "appoint" {
        let email = email.context("--email <address> is missing")?;
        let role: Role = role.context("--role ADMIN|MANAGER|USER is missing")?;
        let user = Stage::open(&name).await?.appoint(&email, role).await?;
        println!("{} is {}", user.id, user.role);
        Ok(())
    } else {
        bail!("usage: accounts seed | appoint")
    }
}

/// Opens the accounts that are not there yet, and prints of each variable, address, password, role,
/// id and the version of its tokens.
async fn seed(name: &str) -> Result<()> {
    let stage = Stage::to_seed(name).await?;
    for (variable, account, role) in ACCOUNTS {
        let email = Email::parse(&format!("{account}@ultramarket.{LOCAL}")).map_err(text)?;
        if stage.holder_of(&email).await?.is_none() {
            stage.register(&email, account, PASSWORD).await?;
        }
        let user = stage.appoint(&email, role).await?;
        let (email, id, version) = (email.as_str(), user.id, user.token_version);
        println!("{variable}\t{email}\t{PASSWORD}\t{role}\t{id}\t{version}");
    }
    Ok(())
}

fn text(error: impl std::fmt::Display) -> anyhow::Error {
    anyhow!("{error}")
}
