//! Access tokens of the local cloud.

use std::ffi::OsString;
use std::path::Path;

use anyhow::{Result, bail};

use crate::cloud::Cloud;
use crate::command;
use crate::workspace::Workspace;

const REMEDY: &str = "`cargo xtask token --role ADMIN|MANAGER|USER [--user usr_…] [--days N]`";

/// Prints a token, signed with the developer's local key.
pub fn print(workspace: &Workspace, wanted: &[OsString]) -> Result<()> {
    let cloud = Cloud::of_developer(workspace);
    if !cloud.keys().join("private.pem").exists() {
        bail!("there is no local key yet: `cargo xtask up` makes it");
    }
    let mint = workspace.tool("mint")?;
    println!("{}", mint_one(&mint, &cloud, wanted)?);
    Ok(())
}

/// Makes the cloud's key, unless it has one.
pub fn make_key(mint: &Path, cloud: &Cloud) -> Result<()> {
    command::must(
        command::new(mint).arg("keygen").arg(cloud.keys()),
        "remove the folder of keys and start again",
    )
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
    let key = cloud.keys().join("private.pem");
    command::output(
        command::new(mint)
            .arg("token")
            .arg("--key")
            .arg(key)
            .args(wanted),
        REMEDY,
    )
}
