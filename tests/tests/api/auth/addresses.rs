//! `/users/me/addresses`: the caller's address book.

use serde_json::{Value, json};
use testkit::{all_at_once, unique};

use super::{Person, text};
use crate::walk::keys::served;

const BOOK: &str = "/api/v1/users/me/addresses";

fn berlin() -> Value {
    json!({
        "name": "Ann Archer", "line1": "Unter den Linden 1", "city": "Berlin", "postalCode": "10117",
        "country": "DE",
    })
}

/// The same with other fields.
fn with(other: &Value) -> Value {
    let mut address = berlin();
    for (field, value) in other.as_object().unwrap() {
        address[field] = value.clone();
    }
    address
}

fn at(address: &Value) -> String {
    format!("{BOOK}/{}", text(address, "id"))
}

#[test]
fn an_address_is_put_in_read_changed_and_taken_out() {
    let ann = Person::new();
    assert_eq!(ann.api.get(BOOK).expect(200).json()["data"], json!([]));
    let made = ann.api.post(BOOK, &berlin()).expect(201);
    let home = made.data();
    assert!(
        made.header("location").unwrap().ends_with(&at(&home)),
        "{made}"
    );
    assert_eq!(made.header("etag"), Some("\"v1\""));
    for (field, value) in berlin().as_object().unwrap() {
        assert_eq!(&home[field], value, "{field}");
    }
    assert_eq!(
        (&home["default"], &home["region"]),
        (&json!(true), &Value::Null)
    );

    let stale = ann.api.ask("PUT", &at(&home)).header("if-match", "\"v7\"");
    stale
        .json(&json!({ "city": "Bonn" }))
        .send()
        .refuse(412, "precondition_failed");
    let changed = ann.api.put(
        &at(&home),
        &json!({ "line2": "Hinterhaus", "phone": "+49 30 1234567" }),
    );
    let changed = changed.expect(200).data();
    assert_eq!(
        (&changed["version"], &changed["city"]),
        (&json!(2), &json!("Berlin"))
    );
    assert_eq!(
        ann.api.get(BOOK).expect(200).json()["data"],
        json!([changed])
    );

    ann.api.delete(&at(&home)).expect(204);
    ann.api.delete(&at(&home)).refuse(404, "not_found");
    assert_eq!(ann.api.get(BOOK).expect(200).json()["data"], json!([]));
}

#[test]
fn one_address_is_the_default_at_a_time() {
    let ann = Person::new();
    let home = ann.api.post(BOOK, &berlin()).expect(201).data();
    let work = ann
        .api
        .post(BOOK, &with(&json!({ "default": true })))
        .expect(201)
        .data();
    assert_eq!(
        (&home["default"], &work["default"]),
        (&json!(true), &json!(true))
    );
    let defaults = || {
        let book = ann.api.get(BOOK).expect(200).json();
        let book = book["data"].as_array().unwrap().clone();
        let of = |address: &Value| address["default"] == true;
        book.iter()
            .filter(|address| of(address))
            .map(|address| text(address, "id"))
            .collect::<Vec<_>>()
    };
    assert_eq!(defaults(), [text(&work, "id")]);
    ann.api
        .put(&at(&home), &json!({ "default": true }))
        .expect(200);
    assert_eq!(defaults(), [text(&home, "id")]);
    ann.api
        .put(&at(&home), &json!({ "default": false }))
        .expect(200);
    assert!(defaults().is_empty());
}

