//! Bodies and query strings that no endpoint takes, at every row that takes some.

use kernel::Role;
use manifest::{Method, Route, Who};
use serde_json::Value;
use testkit::{Reply, Stage};

use super::rows;

/// Rows with a JSON body, as the API's own document has them, and nothing before it that could
/// refuse an ADMIN. A signature could: it is looked at before what it signs.
fn with_body(stage: &Stage) -> Vec<&'static Route> {
    let document = stage.api().get("/openapi.json").expect(200).json();
    let takes_one = |route: &&Route| {
        let method = route.method.as_str().to_lowercase();
        let has_body = document["paths"][route.path][method]["requestBody"].is_object();
        has_body && !matches!(route.who, Who::Signature)
    };
    let rows: Vec<_> = rows::all().filter(takes_one).collect();
    assert!(rows.len() >= 5, "{rows:?}");
    rows
}

/// What every problem has, and nothing that speaks of our insides.
#[track_caller]
pub fn assert_problem(reply: &Reply) {
    assert_eq!(
        reply.header("content-type"),
        Some("application/problem+json"),
        "{reply}"
    );
    let problem = reply.json();
    assert_eq!(problem["success"], false, "{reply}");
    assert_eq!(problem["status"], reply.status, "{reply}");
    for member in ["type", "title", "detail", "code", "instance"] {
        let text = problem[member].as_str().unwrap_or_default();
        assert!(!text.is_empty(), "{member} is missing: {reply}");
    }
    let code = problem["code"].as_str().unwrap_or_default();
    assert!(
        code.bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'),
        "{reply}"
    );
    assert!(
        problem["type"]
            .as_str()
            .is_some_and(|link| link.starts_with("http")),
        "{reply}"
    );
    assert_eq!(
        problem["instance"].as_str(),
        reply.header("x-request-id"),
        "{reply}"
    );
    let faults = problem["errors"]
        .as_array()
        .unwrap_or_else(|| panic!("errors is missing: {reply}"));
    for fault in faults {
        let pointer = fault["pointer"].as_str().unwrap_or("none");
        assert!(pointer.is_empty() || pointer.starts_with('/'), "{reply}");
        assert!(
            fault["detail"]
                .as_str()
                .is_some_and(|detail| !detail.is_empty()),
            "{reply}"
        );
    }
    for inside in [
        "panicked", "src/", ".rs", "RUST", "dynamodb", "DynamoDB", "pk", "arn:",
    ] {
        let told = format!("{}{}", problem["title"], problem["detail"]);
        assert!(
            !told.contains(inside),
            "the caller reads of {inside:?}: {reply}"
        );
    }
}

