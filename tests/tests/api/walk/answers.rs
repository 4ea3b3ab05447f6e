//! What every answer has: the request's id, security headers, CORS, caching, tags, compression.

use std::io::Read;

use flate2::read::GzDecoder;
use kernel::Role;
use manifest::{Method, Who};
use testkit::{Reply, Stage};

use super::rows;
use crate::products::Catalogue;

fn assert_dressed(reply: &Reply, page: bool) {
    let id = reply.header("x-request-id").unwrap_or_default();
    assert!(!id.is_empty(), "no request id: {reply}");
    let hsts = reply
        .header("strict-transport-security")
        .unwrap_or_default();
    assert!(hsts.starts_with("max-age="), "{reply}");
    assert_eq!(
        reply.header("x-content-type-options"),
        Some("nosniff"),
        "{reply}"
    );
    assert_eq!(reply.header("x-frame-options"), Some("DENY"), "{reply}");
    assert_eq!(
        reply.header("referrer-policy"),
        Some("no-referrer"),
        "{reply}"
    );
    let policy = reply.header("content-security-policy").unwrap_or_default();
    if page {
        assert!(policy.contains("default-src"), "{reply}");
    } else {
        assert!(policy.starts_with("default-src 'none'"), "{reply}");
    }
    assert!(reply.header("traceparent").is_some(), "{reply}");
    let vary = reply.header("vary").unwrap_or_default().to_lowercase();
    assert!(vary.contains("accept-encoding"), "{reply}");
    assert!(
        reply
            .header("server")
            .is_none_or(|server| !server.contains('/') || server.starts_with("hypercorn"))
    );
    assert!(reply.header("x-powered-by").is_none());
}

#[test]
fn every_row_answers_with_a_request_id_and_the_security_headers_whether_it_goes_well_or_not() {
    let stage = Stage::from_env();
    for caller in [stage.api(), stage.newcomer(Role::Admin)] {
        for route in rows::all() {
            let reply = rows::ask(&caller, route).send();
            assert_dressed(&reply, route.path == "/docs" && reply.status == 200);
        }
    }
    assert_dressed(&stage.api().get("/no/such/path"), false);
}

#[test]
fn two_requests_have_two_ids_and_a_client_cannot_choose_one() {
    let stage = Stage::from_env();
    let ask = stage
        .api()
        .ask("GET", "/health")
        .header("x-request-id", "mine");
    let (one, two) = (ask.send(), ask.send());
    assert_ne!(one.header("x-request-id"), two.header("x-request-id"));
    assert_ne!(one.header("x-request-id"), Some("mine"));
}

#[test]
fn a_trace_is_continued_in_a_span_of_our_own_and_a_broken_one_is_begun_anew() {
    let stage = Stage::from_env();
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let parent = format!("00-{trace}-00f067aa0ba902b7-01");
    let told = |parent: &str| {
        let reply = stage
            .api()
            .ask("GET", "/health")
            .header("traceparent", parent)
            .send();
        reply.header("traceparent").unwrap().to_owned()
    };
    let continued = told(&parent);
    assert!(
        continued.starts_with(&format!("00-{trace}-")),
        "{continued}"
    );
    assert_ne!(continued, parent);
    for broken in [
        "",
        "00-zz-1-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "garbage",
    ] {
        let begun = told(broken);
        assert_eq!(begun.len(), 55, "{begun}");
        assert!(
            !begun.contains(trace) && !begun.contains("-00000000000000000000000000000000-"),
            "{begun}"
        );
    }
}

#[test]
fn pages_of_allowed_origins_may_read_answers_and_others_may_not() {
    let stage = Stage::from_env();
    let allowed = allowed_origin();
    let ask =
        |path: &str, origin: &str| stage.api().ask("GET", path).header("origin", origin).send();
    for path in [
        "/api/v1/products",
        "/health",
        "/no/such/path",
        "/api/v1/products/import/imp_x",
    ] {
        let reply = ask(path, &allowed);
        assert_eq!(
            reply.header("access-control-allow-origin"),
            Some(&*allowed),
            "{reply}"
        );
        assert!(
            reply
                .header("vary")
                .is_some_and(|vary| vary.contains("Origin")),
            "{reply}"
        );
        let exposed = reply
            .header("access-control-expose-headers")
            .unwrap_or_default();
        for name in [
            "ETag",
            "Location",
            "X-Request-Id",
            "Idempotent-Replayed",
            "Retry-After",
        ] {
            assert!(exposed.contains(name), "{name} is not exposed: {reply}");
        }
        for stranger in [
            "https://attacker.example",
            "null",
            &format!("{allowed}.attacker.example"),
            "*",
        ] {
            let reply = ask(path, stranger);
            assert_eq!(
                reply.header("access-control-allow-origin"),
                None,
                "{stranger}: {reply}"
            );
        }
    }
}

