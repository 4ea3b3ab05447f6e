//! Writes everything that follows from the manifest.
//!
//! [`outputs`] is all of it, as `(path from the repository's root, text)`: `generate gen` writes
//! it, and a test compares it with what is on disk.

pub mod environment;
mod inventory;
pub mod policy;
mod template;
mod watch;
mod yaml;

use std::path::{Path, PathBuf};

/// The repository's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every generated file: its path from the repository's root, and its text.
///
/// # Errors
///
/// When something does not print in its format.
pub fn outputs() -> anyhow::Result<Vec<(PathBuf, String)>> {
    let mut files = template::outputs()?;
    files.push((PathBuf::from("infra/manifest.json"), inventory::text()?));
    files.push((PathBuf::from("CargoLambda.toml"), watch::text()));
    Ok(files)
}
