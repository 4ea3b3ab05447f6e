//! Staff move orders on.

use serde_json::{Value, json};
use testkit::{Api, Reply, Stage, unique};

use super::paying::paid;
use super::{Shopfront, ordered, path};
use crate::products::text;
use crate::walk::keys::replayed;

fn set(api: &Api, order: &Value, status: &str) -> Reply {
    let path = format!("{}/status", path(order));
    api.put(&path, &json!({ "status": status }))
}

fn kinds(order: &Value) -> Vec<String> {
    let entries = order["timeline"].as_array().unwrap();
    entries.iter().map(|entry| text(entry, "type")).collect()
}

#[test]
fn an_order_goes_from_paid_to_returned_one_step_at_a_time() {
    let shop = Shopfront::new();
    let staff = &shop.catalogue.staff;
    let ann = Stage::from_env().user();
    let order = paid(&ann, &shop.sell(9.99, 1), 1);
    let way = [
        ("processing", "unfulfilled"),
        ("shipped", "fulfilled"),
        ("delivered", "fulfilled"),
        ("returned", "returned"),
    ];
    let mut version = order["version"].as_u64().unwrap();
    for (status, fulfilment) in way {
        let moved = set(staff, &order, status).expect(200);
        version += 1;
        assert_eq!(
            moved.header("etag"),
            Some(format!("\"v{version}\"").as_str())
        );
        let moved = moved.data();
        assert_eq!(moved["status"], status);
        assert_eq!(moved["fulfilmentStatus"], fulfilment);
        assert_eq!(moved["version"], version);
        // Who bought it reads the same.
        assert_eq!(ann.get(&path(&order)).expect(200).data(), moved);
    }
    let end = ann.get(&path(&order)).expect(200).data();
    assert_eq!(
        kinds(&end),
        [
            "placed",
            "paid",
            "processing",
            "shipped",
            "delivered",
            "returned"
        ]
    );
    assert_eq!(end["timeline"][2]["by"], "staff");
}

#[test]
fn a_step_that_does_not_follow_is_refused_with_those_that_do() {
    let shop = Shopfront::new();
    let staff = &shop.catalogue.staff;
    let ann = Stage::from_env().user();
    let thing = shop.sell(9.99, 5);
    let waits = ordered(&ann, &thing, 1);
    let paid = paid(&ann, &thing, 1);
    for (order, status, from, allowed) in [
        (
            &waits,
            "processing",
            "pending_payment",
            json!(["paid", "cancelled", "expired"]),
        ),
        (&paid, "shipped", "paid", json!(["processing", "cancelled"])),
        (
            &paid,
            "returned",
            "paid",
            json!(["processing", "cancelled"]),
        ),
    ] {
        let refused = set(staff, order, status).refuse(409, "illegal_transition");
        assert_eq!(refused.json()["allowed"], allowed);
        assert_eq!(refused.json()["orderStatus"], from);
    }
    // What comes by payment, cancellation and time alone cannot be asked for.
    for status in [
        "paid",
        "expired",
        "cancelled",
        "pending_payment",
        "lost",
        "",
    ] {
        set(staff, &paid, status).refuse(422, "validation_failed");
    }
    let path = format!("{}/status", path(&paid));
    let faults = staff
        .put(
            &path,
            &json!({ "reason": "x".repeat(501), "to": "shipped" }),
        )
        .refuse(422, "validation_failed");
    assert_eq!(faults.pointers(), ["/reason", "/status", "/to"]);
}

#[test]
fn only_staff_move_an_order_and_only_from_the_version_they_say() {
    let shop = Shopfront::new();
    let stage = Stage::from_env();
    let staff = &shop.catalogue.staff;
    let ann = stage.user();
    let order = paid(&ann, &shop.sell(9.99, 1), 1);
    set(&stage.api(), &order, "processing").refuse(401, "unauthenticated");
    set(&ann, &order, "processing").refuse(403, "forbidden");
    let absent = json!({ "id": order["id"].as_str().unwrap().replace("ord_0", "ord_1") });
    set(staff, &absent, "processing").refuse(404, "not_found");

    let body = json!({ "status": "processing" });
    let ask = |version: &str, key: &str| {
        let path = format!("{}/status", path(&order));
        let ask = staff.ask("PUT", &path).header("if-match", version).key(key);
        ask.json(&body).send()
    };
    ask("\"v1\"", &unique("key")).refuse(412, "precondition_failed");
    let key = unique("key");
    let moved = ask("\"v2\"", &key).expect(200);
    // Once more under its key it is the same answer, and nothing else.
    let again = ask("\"v2\"", &key).expect(200);
    assert!(replayed(&again), "{again}");
    assert_eq!(again.data(), moved.data());
}
