//! `Idempotency-Key`: whatever is asked twice is done once, also when we die in between.

use std::time::Duration;

use kernel::Role;
use serde_json::{Value, json};
use testkit::{Api, Bootstrap, Ended, Mishap, Reply, Stage, all_at_once, eventually, unique};

use crate::products::{Catalogue, path, text};

fn create(api: &Api, key: &str, draft: &Value) -> Reply {
    api.ask("POST", "/api/v1/products")
        .key(key)
        .json(draft)
        .send()
}

fn replayed(reply: &Reply) -> bool {
    reply.header("idempotent-replayed") == Some("true")
}

/// Every product of the category, whatever its status.
fn made_in(catalogue: &Catalogue) -> Vec<Value> {
    let list = catalogue
        .staff
        .get(&format!(
            "/api/v1/products?categoryId={}",
            catalogue.category
        ))
        .expect(200);
    list.data().as_array().unwrap().clone()
}

#[test]
fn the_same_request_again_is_answered_as_before_and_does_nothing() {
    let catalogue = Catalogue::new();
    let (key, draft) = (unique("key"), catalogue.draft("Once"));
    let first = create(&catalogue.staff, &key, &draft).expect(201);
    assert!(!replayed(&first));
    for _ in 0..3 {
        let again = create(&catalogue.staff, &key, &draft).expect(201);
        assert!(replayed(&again), "{again}");
        assert_eq!(again.bytes, first.bytes);
        for name in ["location", "etag", "content-type"] {
            assert_eq!(again.header(name), first.header(name), "{name}");
        }
        assert_ne!(
            again.header("x-request-id"),
            first.header("x-request-id"),
            "a replay is a request of its own"
        );
    }
    assert_eq!(made_in(&catalogue).len(), 1);
    // What the product has become since does not change the answer.
    catalogue
        .staff
        .put(&path(&first.data()), &json!({ "name": "Later" }))
        .expect(200);
    assert_eq!(
        create(&catalogue.staff, &key, &draft).expect(201).bytes,
        first.bytes
    );
}

#[test]
fn changes_and_deletions_are_replayed_too() {
    let catalogue = Catalogue::new();
    let product = catalogue.product("Keyed");
    let put = |key: &str, name: &str| {
        catalogue
            .staff
            .ask("PUT", &path(&product))
            .key(key)
            .json(&json!({ "name": name }))
            .send()
    };
    let key = unique("key");
    assert_eq!(put(&key, "Second").expect(200).data()["version"], 2);
    put(&unique("key"), "Third").expect(200);
    let again = put(&key, "Second").expect(200);
    assert!(replayed(&again) && again.data()["version"] == 2, "{again}");
    assert_eq!(
        catalogue.staff.get(&path(&product)).expect(200).data()["name"],
        "Third"
    );

    let key = unique("key");
    let delete = || {
        catalogue
            .staff
            .ask("DELETE", &path(&product))
            .key(&key)
            .send()
    };
    assert!(!replayed(&delete().expect(204)));
    assert!(replayed(&delete().expect(204)));
}

#[test]
fn of_fifty_at_once_with_one_key_one_is_done_and_the_others_hear_of_it_or_wait() {
    let catalogue = Catalogue::new();
    let (key, draft) = (unique("key"), catalogue.draft("Fifty"));
    let replies = all_at_once(50, |_| create(&catalogue.staff, &key, &draft));
    let mut ids = Vec::new();
    let (mut first, mut again, mut waiting) = (0, 0, 0);
    for reply in &replies {
        match reply.status {
            201 => {
                ids.push(text(&reply.data(), "id"));
                if replayed(reply) {
                    again += 1
                } else {
                    first += 1
                }
            }
            409 => {
                assert_eq!(reply.code(), "idempotency_in_flight", "{reply}");
                let wait: u64 = reply.header("retry-after").unwrap().parse().unwrap();
                assert!((1..=30).contains(&wait), "{reply}");
                waiting += 1;
            }
            _ => panic!("{reply}"),
        }
    }
    assert_eq!((first, again + waiting), (1, 49));
    ids.dedup();
    assert_eq!(ids.len(), 1);
    assert_eq!(made_in(&catalogue).len(), 1);
}

