//! What the ecosystem's own tools say of what we generate and run.
//!
//! `cargo xtask test` installs them, pinned, in `.local`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()
        .unwrap()
}

/// A tool in `.local`, run at the repository's root.
fn tool(path: &str) -> Command {
    let program = root().join(".local").join(path);
    assert!(
        program.exists(),
        "{} is missing: run `cargo xtask test`",
        program.display()
    );
    let mut command = Command::new(program);
    command
        .current_dir(root())
        .env("SAM_CLI_TELEMETRY", "0")
        .env("AWS_DEFAULT_REGION", "us-east-1");
    command
}

fn must_pass(command: &mut Command) -> String {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&stdout),
        String::from_utf8_lossy(&stderr)
    );
    assert!(status.success(), "{command:?}\n{said}");
    said
}

fn templates() -> Vec<PathBuf> {
    let services = fs::read_dir(root().join("infra/sam"))
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut all: Vec<_> = services
        .filter(|path| path.extension().is_some_and(|end| end == "yaml"))
        .collect();
    all.sort();
    assert!(!all.is_empty(), "no templates in infra/sam");
    all.push(root().join("template.yaml"));
    all
}

#[test]
fn cfn_lint_finds_nothing_in_the_templates() {
    must_pass(tool("venv/bin/cfn-lint").args(templates()));
}

#[test]
fn sam_validates_every_template() {
    for template in templates() {
        must_pass(
            tool("venv/bin/sam")
                .args(["validate", "--lint", "--template-file"])
                .arg(template),
        );
    }
}

#[test]
fn spectral_with_the_owasp_rules_finds_no_error_in_the_api_document() {
    must_pass(
        tool("node/node_modules/.bin/spectral")
            .args([
                "lint",
                "docs/openapi.json",
                "--ruleset",
                "docs/.spectral.yaml",
            ])
            .args(["--fail-severity", "error"])
            // The rule sets are named as packages.
            .env("NODE_PATH", root().join(".local/node/node_modules")),
    );
}

/// Invoked as `sam local invoke` and `cargo lambda invoke` would, with the token put in.
#[test]
fn every_sample_event_is_taken_by_its_function() {
    let said = must_pass(tool("venv/bin/python").arg("tests/tools/invoke_events.py"));
    let answers: Vec<Value> = said
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(!answers.is_empty());
    let refused = |answer: &&Value| {
        let status = answer["payload"]["statusCode"].as_u64();
        let batch = answer["payload"]["batchItemFailures"].as_array();
        // The sample may name a thing that is not there, but it must be admitted and well formed.
        !answer["error"].is_null()
            || status
                .is_some_and(|status| status >= 500 || [400, 401, 403, 415, 422].contains(&status))
            || batch.is_some_and(|failures| !failures.is_empty())
    };
    let wrong: Vec<_> = answers
        .iter()
        .filter(refused)
        .map(ToString::to_string)
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// As several users, so that what one may not see of another's is found too.
#[test]
fn schemathesis_finds_no_fault_in_the_running_api() {
    let variable = |name: &str| {
        std::env::vars()
            .find(|(known, _)| known == name)
            .unwrap_or_else(|| panic!("{name} is not set: run `cargo xtask test`"))
            .1
    };
    let user = |name: &str, token: &str| {
        json!({
            "name": name,
            "fixedHeaders": [{ "name": "Authorization", "value": format!("Bearer {}", variable(token)) }],
        })
    };
    let users = json!({
        "auth": [user("manager", "MANAGER_TOKEN"), user("shopper", "USER_TOKEN"), user("other", "USER2_TOKEN")],
    });
    let file = root().join(".local/schemathesis-users.json");
    fs::write(&file, users.to_string()).unwrap();
    must_pass(
        tool("venv/bin/schemathesis")
            .args([
                "--config-file",
                "tests/tools/schemathesis.toml",
                "run",
                "docs/openapi.json",
                "--url",
            ])
            .arg(variable("API_URL"))
            .env("ULTRAMARKET_USERS", &file),
    );
}
