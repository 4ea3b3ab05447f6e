//! Starts a function: its rows, its file and its binary. What it cannot do it says.

mod files;
mod rows;
mod skeletons;

use anyhow::{Context, bail, ensure};
use manifest::{logical_id, routes};
use std::fs;
use std::path::{Path, PathBuf};

/// A function that is to be.
struct Start<'a> {
    name: &'a str,
    service: &'a str,
    kind: Kind<'a>,
}

enum Kind<'a> {
    Endpoint { method: &'a str, path: &'a str },
    Consumer,
    Schedule,
}

/// Starts a function below `root`, and says what was written and what remains. With a method and
/// path it is an endpoint; named `<service>-on-<event>` a consumer; else a schedule.
///
/// # Errors
///
/// When the name or route is taken or malformed, or a file cannot be written.
pub fn start(root: &Path, name: &str, route: Option<(&str, &str)>) -> anyhow::Result<Vec<String>> {
    let well_formed = name.split('-').count() >= 2
        && name.split('-').all(|word| {
            word.starts_with(|it: char| it.is_ascii_lowercase())
                && word
                    .chars()
                    .all(|it| it.is_ascii_lowercase() || it.is_ascii_digit())
        });
    ensure!(
        well_formed,
        "{name}: a name is <service>-<verb>[-<noun>], such as orders-place"
    );
    ensure!(
        manifest::functions()
            .iter()
            .all(|function| function.name != name),
        "{name} exists"
    );
    let kind = match route {
        Some((method, path)) => endpoint(method, path)?,
        None if name.contains("-on-") => Kind::Consumer,
        None => Kind::Schedule,
    };
    let start = Start {
        name,
        service: service(name, &kind),
        kind,
    };
    let mut done = Vec::new();
    for (path, change) in rows::changes(&start) {
        let file = root.join(&path);
        let text = fs::read_to_string(&file).with_context(|| path.display().to_string())?;
        let changed = change(&text)
            .with_context(|| format!("{} has another form than expected", path.display()))?;
        fs::write(&file, changed).with_context(|| path.display().to_string())?;
        done.push(format!("added a row to {}", path.display()));
    }
    for (path, text) in start.files() {
        let file = root.join(&path);
        if file.exists() {
            bail!("{} exists", path.display());
        }
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&file, text)?;
        done.push(format!("wrote {}", path.display()));
    }
    done.extend(start.remains());
    Ok(done)
}

fn endpoint<'a>(method: &'a str, path: &'a str) -> anyhow::Result<Kind<'a>> {
    ensure!(
        ["GET", "POST", "PUT", "DELETE"].contains(&method),
        "{method}: a method is GET, POST, PUT or DELETE"
    );
    ensure!(
        path.starts_with('/') && !path.ends_with('/'),
        "{path}: a path starts with a slash and ends without"
    );
    let taken = routes::ALL
        .iter()
        .find(|row| row.path == path && row.method.as_str() == method);
    if let Some(row) = taken {
        bail!("{method} {path} is {}", row.name);
    }
    Ok(Kind::Endpoint { method, path })
}

/// The service that the name starts with; for an endpoint also the one that answers beside it.
fn service<'a>(name: &'a str, kind: &Kind<'_>) -> &'a str {
    let first = name.split('-').next().unwrap_or(name);
    if manifest::services::names().any(|service| service == first) {
        return first;
    }
    let Kind::Endpoint { path, .. } = kind else {
        return first;
    };
    let place = |path: &str| {
        path.split('/')
            .take(4)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    routes::ALL
        .iter()
        .find(|row| place(row.path) == place(path))
        .map_or(first, |row| row.service)
}

/// `orders-place` → `ORDERS_PLACE`.
fn constant(name: &str) -> String {
    name.replace('-', "_").to_uppercase()
}

impl Start<'_> {
    /// `ORDERS_PLACE`.
    fn constant(&self) -> String {
        constant(self.name)
    }

    /// The name without the service, as a module: `place`.
    fn module(&self) -> String {
        let prefix = match self.kind {
            Kind::Consumer => format!("{}-on-", self.service),
            _ => format!("{}-", self.service),
        };
        self.name
            .strip_prefix(&prefix)
            .unwrap_or(self.name)
            .replace('-', "_")
    }

    /// `PlaceOrders`: verb first.
    fn type_name(&self) -> String {
        let module = self.module();
        match self.kind {
            Kind::Endpoint { .. } if !module.contains('_') => {
                logical_id(&module) + &logical_id(self.service)
            }
            _ => logical_id(&module.replace('_', "-")),
        }
    }

    /// `functions/orders/src`.
    fn source(&self) -> PathBuf {
        Path::new("functions").join(self.service).join("src")
    }

    fn remains(&self) -> Vec<String> {
        let source = self.source();
        let (folder, lister) = match self.kind {
            Kind::Endpoint { .. } => ("api", "endpoint"),
            Kind::Consumer => ("on", "consumer"),
            Kind::Schedule => ("", "clockwork"),
        };
        let module = self.module();
        let path = [folder, &self.type_name()].join("::");
        vec![
            format!(
                "now declare `mod {module};` in {}",
                source.join(folder).display()
            ),
            format!(
                "list `edge::{lister}::<{}>()` in functions() of {}",
                path.trim_start_matches("::"),
                source.join("lib.rs").display()
            ),
            format!(
                "say what `{}` does in functions/{}/README.md",
                self.name, self.service
            ),
            String::from("then run `cargo xtask gen`"),
        ]
    }
}

#[cfg(test)]
mod tests;
