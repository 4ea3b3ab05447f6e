//! Programs from package registries, in `.local`, at the versions that are written down here.
//!
//! Each set is installed when the file that pins it has changed since, and otherwise never.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use indicatif::ProgressBar;

use crate::command;
use crate::workspace::Workspace;

/// Where the tools are.
pub struct Tools {
    local: PathBuf,
    sources: PathBuf,
    /// The CDK app.
    app: PathBuf,
}

impl Tools {
    /// The tools of a workspace; nothing is installed yet.
    pub fn of(workspace: &Workspace) -> Self {
        Self {
            local: workspace.local(),
            sources: workspace.cloud_sources(),
            app: workspace.root().join("infra/cdk"),
        }
    }

    /// The Python that has the local cloud's packages.
    pub fn python(&self) -> PathBuf {
        self.local.join("venv/bin/python")
    }

    /// The OpenSearch stand-in, a program inside its wheel.
    pub fn search_server(&self) -> Result<PathBuf> {
        let asks = "import osmem_server; print(osmem_server.resolve_binary())";
        let path = command::output(
            command::new(self.python()).args(["-c", asks]),
            "remove .local/venv and start again",
        )?;
        let path = PathBuf::from(path);
        executable(&path)?;
        Ok(path)
    }

    /// What `up` needs.
    pub fn install_cloud(&self) -> Result<String> {
        self.python_set("venv", "requirements.txt", &[])
    }

    /// What the tests need besides.
    pub fn install_checks(&self) -> Result<String> {
        let sets: [(&str, &[&str]); 3] = [
            ("checks", &["cfn-lint", "sam", "schemathesis"]),
            ("audits", &["checkov", "zizmor", "check-jsonschema"]),
            ("lambda", &["cargo-lambda"]),
        ];
        let mut told = Vec::new();
        for (set, programs) in sets {
            let alone: &[&str] = if set == "lambda" { &["--no-deps"] } else { &[] };
            told.push(self.python_set(set, &format!("{set}-requirements.txt"), alone)?);
            // The tests find every Python tool in one folder.
            for program in programs {
                let link = self.local.join("venv/bin").join(program);
                if !link.exists() {
                    let _ = std::fs::remove_file(&link);
                    link_to(&self.local.join(set).join("bin").join(program), &link)?;
                }
            }
        }
        told.push(self.node_set("node", &self.sources.join("node"), &[])?);
        told.push(self.install_app()?);
        Ok(told.join("; "))
    }

    /// The dictionary of misspellings that search is measured with.
    pub fn install_misspellings(&self) -> Result<String> {
        let pins = "misspellings-requirements.txt";
        self.python_set("misspellings", pins, &["--no-deps"])
    }

    /// Where that dictionary lies.
    pub fn misspellings(&self) -> Result<PathBuf> {
        let asks = "import codespell_lib, pathlib; \
                    print(pathlib.Path(codespell_lib.__file__).parent / 'data/dictionary.txt')";
        let python = self.local.join("misspellings/bin/python");
        let path = command::output(
            command::new(python).args(["-c", asks]),
            "remove .local/misspellings and start again",
        )?;
        Ok(PathBuf::from(path))
    }

    /// The test runner: the machine's own, or else one built here, once.
    pub fn install_nextest(&self) -> Result<String> {
        const VERSION: &str = "0.9.143";
        let version = self.cargo().args(["nextest", "--version"]).output()?;
        if version.status.success() {
            return Ok("nextest: there".to_owned());
        }
        eprintln!("  building cargo-nextest {VERSION} (once; some minutes)");
        command::must(
            command::new("cargo")
                .args(["install", "--locked", "--version", VERSION, "--root"])
                .arg(self.local.join("nextest"))
                .arg("cargo-nextest"),
            "its sources come from the crate registry: is it reachable?",
        )?;
        Ok("nextest: built".to_owned())
    }

    /// Cargo, which finds our test runner where the machine has none.
    pub fn cargo(&self) -> Command {
        let known = std::env::var_os("PATH").unwrap_or_default();
        let ours = self.local.join("nextest/bin");
        let path = std::env::join_paths(std::env::split_paths(&known).chain([ours]));
        let mut cargo = command::new("cargo");
        if let Ok(path) = path {
            cargo.env("PATH", path);
        }
        cargo
    }

    /// A fast DynamoDB of its own for the benchmark, built here, once; and where it is.
    pub fn install_database(&self) -> Result<PathBuf> {
        const VERSION: &str = "3.2.0";
        let folder = self.local.join("dynoxide");
        let program = folder.join("bin/dynoxide");
        let held = folder.join("pinned.txt");
        if std::fs::read_to_string(&held).is_ok_and(|text| text == VERSION) {
            return Ok(program);
        }
        eprintln!("  building dynoxide {VERSION} (once; some minutes)");
        command::must(
            command::new("cargo")
                .args(["install", "--locked", "--version", VERSION, "--root"])
                .arg(&folder)
                .args([
                    "--no-default-features",
                    "--features",
                    "native-sqlite,http-server,cli,import",
                ])
                .arg("dynoxide-rs"),
            "its sources come from the crate registry: is it reachable?",
        )?;
        std::fs::write(held, VERSION)?;
        Ok(program)
    }

