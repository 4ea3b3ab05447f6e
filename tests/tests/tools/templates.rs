//! The templates that CloudFormation gets.

use std::path::PathBuf;

use crate::{files, must_pass, root, tool};

fn templates() -> Vec<PathBuf> {
    let mut all = files("infra/sam", "yaml");
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

/// What is let pass stands in `.checkov.yaml`, each with its reason.
#[test]
fn checkov_finds_nothing_in_the_templates() {
    must_pass(
        tool("venv/bin/checkov")
            .args(["--config-file", ".checkov.yaml", "--file"])
            .args(templates()),
    );
}
