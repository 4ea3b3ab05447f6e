//! `/health`, `/openapi.json`, `/docs`, `/.well-known/…`: bare answers at the root.

mod reads;

use std::time::Duration;

use serde_json::Value;
use testkit::{Bootstrap, Mishap, Reply, Stage, eventually};

use crate::walk::{deployed, event};

/// An endpoint that nobody listens at. A port that was free a moment ago may be somebody's now, and
/// this one is given to nobody.
pub const NOWHERE: &str = "http://127.0.0.1:1";

/// The answer of a public row that is well. Whoever asks for health in a moment in which the
/// database takes more than a second is told so, and asks again.
pub fn well(path: &str) -> Reply {
    let api = Stage::from_env().api();
    eventually(path, Duration::from_secs(60), || {
        let reply = api.get(path);
        match reply.status {
            200 => Some(reply),
            503 => None,
            _ => panic!("{reply}"),
        }
    })
}

#[test]
fn health_is_503_when_the_database_does_not_answer_and_says_so_in_time() {
    // A port of our own on which nobody ever answers.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", silent.local_addr().unwrap());
    let health = deployed("platform-health").with("AWS_ENDPOINT_URL", address);
    let began = std::time::Instant::now();
    let answer = health
        .run(
            &event("GET", "/health", "x", "", &Value::Null),
            Mishap::None,
        )
        .answer();
    assert_eq!(answer["statusCode"], 503, "{answer}");
    assert!(
        began.elapsed() < Duration::from_secs(10),
        "{:?}",
        began.elapsed()
    );
    let body: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
    assert_eq!(body["status"], "unhealthy", "{body}");
    assert_ne!(body["checks"]["dynamodb"]["status"], "healthy", "{body}");
}

#[test]
fn a_function_starts_while_the_database_is_down_and_then_says_503() {
    let down =
        |function: &str| -> Bootstrap { deployed(function).with("AWS_ENDPOINT_URL", NOWHERE) };
    for (function, path) in [
        ("products-list", "/api/v1/products"),
        ("categories-list", "/api/v1/categories"),
    ] {
        let mut event = event("GET", path, "x", "", &Value::Null);
        event["headers"]
            .as_object_mut()
            .unwrap()
            .remove("authorization");
        let answer = down(function).run(&event, Mishap::None).answer();
        assert_eq!(answer["statusCode"], 503, "{function}: {answer}");
        assert!(answer["headers"]["retry-after"].is_string(), "{answer}");
        let problem: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
        assert_eq!(problem["code"], "unavailable", "{problem}");
    }
}

#[test]
fn the_public_keys_are_the_ones_that_sign_and_tell_nothing_private() {
    let stage = Stage::from_env();
    let set = stage.api().get("/.well-known/jwks.json").expect(200).json();
    let keys = set["keys"].as_array().unwrap();
    assert!(
        keys.iter().any(|key| key["kid"] == stage.signer().kid()),
        "{set}"
    );
    for key in keys {
        assert_eq!(
            (&key["kty"], &key["use"]),
            (&"RSA".into(), &"sig".into()),
            "{key}"
        );
        for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
            assert!(key.get(private).is_none(), "{private} is told");
        }
    }
}

#[test]
fn discovery_names_the_issuer_and_where_its_keys_are() {
    let stage = Stage::from_env();
    let told = stage
        .api()
        .get("/.well-known/openid-configuration")
        .expect(200)
        .json();
    assert_eq!(told["issuer"], stage.signer().issuer(), "{told}");
    let keys = told["jwks_uri"].as_str().unwrap();
    assert!(keys.ends_with("/.well-known/jwks.json"), "{told}");
    stage.api().get(keys).expect(200);
}
