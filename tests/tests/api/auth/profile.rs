//! `/users/me`: the caller's account.

use serde_json::{Value, json};
use testkit::{all_at_once, unique};

use super::{Person, text};
use crate::walk::keys::served;

const ME: &str = "/api/v1/users/me";

#[test]
fn an_account_is_what_its_user_registered_and_nobody_elses() {
    let (ann, bob) = (Person::new(), Person::new());
    let reply = ann.api.get(ME).expect(200);
    let me = reply.data();
    let expected = [
        ("email", json!(ann.email)),
        ("name", json!("Ann Archer")),
        ("phone", Value::Null),
        ("role", json!("USER")),
        ("emailVerified", json!(false)),
        ("mfaEnabled", json!(false)),
        ("status", json!("active")),
        ("version", json!(1)),
    ];
    for (field, value) in expected {
        assert_eq!(me[field], value, "{field}");
    }
    assert_eq!(me["id"], ann.account["user"]["id"]);
    assert_eq!(reply.header("etag"), Some("\"v1\""));
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    for hidden in [
        "password",
        "hash",
        "tokenVersion",
        "sessionEpoch",
        "audited",
    ] {
        assert!(!reply.text().contains(hidden), "{reply}");
    }
    assert_ne!(bob.api.get(ME).expect(200).data()["id"], me["id"]);
    let known = ann.api.ask("GET", ME).header("if-none-match", "\"v1\"");
    known.send().expect(304);
}

#[test]
fn a_change_changes_what_it_names_and_holds_to_the_version_it_asks_for() {
    let ann = Person::new();
    let put = |tag: &str, body: &Value| {
        ann.api
            .ask("PUT", ME)
            .header("if-match", tag)
            .json(body)
            .send()
    };
    let renamed = put(
        "\"v1\"",
        &json!({ "name": " Ann Lee ", "phone": "+49 30 123456" }),
    );
    let me = renamed.expect(200).data();
    assert_eq!(
        (&me["name"], &me["phone"], &me["version"]),
        (&json!("Ann Lee"), &json!("+4930123456"), &json!(2))
    );
    let stale = put("\"v1\"", &json!({ "phone": null })).refuse(412, "precondition_failed");
    assert_eq!(stale.json()["currentVersion"], 2);
    let silent = put("\"v2\"", &json!({ "phone": null })).expect(200).data();
    assert_eq!(
        (&silent["name"], &silent["phone"]),
        (&json!("Ann Lee"), &Value::Null)
    );
    // Nothing asked, nothing changed.
    assert_eq!(ann.api.put(ME, &json!({})).expect(200).data()["version"], 3);
}

#[test]
fn nobody_makes_themselves_what_they_are_not() {
    let ann = Person::new();
    let before = ann.api.get(ME).expect(200).data();
    let body = json!({
        "name": "\u{200b}", "phone": "030 123", "role": "ADMIN", "status": "erased", "email": "x@example.com",
        "emailVerified": true, "mfaEnabled": true, "id": "usr_1", "version": 9, "isAdmin": true,
    });
    let mut told = ann
        .api
        .put(ME, &body)
        .refuse(422, "validation_failed")
        .pointers();
    told.sort();
    assert_eq!(
        told,
        [
            "/email",
            "/emailVerified",
            "/id",
            "/isAdmin",
            "/mfaEnabled",
            "/name",
            "/phone",
            "/role",
            "/status",
            "/version",
        ]
    );
    let null = ann
        .api
        .put(ME, &json!({ "name": null }))
        .refuse(422, "validation_failed");
    assert_eq!(null.pointers(), ["/name"]);
    assert_eq!(ann.api.get(ME).expect(200).data(), before);
}

#[test]
fn a_change_with_a_key_is_made_once_and_answered_each_time() {
    let ann = Person::new();
    let key = unique("key");
    let replies = all_at_once(5, |_| {
        let ask = ann.api.ask("PUT", ME).key(&key);
        let ask = ask.json(&json!({ "name": "Once" }));
        served(|| ask.send())
    });
    for reply in &replies {
        assert!(matches!(reply.status, 200 | 409), "{reply}");
    }
    let again = ann
        .api
        .ask("PUT", ME)
        .key(&key)
        .json(&json!({ "name": "Once" }))
        .send();
    assert_eq!(again.expect(200).data()["version"], 2);
    assert_eq!(text(&ann.api.get(ME).expect(200).data(), "name"), "Once");
}
