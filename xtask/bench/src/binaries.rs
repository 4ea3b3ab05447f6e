//! What has to be built before something can be measured.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{catalogue, checkout, contender, growth, paying};

/// What cargo has to be told to build the binaries that some parts run. A release of one takes the
/// better part of a minute, so it is no more than those; and where no time is measured it is none.
pub fn arguments(root: &Path, parts: &[String]) -> Result<Vec<String>> {
    let mut names = BTreeSet::from(["bench".to_owned()]);
    let mut run = |functions: &[&str]| names.extend(functions.iter().map(|&it| it.to_owned()));
    for part in parts {
        match part.as_str() {
            "hot-sku" => {}
            "checkout" => {
                run(&catalogue::FUNCTIONS);
                run(&checkout::FUNCTIONS);
            }
            "growth" => {
                run(&catalogue::FUNCTIONS);
                run(&growth::functions());
            }
            "payments" => {
                run(&catalogue::FUNCTIONS);
                run(&checkout::FUNCTIONS);
                run(&paying::FUNCTIONS);
                run(&contender::BINARIES[..1]);
            }
            "cold" | "warm" => {
                run(&catalogue::FUNCTIONS);
                run(&contender::BINARIES);
            }
            _ => {
                run(&contender::BINARIES);
                let manifest = std::fs::read(root.join("infra/manifest.json"))?;
                let manifest: Value = serde_json::from_slice(&manifest)?;
                let all = manifest["functions"].as_array().context("no functions")?;
                let all = all.iter().map(|function| function["name"].as_str());
                let all: Option<Vec<&str>> = all.collect();
                run(&all.context("a function without a name")?);
            }
        }
    }
    let timed = parts.iter().any(|part| part != "checkout");
    let profile = timed.then(|| "--release".to_owned());
    let binaries = names
        .into_iter()
        .flat_map(|name| ["--bin".to_owned(), name]);
    Ok(profile.into_iter().chain(binaries).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_built_than_is_run_and_no_release_where_no_time_is_measured() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let needs = |parts: &[&str]| {
            let parts: Vec<String> = parts.iter().map(|&part| part.to_owned()).collect();
            arguments(&root, &parts).unwrap().join(" ")
        };
        assert_eq!(needs(&["hot-sku"]), "--release --bin bench");
        assert_eq!(
            needs(&["checkout"]),
            "--bin bench --bin cart-add-item --bin cart-get --bin categories-create \
             --bin orders-cancel --bin orders-place --bin orders-preview --bin products-create"
        );
        let all = needs(&["cold", "warm", "endpoints"]);
        for name in ["--release", "contender-bare", "platform-health"] {
            assert!(all.contains(name), "{name}: {all}");
        }
    }
}
