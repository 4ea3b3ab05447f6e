//! Calling orders off.

use serde_json::{Value, json};
use testkit::{Api, BY_QUEUE, Reply, Stage, all_at_once, eventually, unique};

use super::paying::{paid, refund};
use super::{Shopfront, ordered, path, put};
use crate::products::text;
use crate::walk::keys::{decided, replayed, served};

fn cancel(api: &Api, order: &Value, body: &Value) -> Reply {
    api.post(&format!("{}/cancel", path(order)), body)
}

/// The first lines of an order, and so many of each.
fn items(order: &Value, quantities: &[u64]) -> Value {
    let lines = order["items"].as_array().unwrap();
    let items = lines.iter().zip(quantities);
    let items: Vec<Value> = items
        .map(|(line, quantity)| json!({ "id": line["id"], "quantity": quantity }))
        .collect();
    json!({ "items": items })
}

/// Waits until there are so many of a thing to be bought.
#[track_caller]
fn wait_for(shop: &Shopfront, thing: &Value, available: u64) {
    let what = format!("{available} of {}", text(thing, "sku"));
    eventually(&what, BY_QUEUE, || {
        (shop.available(thing) == available).then_some(())
    });
}

#[test]
fn an_order_that_is_called_off_gives_its_stock_back_paid_or_not() {
    let shop = Shopfront::new();
    let ann = Stage::from_env().user();
    let thing = shop.sell(9.99, 5);
    let waits = ordered(&ann, &thing, 2);
    let paid = paid(&ann, &thing, 3);
    assert_eq!(shop.available(&thing), 0);
    for (order, detail, available) in [(&waits, json!(null), 2), (&paid, json!("Too many"), 5)] {
        let body = match &detail {
            Value::Null => json!({}),
            reason => json!({ "reason": reason }),
        };
        let cancelled = cancel(&ann, order, &body).expect(200).data();
        assert_eq!(cancelled["status"], "cancelled");
        assert_eq!(cancelled["reservationExpiresAt"], Value::Null);
        let last = cancelled["timeline"]
            .as_array()
            .unwrap()
            .last()
            .unwrap()
            .clone();
        assert_eq!(
            (&last["type"], &last["by"], &last["detail"]),
            (&json!("cancelled"), &json!("customer"), &detail)
        );
        wait_for(&shop, &thing, available);
        let refused = cancel(&ann, order, &json!({})).refuse(409, "illegal_transition");
        assert_eq!(refused.json()["allowed"], json!([]));
    }
}

#[test]
fn parts_are_called_off_until_nothing_is_left_and_their_stock_comes_back() {
    let shop = Shopfront::new();
    let ann = Stage::from_env().user();
    let (lamp, pen) = (shop.sell(10.0, 3), shop.sell(1.0, 2));
    put(&ann, &pen, 2).expect(200);
    let order = paid(&ann, &lamp, 3);
    let first = json!({ "items": [{ "id": line_of(&order, &lamp), "quantity": 1 }] });
    let some = cancel(&ann, &order, &first).expect(200).data();
    assert_eq!(some["status"], "paid");
    assert_eq!(
        (&order["total"], &some["remainingTotal"]),
        (&json!(37.99), &json!(27.99))
    );
    let line = line_with(&some, &lamp);
    assert_eq!(
        (&line["quantity"], &line["cancelledQuantity"]),
        (&json!(3), &json!(1))
    );
    wait_for(&shop, &lamp, 1);
    assert_eq!(shop.available(&pen), 0);

    let rest = cancel(&shop.catalogue.staff, &order, &json!({}))
        .expect(200)
        .data();
    assert_eq!(rest["status"], "cancelled");
    wait_for(&shop, &lamp, 3);
    wait_for(&shop, &pen, 2);
    let kinds: Vec<_> = rest["timeline"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| (text(entry, "type"), text(entry, "by")))
        .collect();
    let kinds: Vec<_> = kinds
        .iter()
        .map(|(kind, by)| (kind.as_str(), by.as_str()))
        .collect();
    assert_eq!(
        kinds,
        [
            ("placed", "customer"),
            ("paid", "system"),
            ("lines_cancelled", "customer"),
            ("cancelled", "staff"),
        ]
    );
    // Its money goes back by and by.
    refund(&order, 12.0);
    let some = ann.get(&path(&order)).expect(200).data();
    assert_eq!(some["paymentStatus"], "partially_refunded");
    assert_eq!(some["refundedTotal"], json!(12.0));
}