#[test]
fn a_body_that_cannot_be_read_is_refused_the_same_way_at_every_row() {
    let stage = Stage::from_env();
    let admin = stage.newcomer(Role::Admin);
    let import = manifest::routes::PRODUCTS_IMPORT.name;
    let mut wrong = Vec::new();
    for route in with_body(stage) {
        let path = rows::path(route);
        let method = route.method.as_str();
        let too_large = format!("{{\"x\":\"{}\"}}", "x".repeat(route.body_bytes));
        let cases: Vec<(&str, Reply, u16)> = vec![
            (
                "not JSON",
                admin
                    .ask(method, &path)
                    .text("application/json", "{\"name\":")
                    .send(),
                400,
            ),
            (
                "nothing",
                admin.ask(method, &path).text("application/json", "").send(),
                400,
            ),
            (
                "not UTF-8",
                admin
                    .ask(method, &path)
                    .text("application/json", vec![b'{', 0xff, b'}'])
                    .send(),
                400,
            ),
            (
                "two documents",
                admin
                    .ask(method, &path)
                    .text("application/json", "{} {}")
                    .send(),
                400,
            ),
            (
                "XML",
                admin
                    .ask(method, &path)
                    .text("application/xml", "<a/>")
                    .send(),
                415,
            ),
            (
                "a form",
                admin
                    .ask(method, &path)
                    .text("application/x-www-form-urlencoded", "a=b")
                    .send(),
                415,
            ),
            (
                "a coded body",
                admin
                    .ask(method, &path)
                    .header("content-encoding", "gzip")
                    .text("application/json", "{}")
                    .send(),
                415,
            ),
            (
                "no media type",
                admin.ask(method, &path).bytes("{}").send(),
                415,
            ),
            (
                "a list",
                admin
                    .ask(method, &path)
                    .text("application/json", "[]")
                    .send(),
                422,
            ),
            (
                "null",
                admin
                    .ask(method, &path)
                    .text("application/json", "null")
                    .send(),
                422,
            ),
            (
                "an unknown field",
                admin
                    .ask(method, &path)
                    .text("application/json", "{\"bogus\":1}")
                    .send(),
                422,
            ),
            (
                "too large",
                admin
                    .ask(method, &path)
                    .text("application/json", too_large)
                    .send(),
                413,
            ),
        ];
        for (what, reply, status) in cases {
            // An import takes other media too, so that only its own refusals are the same.
            if route.name == import && what == "no media type" {
                assert!(matches!(reply.status, 400 | 415), "{reply}");
                continue;
            }
            if reply.status == status {
                assert_problem(&reply);
            } else {
                wrong.push(format!(
                    "{what} at {}: expected {status}, but {reply}",
                    route.name
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn json_by_another_name_is_json_and_its_parameters_do_not_matter() {
    let stage = Stage::from_env();
    for media in [
        "application/json; charset=utf-8",
        "APPLICATION/JSON",
        "application/merge-patch+json",
    ] {
        let reply = stage
            .manager()
            .ask("POST", "/api/v1/categories")
            .text(media, "{}")
            .send();
        assert_eq!(
            reply.refuse(422, "validation_failed").pointers(),
            ["/name"],
            "{media}"
        );
    }
}

#[test]
fn a_body_that_nests_for_ever_is_refused() {
    let stage = Stage::from_env();
    let deep = format!("{{\"name\":{}1{}}}", "[".repeat(10_000), "]".repeat(10_000));
    let reply = stage
        .manager()
        .ask("POST", "/api/v1/categories")
        .text("application/json", deep)
        .send();
    assert!(matches!(reply.status, 400 | 422), "{reply}");
    assert_problem(&reply);
}

#[test]
fn every_get_refuses_a_query_parameter_that_it_does_not_know() {
    let stage = Stage::from_env();
    let admin = stage.newcomer(Role::Admin);
    let mut wrong = Vec::new();
    for route in rows::all().filter(|route| route.method == Method::GET) {
        let reply = admin.get(&format!("{}?unheardOf=1", rows::path(route)));
        if reply.status == 422 && reply.code() == "validation_failed" {
            assert_problem(&reply);
            assert_eq!(reply.pointers(), ["/unheardOf"], "{reply}");
        } else {
            wrong.push(format!("{}: {reply}", route.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_parameter_given_twice_or_mistyped_is_refused() {
    let stage = Stage::from_env();
    for (query, pointer) in [
        ("limit=5&limit=6", "/limit"),
        ("limit=five", "/limit"),
        ("limit=0", "/limit"),
        ("limit=101", "/limit"),
        ("limit=-1", "/limit"),
        ("limit=1.5", "/limit"),
        ("limit=", "/limit"),
        ("page=0", "/page"),
        ("sort=rating", "/sort"),
        ("sort=--price", "/sort"),
        ("minPrice=cheap", "/minPrice"),
        ("minPrice=-1", "/minPrice"),
        ("status=gone", "/status"),
        ("categoryId=none", "/categoryId"),
        ("ids=none", "/ids/0"),
    ] {
        let reply = stage.manager().get(&format!("/api/v1/products?{query}"));
        let pointers = reply.clone().refuse(422, "validation_failed").pointers();
        assert!(
            pointers
                .iter()
                .any(|told| told == pointer
                    || pointer.starts_with(told.as_str()) && !told.is_empty()),
            "{query}: {pointers:?}, {reply}"
        );
    }
}

#[test]
fn an_id_that_is_none_names_nothing() {
    let stage = Stage::from_env();
    let admin = stage.newcomer(Role::Admin);
    for id in [
        "x",
        "prod_",
        "prod_zzzz",
        "PROD_00000000000000000000000000",
        "%00",
        "..%2f..",
        "a%20b",
        "🙂",
    ] {
        let reply = admin.get(&format!("/api/v1/products/{}", encoded(id)));
        assert_eq!(reply.status, 404, "{id}: {reply}");
        assert_problem(&reply);
    }
    let long = "a".repeat(2000);
    admin
        .get(&format!("/api/v1/products/{long}"))
        .refuse(404, "not_found");
}

fn encoded(text: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"%._-".contains(&byte);
    text.bytes()
        .map(|byte| {
            if keep(byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

/// A document with a field more.
pub fn with(document: &Value, field: &str, value: Value) -> Value {
    let mut changed = document.clone();
    changed[field] = value;
    changed
}
