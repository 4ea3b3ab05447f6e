//! The CDK app: its own tests, and `cdk synth` as its users call it.

use std::process::Command;

use crate::{must_pass, root};

/// A command of npm's in the app's folder.
fn in_the_app(program: &str, arguments: &[&str]) -> Command {
    let app = root().join("infra/cdk");
    assert!(
        app.join("node_modules").exists(),
        "the CDK app's packages are missing: run `cargo xtask test`"
    );
    let mut command = Command::new(program);
    command
        .args(arguments)
        .current_dir(app)
        // Nobody's account: what is synthesised asks no cloud.
        .env_remove("AWS_ENDPOINT_URL")
        .env("CDK_DISABLE_VERSION_CHECK", "1");
    command
}

/// Types, lint, and what holds for every stage's templates, cdk-nag among it.
#[test]
fn the_cdk_app_passes_its_own_tests() {
    must_pass(&mut in_the_app("npm", &["test"]));
}

#[test]
fn production_is_synthesised_by_the_command_that_its_users_call() {
    let out = root().join(".local/cdk.out");
    let out = out.display().to_string();
    must_pass(&mut in_the_app(
        "npx",
        &[
            "cdk",
            "synth",
            "--quiet",
            "--context",
            "stage=prod",
            "--output",
            &out,
        ],
    ));
}
