//! The workflows of the pipeline, and what keeps dependencies current.

use crate::{files, must_pass, tool};

#[test]
fn workflows_and_dependabot_keep_to_their_schemas() {
    for (schema, of) in [
        ("vendor.github-workflows", files(".github/workflows", "yml")),
        ("vendor.dependabot", files(".github", "yml")),
    ] {
        must_pass(
            tool("venv/bin/check-jsonschema")
                .args(["--builtin-schema", schema])
                .args(of),
        );
    }
}

/// Unpinned actions, rights that are too wide, text of strangers in scripts. Nothing is asked of
/// the network.
#[test]
fn zizmor_finds_nothing_in_the_pipeline() {
    must_pass(
        tool("venv/bin/zizmor")
            .args([
                "--offline",
                "--persona",
                "pedantic",
                "--no-progress",
                "--quiet",
            ])
            .arg(".github"),
    );
}
