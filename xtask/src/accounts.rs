//! The accounts of the local cloud, and the first staff of any other stage.

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::command;
use crate::environment::Environment;
use crate::workspace::Workspace;

/// An account that the local cloud starts with.
pub struct Account {
    /// What its variables start with: `ADMIN`.
    pub variable: String,
    /// Its address.
    pub email: String,
    /// Its password.
    pub password: String,
    /// Its role.
    pub role: String,
    /// Its id.
    pub id: String,
    /// The version of its tokens.
    pub token_version: String,
}

/// Opens the accounts that are not there yet.
pub fn seed(workspace: &Workspace, environment: &Environment) -> Result<Vec<Account>> {
    let mut seed = command::new(workspace.target().join("debug/accounts"));
    environment
        .give_to(&mut seed)
        .args(["seed", "--stage", crate::deploy::STAGE]);
    let told = command::output(&mut seed, "its message stands above")?;
    let account = |line: &str| {
        let mut words = line.split('\t').map(str::to_owned);
        Some(Account {
            variable: words.next()?,
            email: words.next()?,
            password: words.next()?,
            role: words.next()?,
            id: words.next()?,
            token_version: words.next()?,
        })
    };
    let accounts: Option<Vec<Account>> = told.lines().map(account).collect();
    accounts.context("an account of the local cloud could not be read")
}

/// The addresses and passwords, for shells and tests.
pub fn variables(accounts: &[Account]) -> Vec<(String, String)> {
    let both = |account: &Account| {
        [
            (format!("{}_EMAIL", account.variable), account.email.clone()),
            (
                format!("{}_PASSWORD", account.variable),
                account.password.clone(),
            ),
        ]
    };
    accounts.iter().flat_map(both).collect()
}

/// `cargo xtask appoint`. Credentials and region stand in the environment.
pub fn appoint(workspace: &Workspace, wanted: &[OsString]) -> Result<ExitCode> {
    let mut appoint = command::new(workspace.tool("accounts")?);
    let status = appoint.arg("appoint").args(wanted).status()?;
    Ok(command::exit_code(status))
}
