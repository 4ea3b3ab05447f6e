//! What is held on somebody: taken away as a file, and erased.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::{Stage, eventually, unique};

use super::{PASSWORD, Person, refresh, register, sign_in, text};

const ME: &str = "/api/v1/users/me";

/// Somebody of whom there is something of every kind, all of it with a word of its own.
fn somebody(canary: &str) -> Person {
    let person = Person::new();
    person.api.put(ME, &json!({ "name": canary })).expect(200);
    let address = json!({
        "name": canary, "line1": format!("{canary} 1"), "city": "Berlin", "postalCode": "10117", "country": "DE",
    });
    person
        .api
        .post("/api/v1/users/me/addresses", &address)
        .expect(201);
    person
        .api
        .post("/api/v1/auth/mfa/setup", &json!({}))
        .expect(200);
    person
}

/// Every item of the table of accounts in which a word stands.
fn items_with(word: &str) -> Vec<Value> {
    let stage = Stage::from_env();
    let mut found = Vec::new();
    let mut ask = json!({ "TableName": stage.physical("auth"), "ConsistentRead": true });
    loop {
        let page = stage.account().dynamodb("Scan", &ask).expect(200).json();
        let items = page["Items"].as_array().cloned().unwrap_or_default();
        found.extend(
            items
                .into_iter()
                .filter(|item| item.to_string().contains(word)),
        );
        match page.get("LastEvaluatedKey") {
            Some(last) => ask["ExclusiveStartKey"] = last.clone(),
            None => return found,
        }
    }
}

#[test]
fn an_export_has_what_is_held_on_the_caller_and_no_secret() {
    let (ann, bob) = (somebody("Canary-ann"), somebody("Canary-bob"));
    let reply = ann.api.get("/api/v1/users/me/export").expect(200);
    let export = reply.data();
    assert_eq!(export["profile"]["email"], ann.email.as_str());
    assert_eq!(export["addresses"][0]["line1"], "Canary-ann 1");
    assert_eq!(export["sessions"].as_array().map(Vec::len), Some(1));
    assert!(
        export["exportedAt"].is_string() && export["audit"].is_array(),
        "{reply}"
    );
    let text = reply.text();
    assert!(
        !text.contains(&bob.email) && !text.contains("Canary-bob"),
        "{text}"
    );
    for secret in ["argon2", &ann.refresh_token(), "sealed", "recoveryCodes\""] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

#[test]
fn an_erased_account_is_gone_at_once_and_its_address_free() {
    let canary = unique("canary");
    let ann = somebody(&canary);
    let id = text(&ann.account["user"], "id");
    assert!(items_with(&canary).len() >= 2 && !items_with(&ann.email).is_empty());
    let stale = ann
        .api
        .ask("DELETE", ME)
        .header("if-match", "\"v1\"")
        .send();
    stale.refuse(412, "precondition_failed");

    ann.api.delete(ME).expect(204);
    // The token that erased is refused at the very next request, and so is all that was signed in.
    ann.api.get(ME).refuse(401, "unauthenticated");
    refresh(&ann.refresh_token()).refuse(401, "invalid_refresh_token");
    sign_in(&ann.email, PASSWORD).refuse(401, "invalid_credentials");

    // Of the person no word is left but in what goes by itself: mails' tokens within a day.
    let short_lived = |item: &Value| item.get("expires").is_some();
    for word in [&canary, &ann.email] {
        let left: Vec<_> = items_with(word)
            .into_iter()
            .filter(|item| !short_lived(item))
            .collect();
        assert!(left.is_empty(), "{word}: {left:?}");
    }
    // The books still find the id.
    let row = items_with(&id)
        .into_iter()
        .find(|item| item["sk"]["S"] == "user");
    assert_eq!(row.expect("the row stays")["status"]["S"], "erased");

    let again = register(&Stage::from_env().api(), &ann.email)
        .expect(201)
        .data();
    assert_ne!(again["user"]["id"], id.as_str());
    eventually("the event is published", Duration::from_secs(60), || {
        let told = |item: &Value| item["event_type"]["S"] == "auth.user-erased.v1";
        items_with(&id).iter().any(told).then_some(())
    });
}

#[test]
fn an_erasure_with_a_key_is_one() {
    let ann = somebody("Canary");
    let key = unique("key");
    ann.api.ask("DELETE", ME).key(&key).send().expect(204);
    // The key does not bring the token back.
    ann.api
        .ask("DELETE", ME)
        .key(&key)
        .send()
        .refuse(401, "unauthenticated");
}