#[test]
fn a_key_belongs_to_its_request_its_caller_and_its_route() {
    let catalogue = Catalogue::new();
    let key = unique("key");
    let first = create(&catalogue.staff, &key, &catalogue.draft("Mine"))
        .expect(201)
        .data();
    // Another body.
    create(&catalogue.staff, &key, &catalogue.draft("Other")).refuse(422, "idempotency_key_reused");
    // Another query is another request too.
    let path_with_query = format!("/api/v1/categories/{}?x=1", catalogue.category);
    catalogue
        .staff
        .ask("DELETE", &path_with_query)
        .key(&key)
        .send()
        .expect(422);
    // Another caller.
    let other = Stage::from_env().newcomer(Role::Admin);
    let theirs = create(&other, &key, &catalogue.draft("Mine")).expect(201);
    assert!(
        !replayed(&theirs) && theirs.data()["id"] != first["id"],
        "{theirs}"
    );
    // Another route, and another path of the same route.
    let shelf = json!({ "name": unique("Shelf") });
    catalogue
        .staff
        .ask("POST", "/api/v1/categories")
        .key(&key)
        .json(&shelf)
        .send()
        .expect(201);
    let change = |product: &Value, key: &str| {
        catalogue
            .staff
            .ask("PUT", &path(product))
            .key(key)
            .json(&json!({ "name": "Same" }))
            .send()
    };
    let second = catalogue.product("Second");
    let key = unique("key");
    change(&first, &key).expect(200);
    change(&second, &key).refuse(422, "idempotency_key_reused");
}

#[test]
fn refusals_are_kept_as_well() {
    let catalogue = Catalogue::new();
    let taken = text(&catalogue.product("Taken"), "sku");
    let (key, draft) = (
        unique("key"),
        catalogue.draft_with("Late", json!({ "sku": taken })),
    );
    create(&catalogue.staff, &key, &draft).refuse(409, "sku_taken");
    let holder = made_in(&catalogue)[0].clone();
    catalogue.staff.delete(&path(&holder)).expect(204);
    // The SKU is free now, but the request was answered.
    let again = create(&catalogue.staff, &key, &draft).refuse(409, "sku_taken");
    assert!(replayed(&again), "{again}");
    create(&catalogue.staff, &unique("key"), &draft).expect(201);
    // A body that breaks rules was never an operation: it can be mended under the same key.
    let key = unique("key");
    create(&catalogue.staff, &key, &json!({ "name": "x" })).expect(422);
    create(&catalogue.staff, &key, &catalogue.draft("Mended")).expect(201);
}

#[test]
fn a_key_has_between_1_and_255_printable_characters() {
    let catalogue = Catalogue::new();
    let longest = format!("{}{}", unique("key"), "k".repeat(255));
    create(&catalogue.staff, &longest[..255], &catalogue.draft("Long")).expect(201);
    for key in [&longest[..256], "", "k\tk"] {
        let reply = create(&catalogue.staff, key, &catalogue.draft("Never"));
        // A gateway may leave an empty header out.
        assert!(
            reply.status == 422 || (reply.status == 201 && key.is_empty()),
            "{key:?}: {reply}"
        );
    }
}

#[test]
fn without_a_key_twice_is_twice() {
    let catalogue = Catalogue::new();
    catalogue.product("Twin");
    catalogue.product("Twin");
    assert_eq!(made_in(&catalogue).len(), 2);
}

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
        .within(Duration::from_secs(6))
        .run(&event, Mishap::KilledBefore(1));
    assert!(matches!(ended, Ended::Killed), "{ended:?}");
    assert_eq!(made_in(&catalogue).len(), 0);

    let early = create(&caller, &key, &draft);
    if early.status == 409 {
        assert_eq!(early.code(), "idempotency_in_flight", "{early}");
    }
    let done = eventually("the end of the lease", Duration::from_secs(15), || {
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
    let function = deployed("products-create").within(Duration::from_secs(5));
    for kill in [
        Mishap::KilledBefore(1),
        Mishap::KilledBefore(1),
        Mishap::KilledAfter(1),
    ] {
        let ended = eventually(
            "the end of the lease",
            Duration::from_secs(20),
            || match function.run(&event, kill) {
                Ended::Answered(answer) if answer["statusCode"] == 409 => None,
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
