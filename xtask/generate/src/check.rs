//! What is stale or missing, each with its fix.

use crate::{outputs, root, services};
use edge::{Function, Kind};
use manifest::consumers::Hears;
use manifest::{Trigger, logical_id};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Folders in which every file of this ending is generated.
const GENERATED: &[(&str, &str)] = &[("events", "json"), ("infra/sam", "yaml")];

/// Everything that is stale or missing, one line each; empty when all is well.
///
/// # Errors
///
/// When the outputs cannot be made at all.
pub fn findings() -> anyhow::Result<Vec<String>> {
    let mut found = Vec::new();
    functions(&services::functions(), &mut found);
    sources(&mut found);
    files(&mut found)?;
    Ok(found)
}

/// Generated files against those on disk.
fn files(found: &mut Vec<String>) -> anyhow::Result<()> {
    let outputs = outputs()?;
    for (path, text) in &outputs {
        let name = path.display();
        match fs::read_to_string(root().join(path)) {
            Ok(known) if known == *text => {}
            Ok(_) => found.push(format!("{name} is stale: run `cargo xtask gen`")),
            Err(_) => found.push(format!("{name} is missing: run `cargo xtask gen`")),
        }
    }
    for path in strays(&outputs.iter().map(|(path, _)| path.clone()).collect()) {
        found.push(format!(
            "{} belongs to no function: run `cargo xtask gen`",
            path.display()
        ));
    }
    Ok(())
}

/// Generated files of functions that are no more.
pub(crate) fn strays(wanted: &BTreeSet<PathBuf>) -> Vec<PathBuf> {
    let mut strays = Vec::new();
    for (folder, ending) in GENERATED {
        for name in entries(&root().join(folder)) {
            let path = Path::new(folder).join(&name);
            if path.extension().is_some_and(|it| it == *ending) && !wanted.contains(&path) {
                strays.push(path);
            }
        }
    }
    strays
}

/// Rows against what the services' front pages list.
fn functions(listed: &[Function], found: &mut Vec<String>) {
    for row in manifest::functions() {
        let own: Vec<&Function> = listed.iter().filter(|it| it.name == row.name).collect();
        let page = format!("functions/{}/src/lib.rs", row.service);
        match own.as_slice() {
            [] => found.push(format!(
                "{} has a row and no code: list it in `functions()` of {page}",
                row.name
            )),
            [one] if !fits(&one.kind, &row.trigger) => {
                found.push(format!(
                    "{} is another kind of function than its row says: see {page}",
                    row.name
                ));
            }
            [_] => {}
            _ => found.push(format!(
                "{} is listed twice: see `functions()` of {page}",
                row.name
            )),
        }
    }
    let known: BTreeSet<&str> = manifest::functions().iter().map(|row| row.name).collect();
    for function in listed.iter().filter(|it| !known.contains(it.name)) {
        found.push(format!(
            "{} is listed and has no row: add it to shared/manifest",
            function.name
        ));
    }
    let mut ids = BTreeSet::new();
    for operation in services::operations() {
        let id = crate::openapi::operation_id(&operation);
        if !ids.insert(id.clone()) {
            found.push(format!(
                "the operation id {id} is used twice: rename one endpoint's type"
            ));
        }
    }
}

fn fits(kind: &Kind, trigger: &Trigger) -> bool {
    match (kind, trigger) {
        (Kind::Endpoint(operation), Trigger::Http(row)) => operation.row == *row,
        (Kind::Fallback, Trigger::Http(row)) => {
            row.name == manifest::routes::PLATFORM_FALLBACK.name
        }
        (Kind::Consumer, Trigger::Records(source)) => matches!(source.hears, Hears::Events(_)),
        (Kind::Worker(_), Trigger::Records(source)) => source.hears == Hears::Work,
        (Kind::Relay, Trigger::Records(source)) => source.hears == Hears::Outboxes,
        (Kind::Schedule, Trigger::Clock(_)) => true,
        _ => false,
    }
}

/// Rows against binaries and READMEs.
fn sources(found: &mut Vec<String>) {
    for service in manifest::services::names() {
        let package = root().join("functions").join(service);
        let readme = fs::read_to_string(package.join("README.md")).unwrap_or_default();
        let mut binaries: BTreeSet<String> = entries(&package.join("src/bin"))
            .into_iter()
            .filter(|name| name.ends_with(".rs"))
            .collect();
        for row in manifest::functions()
            .iter()
            .filter(|row| row.service == service)
        {
            let file = format!("{}.rs", row.name);
            if !binaries.remove(&file) {
                found.push(format!(
                    "functions/{service}/src/bin/{file} is missing: make it, one line for {}",
                    logical_id(row.name)
                ));
            }
            if !readme.contains(&format!("`{}`", row.name)) {
                found.push(format!(
                    "functions/{service}/README.md does not mention `{}`: say what it does",
                    row.name
                ));
            }
        }
        for file in binaries {
            found.push(format!("functions/{service}/src/bin/{file} has no row: add one to shared/manifest, or remove the file"));
        }
    }
}

fn entries(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut names: Vec<String> = entries
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    #[test]
    fn nothing_is_stale_or_missing() {
        let findings = super::findings().unwrap();
        assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
    }
}
