//! `Idempotency-Key`: whatever is asked twice is done once.

use std::time::Duration;

use kernel::Role;
use serde_json::{Value, json};
use testkit::{Api, Ask, Reply, Stage, all_at_once, eventually, unique};

use crate::products::{Catalogue, path, text};

pub fn create(api: &Api, key: &str, draft: &Value) -> Reply {
    api.ask("POST", "/api/v1/products")
        .key(key)
        .json(draft)
        .send()
}

pub fn replayed(reply: &Reply) -> bool {
    reply.header("idempotent-replayed") == Some("true")
}

/// The answer once there is one: whoever meets too many others is told to come again.
#[track_caller]
pub fn served(ask: impl Fn() -> Reply) -> Reply {
    eventually("an answer", Duration::from_secs(60), || {
        let reply = ask();
        (reply.status != 503).then_some(reply)
    })
}

/// The same of a request under a key of its own, by which it is done once however often it comes.
#[track_caller]
pub fn decided(ask: Ask) -> Reply {
    let ask = ask.key(&unique("key"));
    eventually("an answer", Duration::from_secs(60), || {
        let reply = served(|| ask.send());
        (reply.code() != "idempotency_in_flight").then_some(reply)
    })
}

/// Every product of the category, whatever its status.
pub fn made_in(catalogue: &Catalogue) -> Vec<Value> {
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
    let replies = all_at_once(50, |_| served(|| create(&catalogue.staff, &key, &draft)));
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
    // Another body that is wrong by itself: the key is told, not the faults.
    create(&catalogue.staff, &key, &json!({ "name": "" })).refuse(422, "idempotency_key_reused");
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
    assert_eq!(
        again.json()["instance"].as_str(),
        again.header("x-request-id"),
        "a kept problem names the request that it answers now"
    );
    create(&catalogue.staff, &unique("key"), &draft).expect(201);
    // A body that breaks rules was never an operation: it can be mended under the same key.
    let key = unique("key");
    create(&catalogue.staff, &key, &json!({ "name": "x" })).expect(422);
    create(&catalogue.staff, &key, &catalogue.draft("Mended")).expect(201);
}

#[test]
fn another_if_match_is_another_request() {
    let catalogue = Catalogue::new();
    let product = catalogue.product("Matched");
    let key = unique("key");
    let put = |key: &str, tag: &str| {
        catalogue
            .staff
            .ask("PUT", &path(&product))
            .key(key)
            .header("if-match", tag)
            .json(&json!({ "name": "Changed" }))
            .send()
    };
    put(&key, "\"v9\"").refuse(412, "precondition_failed");
    assert!(replayed(&put(&key, "\"v9\"").expect(412)));
    put(&key, "\"v1\"").refuse(422, "idempotency_key_reused");
    put(&unique("key"), "\"v1\"").expect(200);
}

#[test]
fn a_caller_beyond_the_bucket_is_told_when_to_come_again_and_others_are_not_limited() {
    let stage = Stage::from_env();
    let ask = |api: &Api| {
        api.ask("POST", "/api/v1/products/import/uploads")
            .json(&json!({}))
            .send()
    };
    let eager = stage.newcomer(Role::Manager);
    // More than a bucket's, for it fills by one a second while it is asked.
    let refused = (0..1_000)
        .map(|_| ask(&eager))
        .find(|reply| reply.status == 429);
    let refused = refused
        .expect("a bucket of sixty")
        .refuse(429, "rate_limited");
    let number = |name: &str| -> u64 { refused.header(name).unwrap().parse().unwrap() };
    // One token a second comes back; the whole bucket takes a minute.
    assert!((1..=2).contains(&number("retry-after")), "{refused}");
    assert_eq!(number("ratelimit-limit"), 60);
    assert_eq!(number("ratelimit-remaining"), 0);
    assert!(number("ratelimit-reset") > 50);
    assert_ne!(ask(&stage.newcomer(Role::Manager)).status, 429);
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
