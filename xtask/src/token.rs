//! Access tokens of the local cloud.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, bail};

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

/// The tokens that a developer and the tests start with, by the names of their variables.
pub fn starting_set(mint: &Path, cloud: &Cloud) -> Result<Vec<(String, String)>> {
    let accounts = [
        ("ADMIN_TOKEN", "ADMIN", "admin@ultramarket.local"),
        ("MANAGER_TOKEN", "MANAGER", "manager@ultramarket.local"),
        ("USER_TOKEN", "USER", "user@ultramarket.local"),
        ("USER2_TOKEN", "USER", "user2@ultramarket.local"),
    ];
    let mut tokens = Vec::new();
    for (variable, role, email) in accounts {
        let wanted = ["--role", role, "--email", email].map(OsString::from);
        tokens.push((variable.to_owned(), mint_one(mint, cloud, &wanted)?));
    }
    Ok(tokens)
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