#[test]
fn a_country_says_what_its_addresses_want() {
    let ann = Person::new();
    for (fields, pointers) in [
        (json!({ "postalCode": "1011" }), vec!["/postalCode"]),
        (json!({ "postalCode": null }), vec!["/postalCode"]),
        (json!({ "country": "XX" }), vec!["/country"]),
        (json!({ "country": "de" }), vec!["/country"]),
        (json!({ "country": "US" }), vec!["/region"]),
        (
            json!({ "country": "US", "postalCode": "1234", "region": "XX" }),
            vec!["/postalCode", "/region"],
        ),
        (
            json!({ "country": "CA", "postalCode": "12345", "region": "ON" }),
            vec!["/postalCode"],
        ),
        (
            json!({ "country": "GB", "postalCode": "12345" }),
            vec!["/postalCode"],
        ),
        (
            json!({ "country": "NL", "postalCode": "1012" }),
            vec!["/postalCode"],
        ),
        (
            json!({ "country": "JP", "postalCode": "100-00011" }),
            vec!["/postalCode"],
        ),
        (
            json!({ "country": "BR", "postalCode": "01310-100" }),
            vec!["/region"],
        ),
        (json!({ "region": "Atlantis" }), vec!["/region"]),
        (
            json!({ "phone": "030", "name": " ", "line1": "", "role": 1 }),
            vec!["/line1", "/name", "/phone", "/role"],
        ),
    ] {
        let refused = ann
            .api
            .post(BOOK, &with(&fields))
            .refuse(422, "validation_failed");
        let mut told = refused.pointers();
        told.sort();
        assert_eq!(told, pointers, "{fields}: {refused}");
    }
    for fields in [
        json!({ "country": "US", "postalCode": "10001-1234", "region": "NY" }),
        json!({ "country": "CA", "postalCode": "k1a 0b1", "region": "Ontario" }),
        json!({ "country": "GB", "postalCode": "SW1A 1AA" }),
        json!({ "country": "FR", "postalCode": "75001", "region": "Île-de-France" }),
        json!({ "country": "JP", "postalCode": "100-0001", "region": "Tokyo" }),
        json!({ "country": "AE", "postalCode": null }),
        json!({ "region": "BE" }),
    ] {
        ann.api.post(BOOK, &with(&fields)).expect(201);
    }
    let nothing = ann
        .api
        .post(BOOK, &json!({}))
        .refuse(422, "validation_failed");
    let mut told = nothing.pointers();
    told.sort();
    assert_eq!(told, ["/city", "/country", "/line1", "/name"]);
    // A change is held to the country that the address has.
    let home = ann.api.post(BOOK, &berlin()).expect(201).data();
    let moved = ann.api.put(&at(&home), &json!({ "country": "US" }));
    assert_eq!(
        moved.refuse(422, "validation_failed").pointers(),
        ["/region"]
    );
}

#[test]
fn nobody_reaches_anothers_address() {
    let (ann, bob) = (Person::new(), Person::new());
    let home = ann.api.post(BOOK, &berlin()).expect(201).data();
    bob.api
        .put(&at(&home), &json!({ "city": "Bonn" }))
        .refuse(404, "not_found");
    bob.api.delete(&at(&home)).refuse(404, "not_found");
    assert_eq!(bob.api.get(BOOK).expect(200).json()["data"], json!([]));
    assert_eq!(ann.api.get(BOOK).expect(200).json()["data"], json!([home]));
}

#[test]
fn an_address_with_a_key_is_put_in_once() {
    let ann = Person::new();
    let key = unique("key");
    let replies = all_at_once(8, |_| {
        served(|| ann.api.ask("POST", BOOK).key(&key).json(&berlin()).send())
    });
    for reply in &replies {
        assert!(matches!(reply.status, 201 | 409), "{reply}");
    }
    let again = ann
        .api
        .ask("POST", BOOK)
        .key(&key)
        .json(&berlin())
        .send()
        .expect(201);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(
        ann.api.get(BOOK).expect(200).json()["data"],
        json!([again.data()])
    );
}

#[test]
fn a_book_has_room_for_fifty() {
    let ann = Person::new();
    let replies = all_at_once(10, |_| {
        (0..6)
            .map(|_| ann.api.post(BOOK, &berlin()))
            .collect::<Vec<_>>()
    });
    let replies: Vec<_> = replies.into_iter().flatten().collect();
    let full = |status| {
        replies
            .iter()
            .filter(|reply| reply.status == status)
            .count()
    };
    for reply in replies
        .iter()
        .filter(|reply| !matches!(reply.status, 201 | 503))
    {
        assert_eq!(
            (reply.status, &*reply.code()),
            (409, "address_book_full"),
            "{reply}"
        );
    }
    let book = ann.api.get(BOOK).expect(200).json()["data"]
        .as_array()
        .unwrap()
        .len();
    assert_eq!(book, full(201), "what was answered is there, and no more");
    for _ in book..50 {
        ann.api.post(BOOK, &berlin()).expect(201);
    }
    ann.api
        .post(BOOK, &berlin())
        .refuse(409, "address_book_full");
}
