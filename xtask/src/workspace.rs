//! Where things are.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::command;

/// This workspace on this machine.
pub struct Workspace {
    root: PathBuf,
    target: PathBuf,
}

impl Workspace {
    /// Asks cargo.
    pub fn find() -> Result<Self> {
        let said = command::new("cargo")
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .context("cannot run cargo")?;
        let said: Value = serde_json::from_slice(&said.stdout).context("cargo metadata")?;
        let path = |name: &str| {
            let path = said[name].as_str().map(PathBuf::from);
            path.with_context(|| format!("cargo metadata names no {name}"))
        };
        Ok(Self {
            root: path("workspace_root")?,
            target: path("target_directory")?,
        })
    }

    /// The folder of the root Cargo.toml.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where cargo puts what it builds.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Where the templates look for a function's code.
    pub fn lambda(&self) -> PathBuf {
        self.root.join("target/lambda")
    }

    /// What belongs to this machine alone: tools, state, keys. Not in version control.
    pub fn local(&self) -> PathBuf {
        self.root.join(".local")
    }

    /// The local cloud's own files.
    pub fn cloud_sources(&self) -> PathBuf {
        self.root.join("xtask/cloud")
    }

    /// The generated list of what exists.
    pub fn manifest(&self) -> Result<Value> {
        let path = self.root.join("infra/manifest.json");
        let text = std::fs::read(&path).with_context(|| {
            format!(
                "cannot read {}; `cargo xtask gen` writes it",
                path.display()
            )
        })?;
        serde_json::from_slice(&text).with_context(|| format!("{} is not JSON", path.display()))
    }

    /// A program of this workspace, built.
    pub fn tool(&self, name: &str) -> Result<PathBuf> {
        self.build(name, &[])?;
        Ok(self.target.join("debug").join(name))
    }

    /// The same as it would be deployed, for whatever measures times.
    pub fn release(&self, name: &str) -> Result<PathBuf> {
        self.build(name, &["--release"])?;
        Ok(self.target.join("release").join(name))
    }

    /// With the whole workspace's features: a build of one package alone unifies features
    /// differently and compiles its dependencies again.
    fn build(&self, name: &str, profile: &[&str]) -> Result<()> {
        command::must(
            command::new("cargo")
                .args(["build", "--quiet", "--workspace", "--bin", name])
                .args(profile)
                .current_dir(&self.root),
            "see the compiler's messages above",
        )
    }
}
