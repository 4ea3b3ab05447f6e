//! What a stranger reads of any stage.

use manifest::Method;
use testkit::Stage;

use super::well;

#[test]
fn health_tells_what_it_depends_on() {
    let reply = well("/health");
    let health = reply.json();
    assert_eq!(health["status"], "healthy", "{reply}");
    for member in ["timestamp", "service", "version"] {
        assert!(
            health[member].as_str().is_some_and(|text| !text.is_empty()),
            "{member}: {reply}"
        );
    }
    assert_eq!(health["checks"]["dynamodb"]["status"], "healthy", "{reply}");
    assert!(health["checks"]["dynamodb"]["ms"].is_number(), "{reply}");
    assert!(
        health.get("data").is_none() && health.get("success").is_none(),
        "no envelope: {reply}"
    );
}

#[test]
fn the_document_describes_every_row_and_nothing_else() {
    let stage = Stage::from_env();
    let document = stage.api().get("/openapi.json").expect(200).json();
    assert!(
        document["openapi"]
            .as_str()
            .is_some_and(|version| version.starts_with("3.1"))
    );
    let mut described: Vec<(String, String)> = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            if ["get", "post", "put", "delete", "patch"].contains(&method.as_str()) {
                described.push((method.to_uppercase(), path.clone()));
                assert!(
                    operation["operationId"]
                        .as_str()
                        .is_some_and(|id| !id.is_empty()),
                    "{method} {path}"
                );
                assert!(
                    operation["responses"]
                        .as_object()
                        .is_some_and(|all| !all.is_empty()),
                    "{method} {path}"
                );
            }
        }
    }
    let mut rows: Vec<(String, String)> = manifest::routes::ALL
        .iter()
        .map(|route| (route.method.as_str().to_owned(), route.path.to_owned()))
        .collect();
    described.sort();
    rows.sort();
    assert_eq!(described, rows);
    let server = document["servers"][0]["url"].as_str().unwrap_or_default();
    assert!(
        server.is_empty() || stage.api().root().ends_with(server.trim_end_matches('/')),
        "{server}"
    );
}

#[test]
fn the_documentation_page_brings_everything_it_needs() {
    let reply = Stage::from_env().api().get("/docs").expect(200);
    assert!(
        reply
            .header("content-type")
            .is_some_and(|media| media.starts_with("text/html")),
        "{}",
        reply.status
    );
    let page = reply.text();
    for outside in ["https://cdn", "http://cdn", "unpkg.com", "jsdelivr"] {
        assert!(!page.contains(outside), "the page loads from {outside}");
    }
    let policy = reply.header("content-security-policy").unwrap_or_default();
    assert!(policy.contains("default-src"), "{policy}");
}

#[test]
fn every_get_of_the_platform_answers_a_stranger() {
    for route in manifest::routes::ALL
        .iter()
        .filter(|route| route.service == "platform")
    {
        assert_eq!(route.method, Method::GET);
        well(route.path);
    }
}
