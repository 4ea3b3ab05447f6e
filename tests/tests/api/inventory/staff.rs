//! What staff see and decide of stock.

use kernel::Role;
use serde_json::json;
use testkit::{Stage, unique};

use super::Shelf;

#[test]
fn a_sku_without_a_record_gets_one_when_it_is_stocked() {
    let shelf = Shelf::unheard();
    for below in ["", "/movements"] {
        let path = shelf.path(below);
        shelf.staff.get(&path).refuse(404, "not_found");
    }
    let one = json!({ "quantity": 1 });
    shelf.reserve(&one).refuse(404, "not_found");
    shelf.release("x").refuse(404, "not_found");
    let stocked = shelf.put(&json!({ "onHand": 7, "lowStockThreshold": 2 }));
    let stocked = stocked.expect(200);
    assert!(stocked.header("etag").is_some());
    let mut shown = stocked.data();
    shown["sku"] = json!("[sku]");
    insta::assert_json_snapshot!(shown, @r#"
    {
      "sku": "[sku]",
      "productId": null,
      "variantId": null,
      "onHand": 7,
      "reserved": 0,
      "available": 7,
      "lowStockThreshold": 2,
      "buckets": 1,
      "version": 3
    }
    "#);
}

#[test]
fn every_change_is_a_movement_and_all_add_up() {
    let shelf = Shelf::of(10);
    let changes = [
        json!({ "adjust": -3, "reason": "Broken" }),
        json!({ "adjust": 5, "reason": "Delivered", "lowStockThreshold": 1 }),
        json!({ "lowStockThreshold": 3 }),
        json!({ "onHand": 12 }),
        json!({ "onHand": 11, "reason": "Counted", "buckets": 4 }),
        json!({ "buckets": 2 }),
    ];
    for change in changes {
        shelf.put(&change).expect(200);
    }
    let expected = [
        ("count", -1, 11),
        ("receipt", 5, 12),
        ("adjustment", -3, 7),
        ("count", 10, 10),
    ];
    let expected = expected.map(|(kind, quantity, after)| (kind.to_owned(), quantity, after));
    assert_eq!(shelf.movements(), expected);
    let path = shelf.path("/movements?limit=1");
    let newest = shelf.staff.get(&path).expect(200).data()[0].clone();
    assert_eq!(
        (&newest["reason"], &newest["type"]),
        (&json!("Counted"), &json!("count"))
    );
}

#[test]
fn what_breaks_rules_is_told_all_at_once_and_changes_nothing() {
    let shelf = Shelf::of(5);
    let cases = [
        (json!({}), vec![""]),
        (json!({ "reason": "Why" }), vec![""]),
        (json!({ "onHand": -1 }), vec!["/onHand"]),
        (json!({ "onHand": 1.5 }), vec!["/onHand"]),
        (json!({ "onHand": 1_000_000_001 }), vec!["/onHand"]),
        (json!({ "onHand": null }), vec!["/onHand"]),
        (
            json!({ "onHand": 1, "adjust": 1, "reason": "x" }),
            vec!["/adjust"],
        ),
        (json!({ "adjust": 0 }), vec!["/adjust", "/reason"]),
        (json!({ "adjust": 1, "reason": " " }), vec!["/reason"]),
        (
            json!({ "adjust": 999_999_999, "reason": "x" }),
            vec!["/adjust"],
        ),
        (
            json!({ "adjust": "1", "reason": 7, "lowStockThreshold": -1, "buckets": 17, "role": 1 }),
            vec![
                "/adjust",
                "/buckets",
                "/lowStockThreshold",
                "/reason",
                "/role",
            ],
        ),
        (
            json!({ "onHand": 4, "version": 9, "reserved": 0 }),
            vec!["/reserved", "/version"],
        ),
    ];
    for (body, pointers) in cases {
        let reply = shelf.put(&body).refuse(422, "validation_failed");
        assert_eq!(reply.pointers(), pointers, "{body}");
    }
    let holds = [
        (json!({}), vec!["/quantity"]),
        (json!({ "quantity": 0 }), vec!["/quantity"]),
        (
            json!({ "quantity": 1, "ttlSeconds": 0 }),
            vec!["/ttlSeconds"],
        ),
        (
            json!({ "quantity": "1", "reservationId": "", "ttlSeconds": 86_401, "sku": "x" }),
            vec!["/quantity", "/reservationId", "/sku", "/ttlSeconds"],
        ),
    ];
    for (body, pointers) in holds {
        let reply = shelf.reserve(&body).refuse(422, "validation_failed");
        assert_eq!(reply.pointers(), pointers, "{body}");
    }
    let path = shelf.path("/reserve");
    shelf.staff.delete(&path).refuse(422, "validation_failed");
    assert_eq!(shelf.told(), (5, 0, 5));
    for sku in ["alerts", "..", "a%20b"] {
        let path = format!("/api/v1/inventory/{sku}");
        let reply = shelf.staff.put(&path, &json!({ "onHand": 1 }));
        assert!([404, 405].contains(&reply.status), "{reply}");
    }
}

#[test]
fn a_version_that_is_not_current_is_refused_whatever_made_it_old() {
    let shelf = Shelf::of(5);
    let tag = |shelf: &Shelf| {
        let read = shelf.staff.get(&shelf.path("")).expect(200);
        read.header("etag").unwrap().to_owned()
    };
    let put = |tag: &str, on_hand: u64| {
        let ask = shelf.staff.ask("PUT", &shelf.path(""));
        let ask = ask
            .header("if-match", tag)
            .json(&json!({ "onHand": on_hand }));
        ask.send()
    };
    let first = tag(&shelf);
    put(&first, 6).expect(200);
    put(&first, 7).refuse(412, "precondition_failed");
    let second = tag(&shelf);
    shelf.reserve(&json!({ "quantity": 1 })).expect(201);
    put(&second, 7).refuse(412, "precondition_failed");
    put(&tag(&shelf), 7).expect(200);
    // Who has read what is current need not be sent it again.
    let current = tag(&shelf);
    let again = |tag: &str| {
        let ask = shelf.staff.ask("GET", &shelf.path(""));
        ask.header("if-none-match", tag).send().status
    };
    assert_eq!((again(&current), again(&first)), (304, 200));
    assert_eq!(shelf.told(), (7, 1, 6));
}

#[test]
fn staff_without_the_permission_see_and_change_nothing() {
    let shelf = Shelf::of(5);
    let stage = Stage::from_env();
    let shopper = stage.newcomer(Role::User);
    for (status, api) in [(401, stage.api()), (403, shopper)] {
        for below in ["", "/movements"] {
            assert_eq!(api.get(&shelf.path(below)).status, status, "{below}");
        }
        let put = api.put(&shelf.path(""), &json!({ "onHand": 1 }));
        let hold = api.post(&shelf.path("/reserve"), &json!({ "quantity": 1 }));
        assert_eq!((put.status, hold.status), (status, status));
        assert_eq!(api.get("/api/v1/inventory").status, status);
    }
    assert_eq!(shelf.told(), (5, 0, 5));
}

#[test]
fn a_key_changes_stock_once_however_often_it_is_sent() {
    let shelf = Shelf::of(5);
    let key = unique("key");
    let more = json!({ "adjust": 2, "reason": "Delivered" });
    let ask = shelf
        .staff
        .ask("PUT", &shelf.path(""))
        .key(&key)
        .json(&more);
    let first = ask.send().expect(200);
    let again = ask.send().expect(200);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!((first.data(), shelf.told()), (again.data(), (7, 0, 7)));
}
