//! `CargoLambda.toml`: what `cargo lambda build` builds, and the router of `cargo lambda watch`.

use crate::yaml::HEADER;
use manifest::{Method, routes};
use std::fmt::Write as _;

const METHODS: &[&str] = &["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

pub(crate) fn text() -> String {
    let mut text = String::from(HEADER);
    let packages: Vec<&str> = manifest::services::names().collect();
    let _ = write!(
        text,
        "
# The functions, and none of the tools beside them.
[build]
packages = {packages:?}

# Preflights reach `platform-fallback`, as they do where it is deployed.
[watch]
disable_cors = true
"
    );
    let mut paths: Vec<&str> = Vec::new();
    for route in routes::ALL {
        if !paths.contains(&route.path) {
            paths.push(route.path);
        }
        entry(&mut text, route.path, &[route.method.as_str()], route.name);
    }
    // What the gateway sends to `$default`: other methods of known paths, and unknown paths.
    for path in paths {
        let rest: Vec<&str> = METHODS
            .iter()
            .copied()
            .filter(|method| {
                !routes::ALL
                    .iter()
                    .any(|it| it.path == path && it.method.as_str() == *method)
            })
            .collect();
        entry(&mut text, path, &rest, routes::PLATFORM_FALLBACK.name);
    }
    for path in ["/", "/{*rest}"] {
        entry(&mut text, path, METHODS, routes::PLATFORM_FALLBACK.name);
    }
    debug_assert!(routes::ALL.iter().all(|route| route.method != Method::ANY));
    text
}

fn entry(text: &mut String, path: &str, methods: &[&str], function: &str) {
    let _ = write!(
        text,
        "\n[[watch.router]]\npath = {path:?}\nmethods = {methods:?}\nfunction = {function:?}\n"
    );
}
