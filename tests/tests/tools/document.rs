//! The API's document, and the API as it describes it.

use std::fs;
use std::time::Duration;

use serde_json::{Value, json};
use testkit::{Stage, eventually};

use crate::{must_pass, root, tool, variable};

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
    a_product_can_be_searched_for();
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
    let said = tool("venv/bin/schemathesis")
        .args([
            "--config-file",
            "tests/tools/schemathesis.toml",
            "run",
            "docs/openapi.json",
            "--url",
        ])
        .arg(variable("API_URL"))
        .env("ULTRAMARKET_USERS", &file)
        .output()
        .unwrap();
    let report = String::from_utf8_lossy(&said.stdout);
    // What failed stands in the middle of it, between the progress and the warnings.
    let failures = report.split_once("= FAILURES =");
    let failures = failures.map(|(_, failures)| failures.split("= WARNINGS =").next());
    assert!(
        said.status.success(),
        "{report}\n{}\nFAILURES{}",
        String::from_utf8_lossy(&said.stderr),
        failures.flatten().unwrap_or_default()
    );
}

/// A shop that is new has no index, and says 503 to those who search until the first product is in.
fn a_product_can_be_searched_for() {
    let stage = Stage::from_env();
    let staff = stage.manager();
    if stage.api().get("/api/v1/search").status == 200 {
        return;
    }
    staff.post("/api/v1/search/index", &json!({})).expect(202);
    eventually("the index is there", Duration::from_secs(60), || {
        (stage.api().get("/api/v1/search").status == 200).then_some(())
    });
}
