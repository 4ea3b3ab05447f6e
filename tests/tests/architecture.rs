//! The rules of the house that neither the compiler nor clippy holds.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Which service may call the library of which other, in process.
const ARROWS: &[(&str, &[&str])] = &[
    ("orders", &["products", "inventory", "auth"]),
    ("payments", &["orders"]),
    ("shipping", &["orders", "products"]),
    ("reviews", &["orders"]),
    ("search", &["products"]),
];

/// Tools and tests, which may depend on anything. `contenders` are functions that the benchmark
/// compares ours with: they are no part of the shop, and do by themselves what `edge` and `aws` do.
const ABOVE_ALL: &[&str] = &[
    "accounts",
    "bench",
    "contenders",
    "generate",
    "mint",
    "search-eval",
    "testkit",
    "tests",
    "xtask",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()
        .unwrap()
}

struct Package {
    folder: PathBuf,
    dependencies: BTreeSet<String>,
}

fn packages() -> BTreeMap<String, Package> {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--no-deps",
            "--offline",
        ])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| {
            let folder = Path::new(package["manifest_path"].as_str().unwrap())
                .parent()
                .unwrap();
            let shipped = |dependency: &&Value| dependency["kind"].is_null();
            let dependencies = package["dependencies"]
                .as_array()
                .unwrap()
                .iter()
                .filter(shipped);
            let package_of = Package {
                folder: folder.to_owned(),
                dependencies: dependencies
                    .map(|dependency| text(&dependency["name"]))
                    .collect(),
            };
            (text(&package["name"]), package_of)
        })
        .collect()
}

fn is_service(package: &Package) -> bool {
    package.folder.parent() == Some(&root().join("functions"))
}

/// Every Rust file of a folder that is shipped, with its text up to its tests.
fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let of_tests = path
                .file_stem()
                .is_some_and(|name| name.to_string_lossy().ends_with("tests"));
            if of_tests {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let shipped = text.split("#[cfg(test)]").next().unwrap().to_owned();
                found.push((path, shipped));
            }
        }
    }
    assert!(!found.is_empty(), "no sources in {}", folder.display());
    found
}

fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .map(|(at, line)| (at + 1, line))
}

/// Fails with every place at once.
fn assert_none(rule: &str, broken: &[String]) {
    assert!(broken.is_empty(), "{rule}:\n{}", broken.join("\n"));
}

#[test]
fn crates_depend_downwards_and_services_along_the_arrows() {
    let packages = packages();
    let mut broken = Vec::new();
    for (name, package) in &packages {
        if ABOVE_ALL.contains(&name.as_str()) {
            continue;
        }
        for dependency in package
            .dependencies
            .iter()
            .filter(|name| packages.contains_key(*name))
        {
            let allowed = match name.as_str() {
                "kernel" => false,
                "manifest" => dependency == "kernel",
                // The front desk reads every service.
                "admin" => true,
                service if is_service(package) => {
                    let arrows = ARROWS
                        .iter()
                        .find(|(from, _)| *from == service)
                        .map_or(&[][..], |(_, to)| to);
                    !is_service(&packages[dependency]) || arrows.contains(&dependency.as_str())
                }
                _ => !is_service(&packages[dependency]),
            } && !ABOVE_ALL.contains(&dependency.as_str());
            if !allowed {
                broken.push(format!("{name} -> {dependency}"));
            }
        }
    }
    assert_none("never-arrows", &broken);
}

#[test]
fn only_edge_knows_lambda_and_only_aws_knows_the_sdk() {
    let mut broken = Vec::new();
    for (name, package) in packages() {
        if ABOVE_ALL.contains(&name.as_str()) {
            continue;
        }
        for dependency in &package.dependencies {
            let owner = match dependency.as_str() {
                "lambda_http" | "lambda_runtime" | "aws_lambda_events" => "edge",
                // The cryptography of TLS and tokens, by the same people, and no part of the SDK.
                "aws-lc-rs" => continue,
                sdk if sdk.starts_with("aws-") => "aws",
                _ => continue,
            };
            if name != owner {
                broken.push(format!(
                    "{name} depends on {dependency}, which is {owner}'s"
                ));
            }
        }
    }
    assert_none("owners of crates", &broken);
}

#[test]
fn a_path_is_said_in_the_manifest_and_nowhere_else() {
    let mut broken = Vec::new();
    for folder in [
        "functions",
        "shared/edge",
        "shared/aws",
        "shared/contracts",
        "shared/kernel",
    ] {
        for (file, text) in sources(&root().join(folder)) {
            for (line, code) in code(&text).filter(|(_, code)| code.contains("\"/api/")) {
                broken.push(format!("{}:{line}: {}", file.display(), code.trim()));
            }
        }
    }
    assert_none("route literals; use manifest::routes", &broken);
}

