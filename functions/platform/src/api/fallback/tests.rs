use super::*;
use edge::{Links, RawBody, Request, Response};
use serde_json::Value;

fn settings(root: &str, origins: &[&str]) -> Settings {
    Settings {
        stage: "test".into(),
        links: Links::new(root),
        issuer: "issuer".into(),
        audience: "audience".into(),
        cors_origins: origins.iter().map(|origin| (*origin).to_owned()).collect(),
    }
}

/// A path, with the versions' own root for `~`.
fn below(path: &str) -> String {
    let root = routes::PRODUCTS_LIST
        .path
        .strip_suffix("/products")
        .unwrap();
    path.replace('~', root)
}

fn request(method: &str, path: &str, headers: &[(&str, &str)]) -> Request {
    let mut request = http::Request::builder().method(method).uri(below(path));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(RawBody::Empty).unwrap()
}

fn asked(method: &str, path: &str) -> Response<RawBody> {
    edge::fallback::answer::<NoRoute>(&settings("", &[]), request(method, path, &[]))
}

fn header<'a>(response: &'a Response<RawBody>, name: &str) -> Option<&'a str> {
    response
        .headers()
        .get(name)
        .map(|value| value.to_str().unwrap())
}

fn body(response: &Response<RawBody>) -> Value {
    serde_json::from_slice(response.body()).unwrap()
}

#[test]
fn unknown_paths_are_not_found_and_known_ones_name_their_methods() {
    let catalogue = "GET, POST, OPTIONS";
    let product = "GET, PUT, DELETE, OPTIONS";
    let cases = [
        ("GET", "/", 404, None),
        ("GET", "/nothing", 404, None),
        ("GET", "~", 404, None),
        ("GET", "~/products/", 404, None),
        ("GET", "~/products/a/b", 404, None),
        ("GET", "~/categories//products", 404, None),
        ("GET", "/other/health", 404, None),
        ("OPTIONS", "/nothing", 404, None),
        ("GET", "/health", 404, None),
        ("POST", "/health", 405, Some("GET, OPTIONS")),
        ("HEAD", "/health", 405, Some("GET, OPTIONS")),
        ("DELETE", "~/products", 405, Some(catalogue)),
        ("PATCH", "~/products/prod_1", 405, Some(product)),
        ("POST", "~/products/export", 405, Some("GET, OPTIONS")),
        ("PUT", "~/products/export", 405, Some("GET, OPTIONS")),
        ("GET", "~/products/import", 405, Some("POST, OPTIONS")),
        (
            "GET",
            "~/products/import/uploads",
            405,
            Some("POST, OPTIONS"),
        ),
        ("PUT", "~/categories/c/products", 405, Some("GET, OPTIONS")),
        ("OPTIONS", "~/products", 204, Some(catalogue)),
        ("OPTIONS", "~/products/x", 204, Some(product)),
    ];
    for (method, path, status, allowed) in cases {
        let response = asked(method, path);
        assert_eq!(response.status(), status, "{method} {path}");
        assert_eq!(header(&response, "allow"), allowed, "{method} {path}");
    }
}

#[test]
fn every_route_answers_a_preflight_and_refuses_what_it_does_not_take() {
    for route in routes::ALL {
        let path = route.path.replace("{id}", "some-id");
        let preflight = asked("OPTIONS", &path);
        assert_eq!(preflight.status(), 204, "{path}");
        let allowed = header(&preflight, "allow").unwrap().to_owned();
        assert!(
            allowed
                .split(", ")
                .any(|method| method == route.method.as_str()),
            "{path}: {allowed}"
        );
        assert_eq!(asked("PATCH", &path).status(), 405, "{path}");
    }
}

#[test]
fn a_failure_is_a_problem_with_the_headers_of_every_answer() {
    for (method, path, code) in [
        ("GET", "/nothing", "not_found"),
        ("POST", "/health", "method_not_allowed"),
    ] {
        let settings = settings(
            "https://api.example.com/shop",
            &["https://shop.example.com"],
        );
        let origin = [("origin", "https://shop.example.com")];
        let response = edge::fallback::answer::<NoRoute>(&settings, request(method, path, &origin));
        let problem = body(&response);
        assert_eq!(problem["code"], code);
        assert_eq!(problem["success"], false);
        assert_eq!(problem["status"], response.status().as_u16());
        assert_eq!(
            problem["type"],
            format!("https://api.example.com/shop/docs#{code}")
        );
        assert_eq!(
            header(&response, "x-request-id"),
            problem["instance"].as_str()
        );
        for (name, value) in [
            ("content-type", "application/problem+json"),
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("access-control-allow-origin", "https://shop.example.com"),
        ] {
            assert_eq!(header(&response, name), Some(value), "{name}");
        }
        for name in [
            "strict-transport-security",
            "content-security-policy",
            "traceparent",
        ] {
            assert!(header(&response, name).is_some(), "{name}");
        }
    }
}

#[test]
fn a_page_of_a_known_origin_is_told_what_it_may_send() {
    let settings = settings(
        "",
        &["https://shop.example.com", "https://admin.example.com"],
    );
    let preflight = |origin: &str| {
        let headers = [("origin", origin), ("access-control-request-method", "PUT")];
        let request = request("OPTIONS", "~/products/p", &headers);
        edge::fallback::answer::<NoRoute>(&settings, request)
    };
    let known = preflight("https://admin.example.com");
    assert_eq!(known.status(), 204);
    assert_eq!(
        header(&known, "access-control-allow-origin"),
        Some("https://admin.example.com")
    );
    assert_eq!(
        header(&known, "access-control-allow-methods"),
        Some("GET, PUT, DELETE, OPTIONS")
    );
    assert_eq!(header(&known, "access-control-max-age"), Some("7200"));
    let sendable = header(&known, "access-control-allow-headers")
        .unwrap()
        .to_lowercase();
    for name in [
        "authorization",
        "content-type",
        "idempotency-key",
        "if-match",
        "x-cart-token",
    ] {
        assert!(sendable.split(", ").any(|known| known == name), "{name}");
    }
    assert!(header(&known, "vary").unwrap().contains("Origin"));

    for stranger in [
        "https://evil.example",
        "https://admin.example.com.evil.example",
        "null",
        "",
    ] {
        let strange = preflight(stranger);
        assert_eq!(strange.status(), 204, "{stranger}");
        for name in strange.headers().keys() {
            assert!(
                !name.as_str().starts_with("access-control"),
                "{stranger}: {name}"
            );
        }
    }
}

#[test]
fn the_public_urls_prefix_is_no_part_of_the_path() {
    let cases = [
        ("https://example.com/shop", "/shop/health", 405),
        ("https://example.com/shop/", "/health", 405),
        ("https://example.com/shop", "/shopping/health", 404),
        ("https://example.com/shop", "/shop/shop/health", 404),
        ("https://example.com", "/shop/health", 404),
    ];
    for (root, path, status) in cases {
        let settings = settings(root, &[]);
        let response = edge::fallback::answer::<NoRoute>(&settings, request("PUT", path, &[]));
        assert_eq!(response.status(), status, "{root} {path}");
    }
}
