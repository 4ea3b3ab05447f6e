//! Who is compared: ours, and others that do the same or less.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use kernel::Role;

use crate::process::{Program, Variables};
use crate::setting::{Setting, with_token};

/// A function under comparison.
#[derive(Clone)]
pub struct Contender {
    /// Its name in tables and files.
    pub name: String,
    /// What is started.
    pub program: Program,
    /// What it starts with besides.
    pub variables: Variables,
    /// The event it gets.
    pub event: String,
}

/// The floor, to which everything is related.
pub const BARE: &str = "bare";
/// The limit.
pub const MINIMAL: &str = "minimal";
/// The limit with the few roots that our functions bring, instead of the system's.
pub const MINIMAL_FEW_ROOTS: &str = "minimal, our roots";
/// Our function, asked by anybody.
pub const OURS: &str = "products-get";
/// Our function, asked with a token, which it checks.
pub const OURS_WITH_TOKEN: &str = "products-get, token";
/// Express as it is installed.
pub const EXPRESS: &str = "express, token";
/// Express, bundled into one file.
pub const BUNDLED: &str = "express bundled, token";

const BARE_BINARY: &str = "contender-bare";
const MINIMAL_BINARY: &str = "contender-minimal";
/// The binaries that they are, but for those of Node.
pub const BINARIES: [&str; 3] = [BARE_BINARY, MINIMAL_BINARY, OURS];

/// All of them, and further builds of our function: `(label, binary)`.
pub fn all(setting: &Setting, beside: &[(String, PathBuf)]) -> Result<Vec<Contender>> {
    let open = setting.event(OURS)?;
    let signed = with_token(open.clone(), &setting.signer.token(Role::User));
    let (open, signed) = (open.to_string(), signed.to_string());
    let rust = |name: &str, binary: &Path, event: &str| Contender {
        name: name.to_owned(),
        program: Program::of(binary),
        variables: Vec::new(),
        event: event.to_owned(),
    };
    // Functions start with variables of their own, and so without a path to look on.
    let node_program = on_path("node")?;
    let node = |name: &str, folder: &str| Contender {
        name: name.to_owned(),
        program: Program {
            path: node_program.clone(),
            arguments: vec![OsString::from(setting.express.join(folder))],
        },
        variables: vec![
            ("JWKS".to_owned(), setting.public_keys().to_string()),
            ("NODE_ENV".to_owned(), "production".to_owned()),
            // The SDK warns of the next version that it will need.
            ("NODE_NO_WARNINGS".to_owned(), "1".to_owned()),
        ],
        event: signed.clone(),
    };
    let mut contenders = vec![
        rust(BARE, &setting.binary(BARE_BINARY), &open),
        Contender {
            variables: vec![(
                "SSL_CERT_FILE".to_owned(),
                setting.tls.system.to_string_lossy().into_owned(),
            )],
            ..rust(MINIMAL, &setting.binary(MINIMAL_BINARY), &open)
        },
        rust(MINIMAL_FEW_ROOTS, &setting.binary(MINIMAL_BINARY), &open),
        rust(OURS, &setting.binary(OURS), &open),
        rust(OURS_WITH_TOKEN, &setting.binary(OURS), &signed),
        node(EXPRESS, "function.mjs"),
        node(BUNDLED, "bundle/function.cjs"),
    ];
    contenders.extend(
        beside
            .iter()
            .map(|(label, binary)| rust(label, binary, &signed)),
    );
    Ok(contenders)
}

fn on_path(program: &str) -> Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|candidate| candidate.is_file());
    found.with_context(|| format!("{program} is missing: install Node 20 or later"))
}
