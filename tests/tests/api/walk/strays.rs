//! Paths and methods that no route takes.

use std::collections::{BTreeMap, BTreeSet};

use testkit::Stage;

use super::bodies::assert_problem;
use super::rows;

#[test]
fn an_unknown_path_is_404_whatever_the_method() {
    let stage = Stage::from_env();
    for path in [
        "/",
        "/api",
        "/api/v1",
        "/api/v1/nothing",
        "/api/v2/products",
        "/api/v1/products/a/b",
        "/Health",
    ] {
        for method in ["GET", "POST", "PUT", "DELETE", "PATCH"] {
            let reply = stage.api().ask(method, path).send();
            assert_eq!(
                (reply.status, &*reply.code()),
                (404, "not_found"),
                "{method} {path}: {reply}"
            );
            assert_problem(&reply);
        }
    }
}

#[test]
fn a_known_path_names_the_methods_that_it_takes() {
    let stage = Stage::from_env();
    let mut taken: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for route in rows::all() {
        taken
            .entry(route.path)
            .or_default()
            .insert(route.method.as_str());
    }
    for route in rows::all() {
        let path = rows::path(route);
        // `/products/import` is no product whose id is `import`, so it takes POST only.
        let methods = &taken[route.path];
        for method in ["PATCH", "GET", "POST", "PUT", "DELETE"] {
            if methods.contains(method) {
                continue;
            }
            let reply = stage.api().ask(method, &path).send();
            assert_eq!(
                (reply.status, &*reply.code()),
                (405, "method_not_allowed"),
                "{method} {path}: {reply}"
            );
            assert_problem(&reply);
            let allow = reply.header("allow").unwrap_or_default();
            for known in &taken[route.path] {
                assert!(
                    allow.contains(known),
                    "{path} takes {known}, but Allow is {allow:?}"
                );
            }
            assert!(!allow.contains(method), "{method} {path}: {allow:?}");
        }
    }
}

#[test]
fn head_is_answered_like_get_without_a_body_or_says_that_it_is_not_taken() {
    let stage = Stage::from_env();
    for path in ["/health", "/api/v1/products", "/openapi.json"] {
        let reply = stage.api().ask("HEAD", path).send();
        assert!(reply.bytes.is_empty(), "{reply}");
        assert!(matches!(reply.status, 200 | 405), "{reply}");
        assert!(reply.header("x-request-id").is_some(), "{reply}");
        if reply.status == 405 {
            assert!(
                reply
                    .header("allow")
                    .is_some_and(|allow| allow.contains("GET")),
                "{reply}"
            );
        }
    }
    assert_eq!(stage.api().ask("HEAD", "/no/such/path").send().status, 404);
}
