//! Signing in, and failing to.

use serde_json::json;
use testkit::{Reply, Stage, unique};

use super::{PASSWORD, Person, sign_in};

/// What a stranger can tell an answer by: everything but what is about the one request.
fn visible(reply: &Reply) -> (u16, Vec<(String, String)>, serde_json::Value) {
    let mut body = reply.json();
    body["instance"] = json!("");
    let mut headers: Vec<(String, String)> = reply
        .headers
        .iter()
        .filter(|(name, _)| {
            !matches!(
                name.as_str(),
                "x-request-id" | "apigw-requestid" | "traceparent" | "date"
            )
        })
        .map(|(name, value)| {
            (
                name.to_string(),
                value.to_str().unwrap_or_default().to_owned(),
            )
        })
        .collect();
    headers.sort();
    (reply.status, headers, body)
}

#[test]
fn an_address_without_an_account_is_answered_as_a_wrong_password_is() {
    let ann = Person::new();
    let nobody = format!("{}@example.test", unique("nobody"));
    let wrong = sign_in(&ann.email, "not the password").refuse(401, "invalid_credentials");
    let unknown = sign_in(&nobody, "not the password").refuse(401, "invalid_credentials");
    assert_eq!(visible(&wrong), visible(&unknown));
    assert_eq!(wrong.header("www-authenticate"), Some("Bearer"));
}

#[test]
fn after_ten_failures_an_account_is_closed_whether_it_exists_or_not() {
    let ann = Person::new();
    let nobody = format!("{}@example.test", unique("nobody"));
    let mut last = Vec::new();
    for email in [&ann.email, &nobody] {
        for left in (0..10).rev() {
            let refused = sign_in(email, "not the password").refuse(401, "invalid_credentials");
            let left = left.to_string();
            assert_eq!(refused.header("ratelimit-remaining"), Some(left.as_str()));
        }
        let closed = sign_in(email, PASSWORD).refuse(429, "too_many_attempts");
        let seconds: u64 = closed.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=900).contains(&seconds), "{closed}");
        let (status, headers, body) = visible(&closed);
        let names: Vec<String> = headers.into_iter().map(|(name, _)| name).collect();
        last.push((status, names, body));
    }
    assert_eq!(last[0], last[1]);
    // The account alone is closed: somebody else signs in from the same network address.
    Person::new().sign_in();
}

#[test]
fn every_fault_of_a_sign_in_is_told_at_once_and_none_counts_as_a_try() {
    let body = json!({ "email": "ann", "password": "", "mfaCode": "", "role": "ADMIN" });
    let api = Stage::from_env().api();
    let refused = api.post("/api/v1/auth/login", &body);
    let refused = refused.refuse(422, "validation_failed");
    assert_eq!(
        refused.pointers(),
        ["/email", "/mfaCode", "/password", "/role"]
    );
    assert_eq!(refused.header("ratelimit-remaining"), None);
}