    /// The function in Node that the benchmark compares with, as it is and bundled; and where.
    pub fn install_express(&self, sources: &Path) -> Result<PathBuf> {
        let folder = self.local.join("express");
        self.node_set("express", sources, &["function.mjs", "runtime.mjs"])?;
        command::must(
            command::new(folder.join("node_modules/.bin/esbuild"))
                .args([
                    "function.mjs",
                    "--bundle",
                    "--minify",
                    "--platform=node",
                    "--target=node20",
                ])
                .args(["--outfile=bundle/function.cjs", "--log-level=error"])
                .current_dir(&folder),
            "remove .local/express and start again",
        )?;
        Ok(folder)
    }

    fn python_set(&self, folder: &str, pins: &str, options: &[&str]) -> Result<String> {
        let pins = self.sources.join(pins);
        let venv = self.local.join(folder);
        self.unless_pinned(&venv, &[&pins], || {
            command::must(
                command::new("python3")
                    .args(["-m", "venv", "--clear"])
                    .arg(&venv),
                "install Python 3.10 or later with its venv module (Debian: python3-venv)",
            )?;
            command::must(
                command::new(venv.join("bin/python"))
                    .args([
                        "-m",
                        "pip",
                        "install",
                        "--quiet",
                        "--disable-pip-version-check",
                    ])
                    .args(options)
                    .args(["--no-input", "-r"])
                    .arg(&pins),
                "the packages come from the Python package index: is it reachable?",
            )
        })
    }

    /// What the CDK app is made with. Its packages lie beside it, where its users have them too.
    fn install_app(&self) -> Result<String> {
        let pins = ["package.json", "package-lock.json"].map(|name| self.app.join(name));
        let packages = self.app.join("node_modules");
        self.unless_pinned(&packages, &[&pins[0], &pins[1]], || npm_ci(&self.app))
    }

    /// Packages of a folder's lock file, with what is to lie beside them.
    fn node_set(&self, name: &str, from: &Path, beside: &[&str]) -> Result<String> {
        let folder = self.local.join(name);
        let names = [&["package.json", "package-lock.json"], beside].concat();
        let pins: Vec<_> = names.iter().map(|name| from.join(name)).collect();
        self.unless_pinned(&folder, &pins.iter().collect::<Vec<_>>(), || {
            std::fs::create_dir_all(&folder)?;
            for (from, name) in pins.iter().zip(&names) {
                std::fs::copy(from, folder.join(name))?;
            }
            npm_ci(&folder)
        })
    }

    /// Installs into a folder unless what it holds was installed from these very pins.
    fn unless_pinned(
        &self,
        folder: &Path,
        pins: &[&PathBuf],
        install: impl FnOnce() -> Result<()>,
    ) -> Result<String> {
        let mut wanted = String::new();
        for pin in pins {
            let text = std::fs::read_to_string(pin)
                .with_context(|| format!("cannot read {}", pin.display()))?;
            wanted.push_str(&text);
        }
        let name = folder
            .file_name()
            .map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        let held = folder.join("pinned.txt");
        if std::fs::read_to_string(&held).is_ok_and(|text| text == wanted) {
            return Ok(format!("{name}: there"));
        }
        // Drawn only where somebody watches a terminal.
        let spinner = ProgressBar::new_spinner()
            .with_message(format!("installing {name} (once; a minute or two)"));
        spinner.enable_steady_tick(Duration::from_millis(120));
        std::fs::create_dir_all(&self.local)?;
        let installed = install();
        spinner.finish_and_clear();
        installed?;
        std::fs::write(held, wanted)?;
        Ok(format!("{name}: installed"))
    }
}

/// Installs what a folder's lock file names, and runs nothing of it.
fn npm_ci(folder: &Path) -> Result<()> {
    command::must(
        command::new("npm")
            .args([
                "ci",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
                "--loglevel=error",
            ])
            .current_dir(folder),
        "install Node 20 or later; the packages come from the npm registry: is it reachable?",
    )
}

#[cfg(unix)]
fn executable(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(path)?.permissions().mode();
    if mode & 0o111 == 0 {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode | 0o755))?;
    }
    Ok(())
}

#[cfg(unix)]
fn link_to(target: &Path, link: &Path) -> Result<()> {
    if !target.exists() {
        bail!(
            "{} is missing; remove .local/checks and start again",
            target.display()
        );
    }
    Ok(std::os::unix::fs::symlink(target, link)?)
}

#[cfg(not(unix))]
compile_error!("the local cloud runs functions as processes and needs Linux or macOS");
