//! Versions: nobody's change is lost, and nobody changes what they have not seen.

use serde_json::json;
use testkit::all_at_once;

use super::{Catalogue, path};
use crate::walk::keys::decided;

#[test]
fn a_change_of_a_version_that_is_gone_is_refused_with_the_current_one() {
    let catalogue = Catalogue::new();
    let product = catalogue.product("Versioned");
    let put = |tag: &str, name: &str| {
        catalogue
            .staff
            .ask("PUT", &path(&product))
            .header("if-match", tag)
            .json(&json!({ "name": name }))
            .send()
    };
    assert_eq!(put("\"v1\"", "Second").expect(200).data()["version"], 2);
    let reply = put("\"v1\"", "Third").refuse(412, "precondition_failed");
    assert_eq!(reply.json()["currentVersion"], 2, "{reply}");
    assert_eq!(put("*", "Third").expect(200).data()["version"], 3);
    assert_eq!(
        put("\"v2\", \"v3\"", "Fourth").expect(200).data()["version"],
        4
    );
    for tag in ["\"v99\"", "\"abc\"", "v4", "W/\"v4\"", "\"v0\"", ""] {
        put(tag, "Never").refuse(412, "precondition_failed");
    }
    // Also where the change would change nothing: who sends a version asks about it.
    put("\"v1\"", "Fourth").refuse(412, "precondition_failed");
    assert_eq!(
        catalogue.staff.get(&path(&product)).expect(200).data()["name"],
        "Fourth"
    );
}

#[test]
fn archiving_honours_the_version_too() {
    let catalogue = Catalogue::new();
    let product = catalogue.product("Versioned");
    let delete = |tag: &str| {
        catalogue
            .staff
            .ask("DELETE", &path(&product))
            .header("if-match", tag)
            .send()
    };
    let reply = delete("\"v7\"").refuse(412, "precondition_failed");
    assert_eq!(reply.json()["currentVersion"], 1);
    delete("\"v1\"").expect(204);
}

#[test]
fn of_twenty_writers_who_read_the_same_version_one_wins() {
    let catalogue = Catalogue::new();
    let product = catalogue.product("Contested");
    let replies = all_at_once(20, |number| {
        let ask = catalogue
            .staff
            .ask("PUT", &path(&product))
            .header("if-match", "\"v1\"");
        decided(ask.json(&json!({ "name": format!("Writer {number}") })))
    });
    let won: Vec<_> = replies.iter().filter(|reply| reply.status == 200).collect();
    assert_eq!(won.len(), 1, "{replies:?}");
    for reply in replies.iter().filter(|reply| reply.status != 200) {
        assert_eq!(
            (reply.status, &*reply.code()),
            (412, "precondition_failed"),
            "{reply}"
        );
    }
    let now = catalogue.staff.get(&path(&product)).expect(200).data();
    assert_eq!(
        (&now["name"], now["version"].as_u64()),
        (&won[0].data()["name"], Some(2))
    );
}

#[test]
fn writers_of_different_fields_without_a_version_do_not_lose_each_others_change() {
    let catalogue = Catalogue::new();
    let product = catalogue.product("Shared");
    let changes = [
        json!({ "brand": "Brewer" }),
        json!({ "mpn": "M-1" }),
        json!({ "tags": ["a"] }),
        json!({ "weightGrams": 5 }),
    ];
    let replies = all_at_once(changes.len(), |number| {
        catalogue.staff.put(&path(&product), &changes[number])
    });
    let mut written = 0;
    for (change, reply) in changes.iter().zip(&replies) {
        // Whoever could not write must have been told so.
        assert!(matches!(reply.status, 200 | 409 | 503), "{reply}");
        written += u64::from(reply.status == 200);
        if reply.status != 200 {
            catalogue.staff.put(&path(&product), change).expect(200);
            written += 1;
        }
    }
    let now = catalogue.staff.get(&path(&product)).expect(200).data();
    for change in &changes {
        for (field, value) in change.as_object().unwrap() {
            assert_eq!(&now[field], value, "a change was lost: {now}");
        }
    }
    assert_eq!(now["version"], 1 + written);
}
