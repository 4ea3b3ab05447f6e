//! Builds every function and lays it out where the templates look for it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result, bail};
use lexopt::prelude::*;
use serde_json::Value;

use crate::command;
use crate::workspace::Workspace;

/// How to build.
#[derive(Default)]
pub struct Wanted {
    release: bool,
    target: Option<String>,
}

impl Wanted {
    /// Reads `--release` and `--target <triple>`.
    pub fn parse(mut arguments: lexopt::Parser) -> Result<Self> {
        let mut wanted = Self::default();
        while let Some(argument) = arguments.next()? {
            match argument {
                Long("release") => wanted.release = true,
                Long("target") => wanted.target = Some(arguments.value()?.string()?),
                other => return Err(other.unexpected().into()),
            }
        }
        Ok(wanted)
    }
}

/// `cargo xtask build`.
pub fn build(workspace: &Workspace, wanted: Wanted) -> Result<()> {
    eprintln!("{}", build_all(workspace, &wanted)?);
    Ok(())
}

/// Builds all functions, and the tools beside them, in one run of cargo.
pub fn build_all(workspace: &Workspace, wanted: &Wanted) -> Result<String> {
    let names = names(workspace)?;
    let mut cargo = command::new("cargo");
    cargo
        .args(["build", "--workspace", "--bins"])
        .current_dir(workspace.root());
    let mut folder = workspace.target().to_owned();
    if let Some(target) = &wanted.target {
        cargo.args(["--target", target]);
        folder.push(target);
    }
    if wanted.release {
        cargo.arg("--release");
    }
    folder.push(if wanted.release { "release" } else { "debug" });
    command::must(&mut cargo, "see the compiler's messages above")?;
    let changed = lay_out(&folder, &workspace.lambda(), &names)?;
    Ok(format!("{} functions, {changed} changed", names.len()))
}

/// The functions, as the generated list names them.
pub fn names(workspace: &Workspace) -> Result<Vec<String>> {
    let manifest = workspace.manifest()?;
    let list = manifest["functions"]
        .as_array()
        .context("infra/manifest.json lists no functions")?;
    let name = |function: &Value| function["name"].as_str().map(str::to_owned);
    let names: Option<Vec<String>> = list.iter().map(name).collect();
    names.context("infra/manifest.json has a function without a name")
}

/// Copies each binary to `<function>/bootstrap` without its symbols: they are half of it, and the
/// local cloud keeps every function's code in memory. Returns how many had changed.
fn lay_out(from: &Path, to: &Path, names: &[String]) -> Result<usize> {
    let missing: Vec<&str> = names
        .iter()
        .filter(|name| !from.join(name).exists())
        .map(String::as_str)
        .collect();
    if !missing.is_empty() {
        bail!(
            "infra/manifest.json lists functions that have no binary: {}",
            missing.join(", ")
        );
    }
    let changed: Vec<(PathBuf, PathBuf)> = names
        .iter()
        .map(|name| (from.join(name), to.join(name).join("bootstrap")))
        .filter(|(binary, bootstrap)| !is_copied(binary, bootstrap))
        .collect();
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some((binary, bootstrap)) =
                    changed.get(next.fetch_add(1, Ordering::Relaxed))
                {
                    if let Err(error) = copy(binary, bootstrap)
                        && let Ok(mut failures) = failures.lock()
                    {
                        failures.push(format!("{error:#}"));
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap_or_default();
    if !failures.is_empty() {
        bail!("{}", failures.join("\n"));
    }
    Ok(changed.len())
}

/// The copy notes which file it was made of, since a debug and a release build both go there.
fn source_of(binary: &Path) -> Option<String> {
    let metadata = fs::metadata(binary).ok()?;
    let modified = metadata
        .modified()
        .ok()?
        .duration_since(std::time::UNIX_EPOCH)
        .ok()?;
    Some(format!(
        "{} {} {}",
        binary.display(),
        metadata.len(),
        modified.as_nanos()
    ))
}

fn note(bootstrap: &Path) -> PathBuf {
    // Beside the folder, not in it: the folder is what is packaged.
    let folder = bootstrap.parent().unwrap_or(bootstrap);
    folder.with_extension("source")
}

fn is_copied(binary: &Path, bootstrap: &Path) -> bool {
    let noted = fs::read_to_string(note(bootstrap)).ok();
    bootstrap.exists() && noted.is_some() && noted == source_of(binary)
}

fn copy(binary: &Path, bootstrap: &Path) -> Result<()> {
    let source = source_of(binary).with_context(|| format!("{} is gone", binary.display()))?;
    fs::create_dir_all(bootstrap.parent().unwrap_or(bootstrap))?;
    let stripped = command::new("strip")
        .arg("--strip-all")
        .arg("-o")
        .arg(bootstrap)
        .arg(binary)
        .output();
    if !stripped.is_ok_and(|done| done.status.success()) {
        // Another machine's code, or no `strip`: larger, and just as good.
        fs::copy(binary, bootstrap).with_context(|| format!("cannot copy {}", binary.display()))?;
    }
    Ok(fs::write(note(bootstrap), source)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_changed_is_copied() {
        let folder = std::env::temp_dir().join(format!("functions-{}", std::process::id()));
        let (from, to) = (folder.join("debug"), folder.join("lambda"));
        fs::create_dir_all(&from).unwrap();
        let names = ["orders-place".to_owned(), "cart-add-item".to_owned()];
        for name in &names {
            fs::write(from.join(name), name).unwrap();
        }
        assert_eq!(lay_out(&from, &to, &names).unwrap(), 2);
        assert_eq!(lay_out(&from, &to, &names).unwrap(), 0);
        fs::write(from.join("orders-place"), "other code").unwrap();
        assert_eq!(lay_out(&from, &to, &names).unwrap(), 1);
        assert_eq!(
            fs::read(to.join("orders-place/bootstrap")).unwrap(),
            b"other code"
        );
        let files = fs::read_dir(to.join("orders-place")).unwrap().count();
        assert_eq!(files, 1, "only the bootstrap may be packaged");

        let refused = lay_out(&from, &to, &["nothing".to_owned()])
            .unwrap_err()
            .to_string();
        assert!(refused.contains("no binary: nothing"), "{refused}");
        fs::remove_dir_all(folder).unwrap();
    }
}