#[test]
fn a_preflight_is_answered_for_allowed_origins_alone() {
    let stage = Stage::from_env();
    let allowed = allowed_origin();
    let ask = |origin: &str, path: &str, method: &str| {
        stage
            .api()
            .ask("OPTIONS", path)
            .header("origin", origin)
            .header("access-control-request-method", method)
            .header(
                "access-control-request-headers",
                "authorization, content-type, idempotency-key, if-match",
            )
            .send()
    };
    let reply = ask(&allowed, "/api/v1/products", "POST");
    assert_eq!(reply.status, 204, "{reply}");
    assert_eq!(reply.header("access-control-allow-origin"), Some(&*allowed));
    let methods = reply
        .header("access-control-allow-methods")
        .unwrap_or_default();
    assert!(
        methods.contains("POST") && methods.contains("GET"),
        "{methods}"
    );
    assert!(
        !methods.contains("DELETE"),
        "only what the path takes: {methods}"
    );
    let headers = reply
        .header("access-control-allow-headers")
        .unwrap_or_default()
        .to_lowercase();
    for name in [
        "authorization",
        "content-type",
        "idempotency-key",
        "if-match",
        "if-none-match",
        "x-cart-token",
    ] {
        assert!(headers.contains(name), "{name} may not be sent: {headers}");
    }
    let reply = ask("https://attacker.example", "/api/v1/products", "POST");
    assert_eq!(reply.header("access-control-allow-origin"), None, "{reply}");
}

/// An origin of the stage's allow-list, as one of its functions has it.
fn allowed_origin() -> String {
    let stage = Stage::from_env();
    let variables = stage.account().variables(&stage.function("products-list"));
    let list = variables
        .iter()
        .find(|(name, _)| name == "CORS_ALLOWED_ORIGINS");
    let list = list.map(|(_, value)| value.clone()).unwrap_or_default();
    let first = list
        .split(',')
        .map(str::trim)
        .find(|origin| !origin.is_empty());
    first
        .unwrap_or_else(|| panic!("the stage allows no origin: {list:?}"))
        .to_owned()
}

#[test]
fn anonymous_reads_may_be_kept_for_a_while_and_everything_else_may_not() {
    let stage = Stage::from_env();
    for route in rows::all()
        .filter(|route| route.method == Method::GET && route.parameters().next().is_none())
    {
        let (anonymous, admin) = (stage.api(), stage.newcomer(Role::Admin));
        let reply = anonymous.get(route.path);
        let caching = reply.header("cache-control").unwrap_or_default().to_owned();
        if reply.status == 200
            && matches!(route.who, Who::Public | Who::Visitor)
            && route.path != "/health"
        {
            assert!(
                caching.contains("public") && caching.contains("max-age="),
                "{}: {caching}",
                route.name
            );
        } else {
            assert_eq!(caching, "no-store", "{}", route.name);
        }
        if route.admits_tokens() {
            let reply = admin.get(route.path);
            assert_eq!(reply.header("cache-control"), Some("no-store"), "{reply}");
            assert!(
                reply
                    .header("vary")
                    .is_some_and(|vary| vary.contains("Authorization")),
                "{reply}"
            );
        }
    }
}

#[test]
fn a_health_check_is_never_kept() {
    let reply = crate::platform::well("/health");
    assert_eq!(reply.header("cache-control"), Some("no-store"));
}

#[test]
fn what_has_not_changed_is_304_with_its_tag_and_without_a_body() {
    let catalogue = Catalogue::new();
    let product = catalogue.product("Kettle");
    let path = format!("/api/v1/products/{}", product["id"].as_str().unwrap());
    let api = Stage::from_env().api();
    let reply = api.get(&path).expect(200);
    let tag = reply.header("etag").unwrap().to_owned();
    assert_eq!(tag, "\"v1\"");

    let ask = |tag: &str| api.ask("GET", &path).header("if-none-match", tag).send();
    for same in [&*tag, "*", "W/\"v1\"", "\"v0\", \"v1\""] {
        let reply = ask(same);
        assert_eq!(reply.status, 304, "{same}: {reply}");
        assert!(reply.bytes.is_empty(), "{reply}");
        assert_eq!(reply.header("etag"), Some(&*tag));
    }
    for other in ["\"v2\"", "v1", "\"\""] {
        assert_eq!(ask(other).status, 200, "{other}");
    }
    // Lists have no version; they are tagged by what they say.
    let list = api.get("/openapi.json").expect(200);
    let tag = list.header("etag").unwrap();
    let reply = api
        .ask("GET", "/openapi.json")
        .header("if-none-match", tag)
        .send();
    assert_eq!(reply.status, 304, "{reply}");
}

#[test]
fn answers_that_are_worth_it_are_packed_when_asked_for() {
    let api = Stage::from_env().api();
    let ask = |offer: &str| {
        api.ask("GET", "/openapi.json")
            .header("accept-encoding", offer)
            .send()
            .expect(200)
    };
    let plain = ask("identity");
    assert_eq!(plain.header("content-encoding"), None);
    for offer in ["gzip", "br;q=0.5, gzip;q=0.8", "*"] {
        let packed = ask(offer);
        assert_eq!(packed.header("content-encoding"), Some("gzip"), "{offer}");
        let mut text = Vec::new();
        GzDecoder::new(packed.bytes.as_slice())
            .read_to_end(&mut text)
            .unwrap();
        assert_eq!(text, plain.bytes, "{offer}");
        assert!(packed.bytes.len() * 2 < plain.bytes.len());
    }
    assert_eq!(ask("gzip;q=0").header("content-encoding"), None);
    let small = api
        .ask("GET", "/health")
        .header("accept-encoding", "gzip")
        .send();
    assert_eq!(
        small.header("content-encoding"),
        None,
        "a few bytes are not worth it"
    );
}