#[test]
fn money_is_never_a_float() {
    let mut broken = Vec::new();
    for folder in ["shared/kernel", "shared/contracts", "functions"] {
        for (file, text) in sources(&root().join(folder)) {
            for (line, code) in
                code(&text).filter(|(_, code)| code.contains("f64") || code.contains("f32"))
            {
                let money = ["price", "amount", "money", "minor", "total", "balance"];
                if money.iter().any(|word| code.to_lowercase().contains(word)) {
                    broken.push(format!("{}:{line}: {}", file.display(), code.trim()));
                }
            }
        }
    }
    assert_none("floats near money", &broken);
}

/// A file of a service without `async` is its domain; it is told time, ids and chance. The platform
/// has no domain: it is the house itself.
#[test]
fn the_domain_is_pure() {
    const IMPURE: &[&str] = &[
        "aws::",
        "edge::",
        "http::",
        "tokio::",
        "SystemClock",
        "now_v7",
        "new_v4",
        "std::env",
        "serde_json::Value",
    ];
    let mut broken = Vec::new();
    for package in packages()
        .values()
        .filter(|package| is_service(package) && !package.folder.ends_with("platform"))
    {
        let src = package.folder.join("src");
        for (file, text) in sources(&src) {
            let place = file.strip_prefix(&src).unwrap();
            let room = place.iter().next().unwrap().to_string_lossy().into_owned();
            // `engine` and `index` are the border to the search engine.
            let border = [
                "api", "wire", "on", "bin", "store", "store.rs", "error.rs", "lib.rs", "engine",
                "index",
            ]
            .contains(&room.as_str());
            if border || text.contains("async ") || room == "clock" {
                continue;
            }
            for (line, code) in code(&text) {
                if let Some(word) = IMPURE.iter().find(|word| code.contains(**word)) {
                    broken.push(format!("{}:{line}: {word}", file.display()));
                }
            }
        }
    }
    assert_none("impure domain files", &broken);
}

#[test]
fn http_words_stay_at_the_border() {
    let mut broken = Vec::new();
    for package in packages().values().filter(|package| is_service(package)) {
        let src = package.folder.join("src");
        for (file, text) in sources(&src) {
            let place = file.strip_prefix(&src).unwrap();
            let room = place.iter().next().unwrap().to_string_lossy().into_owned();
            if package.folder.ends_with("platform")
                || ["api", "bin", "error.rs"].contains(&room.as_str())
            {
                continue;
            }
            for (line, code) in code(&text)
                .filter(|(_, code)| code.contains("StatusCode") || code.contains("http::"))
            {
                broken.push(format!("{}:{line}: {}", file.display(), code.trim()));
            }
        }
    }
    assert_none("HTTP words beyond api/ and error.rs", &broken);
}

#[test]
fn keys_of_a_table_are_known_to_its_store_alone() {
    let mut broken = Vec::new();
    for package in packages().values().filter(|package| is_service(package)) {
        let src = package.folder.join("src");
        for (file, text) in sources(&src) {
            let place = file.strip_prefix(&src).unwrap();
            if place.starts_with("store") || place == Path::new("store.rs") {
                continue;
            }
            for (line, code) in code(&text).filter(|(_, code)| makes_a_table_key(code)) {
                broken.push(format!("{}:{line}: {}", file.display(), code.trim()));
            }
        }
    }
    assert_none("table keys outside store", &broken);
}

/// Keys of other kinds have more to their names.
fn makes_a_table_key(code: &str) -> bool {
    let mut places = code.match_indices("Key::new(").map(|(at, _)| &code[..at]);
    places.any(|before| {
        before.ends_with("aws::")
            || !before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, ':' | '_'))
    })
}

#[test]
fn a_file_fits_a_reader() {
    let mut broken = Vec::new();
    for folder in ["functions", "shared", "xtask", "tests"] {
        for (file, _) in sources(&root().join(folder)) {
            let lines = fs::read_to_string(&file).unwrap().lines().count();
            let name = file.file_stem().unwrap().to_string_lossy().into_owned();
            if lines > 600 {
                broken.push(format!("{}: {lines} lines", file.display()));
            }
            if [
                "util", "utils", "helper", "helpers", "common", "manager", "misc",
            ]
            .contains(&name.as_str())
            {
                broken.push(format!("{}: a name that says nothing", file.display()));
            }
        }
    }
    assert_none("files", &broken);
}