fn line_with(order: &Value, thing: &Value) -> Value {
    let lines = order["items"].as_array().unwrap();
    let found = lines.iter().find(|line| line["sku"] == thing["sku"]);
    found.unwrap().clone()
}

fn line_of(order: &Value, thing: &Value) -> Value {
    line_with(order, thing)["id"].clone()
}

#[test]
fn what_is_not_there_to_be_called_off_is_told_all_at_once() {
    let shop = Shopfront::new();
    let ann = Stage::from_env().user();
    let order = ordered(&ann, &shop.sell(9.99, 2), 2);
    let nothing = "line_01jxy3rpg0f4nrx2h35t6nwqvg";
    let line = &order["items"][0]["id"];
    for (body, pointers) in [
        (items(&order, &[3]), vec!["/items/0/quantity"]),
        (json!({ "items": [] }), vec!["/items"]),
        (items(&order, &[0]), vec!["/items/0/quantity"]),
        (
            json!({ "items": [{ "id": nothing, "quantity": 1 }, { "id": line, "quantity": 1 },
                              { "id": line, "quantity": 1 }] }),
            vec!["/items/0/id", "/items/2/id"],
        ),
        (
            json!({ "items": [{ "id": "x" }], "reason": 1, "refund": 5 }),
            vec!["/items/0/id", "/items/0/quantity", "/reason", "/refund"],
        ),
        (json!({ "reason": "a\u{0}b" }), vec!["/reason"]),
    ] {
        let refused = cancel(&ann, &order, &body).refuse(422, "validation_failed");
        assert_eq!(refused.pointers(), pointers, "{body}");
    }
    let same = ann.get(&path(&order)).expect(200).data();
    assert_eq!(same, order, "nothing has changed");
}

#[test]
fn an_order_is_called_off_by_its_buyer_and_by_staff() {
    let shop = Shopfront::new();
    let stage = Stage::from_env();
    let ann = stage.user();
    let order = ordered(&ann, &shop.sell(9.99, 1), 1);
    cancel(&stage.api(), &order, &json!({})).refuse(401, "unauthenticated");
    cancel(&stage.user(), &order, &json!({})).refuse(404, "not_found");
    cancel(&shop.catalogue.staff, &order, &json!({})).expect(200);
}

#[test]
fn of_many_who_call_one_order_off_one_does_and_under_one_key_all_did() {
    let shop = Shopfront::new();
    let ann = Stage::from_env().user();
    let thing = shop.sell(9.99, 64);
    let order = ordered(&ann, &thing, 1);
    // Whoever meets too many others is told to come again, and may under the same key.
    let path = format!("{}/cancel", super::path(&order));
    let replies = all_at_once(64, |_| decided(ann.ask("POST", &path).json(&json!({}))));
    let done = replies.iter().filter(|reply| reply.status == 200).count();
    assert_eq!(done, 1);
    for reply in replies.iter().filter(|reply| reply.status != 200) {
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (409, "illegal_transition"),
            "{reply}"
        );
    }
    // Parts at once: no more than there is, and each of them once.
    let order = ordered(&ann, &thing, 20);
    let one = items(&order, &[1]);
    let path = format!("{}/cancel", super::path(&order));
    let replies = all_at_once(64, |_| decided(ann.ask("POST", &path).json(&one)));
    let done = replies.iter().filter(|reply| reply.status == 200).count();
    for reply in replies.iter().filter(|reply| reply.status != 200) {
        // Nothing was left of the line, or of the order.
        let code = reply.code();
        assert!(
            ["validation_failed", "illegal_transition"].contains(&code.as_str()),
            "{reply}"
        );
    }
    assert_eq!(done, 20);
    wait_for(&shop, &thing, 64);

    let order = ordered(&ann, &thing, 2);
    let path = format!("{}/cancel", super::path(&order));
    let key = unique("key");
    let replies = all_at_once(32, |_| {
        let ask = ann.ask("POST", &path).key(&key);
        let ask = ask.json(&items(&order, &[1]));
        served(|| ask.send())
    });
    for reply in &replies {
        let running = reply.status == 409 && reply.code() == "idempotency_in_flight";
        assert!(reply.status == 200 || running, "{reply}");
    }
    let first: Vec<_> = replies
        .iter()
        .filter(|it| it.status == 200 && !replayed(it))
        .collect();
    assert_eq!(first.len(), 1);
    let line = &ann.get(&super::path(&order)).expect(200).data()["items"][0];
    assert_eq!(line["cancelledQuantity"], 1);
}
