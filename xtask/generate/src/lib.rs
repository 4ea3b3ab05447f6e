//! Writes everything that follows from the manifest and from the services' own types.
//!
//! [`outputs`] is all of it, as `(path from the repository's root, text)`: `generate gen` writes
//! it, and [`check::findings`] compares it with what is on disk.

pub mod check;
mod cost;
mod documents;
pub mod environment;
mod front_page;
mod functions_page;
mod inventory;
mod openapi;
pub mod policy;
mod samples;
pub mod scaffold;
mod services;
mod template;
mod watch;
mod yaml;

use anyhow::Context;
use std::fs;
use std::path::{Path, PathBuf};

/// The repository's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every generated file: its path from the repository's root, and its text.
///
/// # Errors
///
/// When something does not print in its format, or an event has no sample.
pub fn outputs() -> anyhow::Result<Vec<(PathBuf, String)>> {
    let functions = services::functions();
    let mut files = template::outputs()?;
    files.extend([
        (PathBuf::from("infra/manifest.json"), inventory::text()?),
        (PathBuf::from("CargoLambda.toml"), watch::text()),
        (PathBuf::from("docs/openapi.json"), openapi::text()?),
        (
            PathBuf::from("docs/ERRORS.md"),
            documents::errors(&services::operations()),
        ),
        (PathBuf::from("docs/EVENTS.md"), documents::events()),
        (PathBuf::from("docs/FUNCTIONS.md"), functions_page::text()),
        (PathBuf::from("docs/COST.md"), cost::text()?),
    ]);
    files.extend(samples::outputs(&functions)?);
    Ok(files)
}

/// Writes what differs, removes what is no longer generated, and says which.
///
/// # Errors
///
/// When the outputs cannot be made or written.
pub fn write() -> anyhow::Result<Vec<String>> {
    let mut done = Vec::new();
    let outputs = outputs()?;
    for (path, text) in &outputs {
        let target = root().join(path);
        if fs::read_to_string(&target).is_ok_and(|known| known == *text) {
            continue;
        }
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        }
        fs::write(&target, text).with_context(|| target.display().to_string())?;
        done.push(format!("wrote {}", path.display()));
    }
    for path in check::strays(&outputs.into_iter().map(|(path, _)| path).collect()) {
        fs::remove_file(root().join(&path)).with_context(|| path.display().to_string())?;
        done.push(format!("removed {}", path.display()));
    }
    Ok(done)
}
