//! Builds every function and lays it out where the templates look for it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result, bail};
use lexopt::prelude::*;
use serde_json::Value;

use crate::command;
use crate::sizes::{Size, Sizes};
use crate::workspace::Workspace;

/// How to build.
#[derive(Default)]
pub struct Wanted {
    release: bool,
    target: Option<String>,
}

impl Wanted {
    /// Reads `--release`, `--target <triple>` and its short form `--arm64`.
    pub fn parse(mut arguments: lexopt::Parser) -> Result<Self> {
        let mut wanted = Self::default();
        while let Some(argument) = arguments.next()? {
            match argument {
                Long("release") => wanted.release = true,
                Long("arm64") => wanted.target = Some("aarch64-unknown-linux-gnu".to_owned()),
                Long("target") => wanted.target = Some(arguments.value()?.string()?),
                other => return Err(other.unexpected().into()),
            }
        }
        Ok(wanted)
    }
}

/// `cargo xtask build`: what is released is archived and measured besides.
pub fn build(workspace: &Workspace, wanted: &Wanted) -> Result<()> {
    let done = match &wanted.target {
        Some(target) => build_for(workspace, wanted, target)?,
        None => build_all(workspace, wanted)?,
    };
    if wanted.release {
        println!("{}", archive_all(workspace, &names(workspace)?)?);
    }
    eprintln!("{done}");
    Ok(())
}

/// Builds all functions in one run of cargo; for developers with the tools beside them. A release of
/// a binary takes the better part of a minute, so there it is the functions alone.
pub fn build_all(workspace: &Workspace, wanted: &Wanted) -> Result<String> {
    let names = names(workspace)?;
    let mut cargo = command::new("cargo");
    cargo
        .args(["build", "--workspace"])
        .current_dir(workspace.root());
    if wanted.release {
        cargo.arg("--release");
        cargo.args(names.iter().flat_map(|name| ["--bin", name]));
    } else {
        cargo.arg("--bins");
    }
    command::must(&mut cargo, "see the compiler's messages above")?;
    let profile = if wanted.release { "release" } else { "debug" };
    let folder = workspace.target().join(profile);
    let changed = lay_out(&folder, &workspace.lambda(), &names)?;
    Ok(format!("{} functions, {changed} changed", names.len()))
}

/// For another machine than this: cargo-lambda brings the linker and the C library for it, and
/// lays the functions out as [`build_all`] does.
fn build_for(workspace: &Workspace, wanted: &Wanted, target: &str) -> Result<String> {
    let mut cargo = command::new("cargo");
    cargo
        .args(["lambda", "build", "--target", target])
        .current_dir(workspace.root());
    if wanted.release {
        cargo.arg("--release");
    }
    command::must(
        &mut cargo,
        &format!("it needs `pip install cargo-lambda` and `rustup target add {target}`"),
    )?;
    Ok(format!("built for {target}"))
}

/// Writes `<function>.zip` beside each function's folder.
fn archive_all(workspace: &Workspace, names: &[String]) -> Result<Sizes> {
    let lambda = workspace.lambda();
    let script = workspace.cloud_sources().join("archive.py");
    archive(&script, names.iter().map(|name| lambda.join(name)))?;
    let size = |name: &String| {
        Ok(Size {
            function: name.clone(),
            binary: fs::metadata(lambda.join(name).join("bootstrap"))?.len(),
            archive: fs::metadata(lambda.join(format!("{name}.zip")))?.len(),
        })
    };
    Ok(Sizes(names.iter().map(size).collect::<Result<_>>()?))
}

/// Python's own zlib does in seconds what this program, built for debugging, needs minutes for.
fn archive(script: &Path, folders: impl Iterator<Item = PathBuf>) -> Result<()> {
    command::must(
        command::new("python3").arg(script).args(folders),
        "see what Python says above",
    )
}

/// The functions, as the generated list names them.
fn names(workspace: &Workspace) -> Result<Vec<String>> {
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

/// What a file is known again by.
fn mark(file: &Path) -> Option<String> {
    let metadata = fs::metadata(file).ok()?;
    let modified = metadata
        .modified()
        .ok()?
        .duration_since(std::time::UNIX_EPOCH)
        .ok()?;
    Some(format!(
        "{} {} {}",
        file.display(),
        metadata.len(),
        modified.as_nanos()
    ))
}

/// Of what the copy was made, and what it was then: debug and release builds and those of
/// `cargo lambda build` go to the same place, the last for another machine perhaps.
fn origin(binary: &Path, bootstrap: &Path) -> Option<String> {
    Some(format!("{}\n{}", mark(binary)?, mark(bootstrap)?))
}

fn note(bootstrap: &Path) -> PathBuf {
    // Beside the folder, not in it: the folder is what is packaged.
    let folder = bootstrap.parent().unwrap_or(bootstrap);
    folder.with_extension("source")
}

fn is_copied(binary: &Path, bootstrap: &Path) -> bool {
    let noted = fs::read_to_string(note(bootstrap)).ok();
    noted.is_some() && noted == origin(binary, bootstrap)
}

fn copy(binary: &Path, bootstrap: &Path) -> Result<()> {
    fs::create_dir_all(bootstrap.parent().unwrap_or(bootstrap))?;
    let stripped = command::new("strip")
        .arg("--strip-all")
        .arg("-o")
        .arg(bootstrap)
        .arg(binary)
        .output();
    if !stripped.is_ok_and(|done| done.status.success()) {
        // No `strip`: larger, and just as good.
        fs::copy(binary, bootstrap).with_context(|| format!("cannot copy {}", binary.display()))?;
    }
    let origin =
        origin(binary, bootstrap).with_context(|| format!("{} is gone", binary.display()))?;
    Ok(fs::write(note(bootstrap), origin)?)
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
        // Another tool has put its own there.
        fs::write(to.join("orders-place/bootstrap"), "for another machine").unwrap();
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
    /// Read by others than who wrote it.
    const READ: &str = "import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    assert archive.testzip() is None
    for entry in archive.infolist():
        print(entry.filename, oct(entry.external_attr >> 16), entry.file_size, entry.date_time[0])";

    #[test]
    fn an_archive_holds_one_executable_bootstrap_and_no_clock() {
        let folder = std::env::temp_dir().join(format!("archives-{}", std::process::id()));
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("cloud/archive.py");
        let functions = ["orders-place", "cart-add-item"].map(|name| folder.join(name));
        for function in &functions {
            fs::create_dir_all(function).unwrap();
            fs::write(function.join("bootstrap"), [7; 30_000]).unwrap();
        }
        let old = fs::File::options()
            .append(true)
            .open(functions[1].join("bootstrap"))
            .unwrap();
        old.set_modified(std::time::UNIX_EPOCH).unwrap();
        archive(&script, functions.iter().cloned()).unwrap();

        let archives = functions.map(|function| function.with_extension("zip"));
        let read = command::new("python3")
            .args(["-c", READ])
            .arg(&archives[0])
            .output()
            .unwrap();
        assert_eq!(
            String::from_utf8_lossy(&read.stdout),
            "bootstrap 0o100755 30000 1980\n",
            "{}",
            String::from_utf8_lossy(&read.stderr)
        );
        let [one, other] = archives.map(|archive| fs::read(archive).unwrap());
        assert!(one.len() < 1_000, "it is compressed: {}", one.len());
        assert_eq!(one, other, "equal code is an equal archive");
        fs::remove_dir_all(folder).unwrap();
    }
}
