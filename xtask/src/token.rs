//! Access tokens of the local cloud.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::accounts::Account;
use crate::cloud::Cloud;
use crate::command;
use crate::deploy::STAGE;
use crate::environment::Environment;
use crate::workspace::Workspace;

const REMEDY: &str = "`cargo xtask token --role ADMIN|MANAGER|USER [--user usr_…] [--days N]`";

/// Prints a token, signed with the developer's local key.
pub fn print(workspace: &Workspace, wanted: &[OsString]) -> Result<()> {
    let cloud = Cloud::of_developer(workspace);
    if !cloud.signing_key().exists() {
        bail!("there is no local key yet: `cargo xtask up` makes it");
    }
    let mint = workspace.tool("mint")?;
    println!("{}", mint_one(&mint, &cloud, wanted)?);
    Ok(())
}

/// Makes the cloud's key, unless it has one, and has it sign.
pub fn make_key(mint: &Path, cloud: &Cloud, environment: &Environment) -> Result<()> {
    let mut keygen = command::new(mint);
    command::must(
        environment
            .give_to(&mut keygen)
            .arg("keygen")
            .arg(cloud.signing_key()),
        "remove the folder of keys and start again",
    )
}

/// `cargo xtask rotate-keys`: the next key of a stage, which is the local one unless another is
/// named. For another, credentials and region stand in the environment.
pub fn rotate(workspace: &Workspace, wanted: &[OsString]) -> Result<ExitCode> {
    let mint = workspace.tool("mint")?;
    let mut rotate = command::new(&mint);
    rotate.arg("rotate").args(wanted);
    if !wanted.iter().any(|word| word == "--stage") {
        let cloud = Cloud::of_developer(workspace);
        let Some(environment) = Environment::read(&workspace.local().join("env")) else {
            bail!("the local cloud does not run: `cargo xtask up` starts it; or name a --stage");
        };
        environment.give_to(&mut rotate);
        rotate
            .args(["--stage", STAGE, "--key"])
            .arg(cloud.signing_key());
    }
    Ok(command::exit_code(rotate.status()?))
}

/// Tokens of the accounts, by the names of their variables. They are minted, not signed in for, to
/// be good for days.
pub fn starting_set(
    mint: &Path,
    cloud: &Cloud,
    accounts: &[Account],
) -> Result<Vec<(String, String)>> {
    let token = |account: &Account| {
        let wanted = [
            ("--role", &account.role),
            ("--email", &account.email),
            ("--user", &account.id),
            ("--version", &account.token_version),
        ];
        let wanted: Vec<OsString> = wanted
            .iter()
            .flat_map(|(name, value)| [(*name).into(), value.into()])
            .collect();
        let variable = format!("{}_TOKEN", account.variable);
        Ok((variable, mint_one(mint, cloud, &wanted)?))
    };
    accounts.iter().map(token).collect()
}

fn mint_one(mint: &Path, cloud: &Cloud, wanted: &[OsString]) -> Result<String> {
    let key = cloud.signing_key();
    command::output(
        command::new(mint)
            .arg("token")
            .arg("--key")
            .arg(key)
            .args(wanted),
        REMEDY,
    )
}
