//! `Idempotency-Key` when we die in between: the real function, killed at the worst moment.

use std::time::Duration;

use kernel::Role;
use serde_json::{Value, json};
use testkit::{Api, Bootstrap, Ended, Mishap, Stage, eventually, unique};

use super::keys::{create, made_in, replayed};
use crate::products::{Catalogue, text};

/// How long a function has that is to die: time enough to start on a busy machine and come as far as
/// that, and not too long to wait for, since its lease on the key is as long.
const LEASE: Duration = Duration::from_secs(10);

/// The deployed function as a process of ours, against the deployed tables.
pub fn deployed(function: &str) -> Bootstrap {
    let stage = Stage::from_env();
    let account = stage.account();
    Bootstrap::of(function, account.variables(&stage.function(function)))
        .with("AWS_ENDPOINT_URL", account.endpoint())
        .with("AWS_REGION", account.region())
        .with("AWS_ACCESS_KEY_ID", "test")
        .with("AWS_SECRET_ACCESS_KEY", "test")
}

/// A request as the gateway hands it over.
pub fn event(method: &str, path: &str, token: &str, key: &str, body: &Value) -> Value {
    json!({
        "version": "2.0", "routeKey": format!("{method} {path}"), "rawPath": path, "rawQueryString": "",
        "headers": {
            "authorization": format!("Bearer {token}"), "content-type": "application/json",
            "idempotency-key": key, "host": "127.0.0.1",
        },
        "requestContext": {
            "accountId": "000000000000", "apiId": "test", "domainName": "127.0.0.1", "domainPrefix": "test",
            "http": { "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "test" },
            "requestId": uuid::Uuid::new_v4().to_string(), "routeKey": format!("{method} {path}"),
            "stage": "$default", "time": "31/Jan/2026:09:05:07 +0000", "timeEpoch": 1_769_850_307_042_u64,
        },
        "body": body.to_string(), "isBase64Encoded": false,
    })
}

/// A manager of the test's own, by their token, with the API they see.
fn somebody() -> (String, Api) {
    let stage = Stage::from_env();
    let token = stage.signer().token(Role::Manager);
    (token.clone(), stage.api().with_token(token))
}

#[test]
fn killed_after_the_effect_and_before_the_answer_a_retry_finds_the_effect() {
    let catalogue = Catalogue::new();
    let (token, caller) = somebody();
    let (key, sku) = (unique("key"), unique("KILL"));
    let draft = catalogue.draft_with("Killed", json!({ "sku": sku }));
    let event = event("POST", "/api/v1/products", &token, &key, &draft);

    let ended = deployed("products-create").run(&event, Mishap::KilledAfter(1));
    assert!(matches!(ended, Ended::Killed), "{ended:?}");
    let there = made_in(&catalogue);
    assert_eq!(
        there.len(),
        1,
        "the effect was not there before the retry: the test proves nothing"
    );

    // At once: the answer was kept with the effect, so nobody waits for a lease.
    let retry = create(&caller, &key, &draft).expect(201);
    assert!(replayed(&retry), "{retry}");
    assert_eq!(retry.data(), there[0]);
    assert_eq!(retry.header("etag"), Some("\"v1\""));
    assert_eq!(made_in(&catalogue).len(), 1);
    create(&caller, &unique("key"), &draft).refuse(409, "sku_taken");
}

#[test]
fn killed_before_the_effect_a_retry_does_it_once_the_lease_has_ended() {
    let catalogue = Catalogue::new();
    let (token, caller) = somebody();
    let (key, sku) = (unique("key"), unique("KILL"));
    let draft = catalogue.draft_with("Killed", json!({ "sku": sku }));
    let event = event("POST", "/api/v1/products", &token, &key, &draft);

    let ended = deployed("products-create")
        .within(LEASE)
        .run(&event, Mishap::KilledBefore(1));
    assert!(matches!(ended, Ended::Killed), "{ended:?}");
    assert_eq!(made_in(&catalogue).len(), 0);

    let early = create(&caller, &key, &draft);
    if early.status == 409 {
        assert_eq!(early.code(), "idempotency_in_flight", "{early}");
    }
    let done = eventually("the end of the lease", Duration::from_secs(60), || {
        let reply = create(&caller, &key, &draft);
        (reply.code() != "idempotency_in_flight").then_some(reply)
    })
    .expect(201);
    let again = create(&caller, &key, &draft).expect(201);
    assert!(replayed(&again) && again.data() == done.data(), "{again}");
    assert_eq!(made_in(&catalogue).len(), 1);
    assert_eq!(text(&done.data(), "sku"), sku);
}

#[test]
fn killed_again_and_again_it_is_still_done_once() {
    let catalogue = Catalogue::new();
    let (token, caller) = somebody();
    let key = unique("key");
    let draft = catalogue.draft("Unlucky");
    let event = event("POST", "/api/v1/products", &token, &key, &draft);
    let function = deployed("products-create").within(LEASE);
    for kill in [
        Mishap::KilledBefore(1),
        Mishap::KilledBefore(1),
        Mishap::KilledAfter(1),
    ] {
        let ended = eventually(
            "the end of the lease",
            Duration::from_secs(60),
            || match function.run(&event, kill) {
                // The lease goes on, or the table was too busy to come so far.
                Ended::Answered(answer)
                    if matches!(answer["statusCode"].as_u64(), Some(409 | 503)) =>
                {
                    None
                }
                ended => Some(ended),
            },
        );
        assert!(matches!(ended, Ended::Killed), "{ended:?}");
    }
    let retry = create(&caller, &key, &draft).expect(201);
    assert!(replayed(&retry), "{retry}");
    assert_eq!(made_in(&catalogue).len(), 1);
}

#[test]
fn an_answer_of_500_and_above_is_not_kept() {
    let catalogue = Catalogue::new();
    let (token, caller) = somebody();
    let (key, draft) = (unique("key"), catalogue.draft("Later"));
    let event = event("POST", "/api/v1/products", &token, &key, &draft);
    // The key can be claimed, but the effect cannot be written.
    let answer = deployed("products-create")
        .run(&event, Mishap::Outage)
        .answer();
    assert_eq!(answer["statusCode"], 503, "{answer}");
    let body = answer["body"].as_str().unwrap();
    for inside in [
        "InternalServer",
        "dynamodb",
        "ultramarket-products",
        "panicked",
    ] {
        assert!(
            !body.contains(inside),
            "the caller reads of {inside}: {body}"
        );
    }
    assert!(!replayed(&create(&caller, &key, &draft).expect(201)));
}
