//! What goes into a cart, and what does not.

use serde_json::json;
use testkit::{Stage, all_at_once, unique};

use super::{Buyer, CART, ITEMS, Shelves, item, some, things};
use crate::products::text;
use crate::walk::keys::{replayed, served};

#[test]
fn a_cart_shows_what_is_in_it_and_what_that_costs() {
    let shelves = Shelves::new();
    let lamp = shelves.thing_with("Lamp", 10, json!({ "price": 9.99 }));
    let desk = shelves.thing_with("Desk", 3, json!({ "price": 100 }));
    let ann = Buyer::user();
    let empty = ann.cart();
    assert_eq!(
        (&empty["items"], &empty["itemCount"], &empty["subtotal"]),
        (&json!([]), &json!(0), &json!(0.0))
    );
    ann.add(&lamp, 2).expect(200);
    ann.add(&desk, 1).expect(200);
    let more = ann.add(&lamp, 1).expect(200);
    assert_eq!(more.header("etag"), Some("\"v3\""));
    assert!(more.header("x-cart-token").is_none(), "{more}");
    let cart = more.data();
    assert_eq!(ann.cart(), cart);
    assert_eq!(cart["id"], empty["id"], "a user has one cart");
    assert_eq!(
        (&cart["itemCount"], &cart["subtotal"], &cart["currency"]),
        (&json!(4), &json!(129.97), &json!("USD"))
    );
    let line = &cart["items"][0];
    assert_eq!(
        line,
        &json!({
            "id": line["id"], "productId": lamp["id"], "variantId": null, "sku": lamp["sku"],
            "name": "Lamp", "quantity": 3, "unitPrice": 9.99, "lineTotal": 29.97,
            "available": 10, "priceChanged": false,
        })
    );
}

#[test]
fn lines_are_changed_and_taken_out_one_by_one_or_all_at_once() {
    let shelves = Shelves::new();
    let (lamp, desk) = (shelves.thing("Lamp", 10), shelves.thing("Desk", 10));
    let ann = Buyer::user();
    ann.add(&lamp, 2).expect(200);
    let cart = ann.add(&desk, 1).expect(200).data();
    let [first, second] = [&cart["items"][0], &cart["items"][1]];
    assert_eq!(
        ann.set(first, 7).expect(200).data()["items"][0]["quantity"],
        7
    );
    assert_eq!(ann.set(first, 0).expect(200).data()["itemCount"], 1);
    ann.set(first, 1).refuse(404, "not_found");
    assert_eq!(ann.remove(second).expect(200).data()["items"], json!([]));
    ann.remove(second).refuse(404, "not_found");
    ann.add(&lamp, 2).expect(200);
    for _ in 0..2 {
        let cleared = ann.ask("DELETE", CART).send().expect(200).data();
        assert_eq!(cleared["items"], json!([]));
    }
}

#[test]
fn a_cart_holds_no_more_of_a_thing_than_there_is() {
    let shelves = Shelves::new();
    let lamp = shelves.thing("Lamp", 5);
    let ann = Buyer::user();
    let line = ann.add(&lamp, 3).expect(200).data()["items"][0].clone();
    for refused in [ann.add(&lamp, 3), ann.set(&line, 6)] {
        let refused = refused.refuse(409, "insufficient_stock");
        assert_eq!(refused.json()["available"], 5, "{refused}");
    }
    assert_eq!(ann.cart()["itemCount"], 3);
    ann.add(&lamp, 2).expect(200);
}

#[test]
fn every_fault_of_a_request_is_told_and_nothing_changes() {
    let shelves = Shelves::new();
    let lamp = shelves.thing("Lamp", 5);
    let draft = shelves.thing_with("Draft", 5, json!({ "status": "draft" }));
    let ann = Buyer::user();
    let line = ann.add(&lamp, 1).expect(200).data()["items"][0].clone();
    let nowhere = "prod_01jxy3rpg0f4nrx2h35t6nwqvg";
    for (body, pointers) in [
        (json!({}), vec!["/productId", "/quantity"]),
        (
            json!({ "productId": "x", "quantity": 0 }),
            vec!["/productId", "/quantity"],
        ),
        (
            json!({ "productId": nowhere, "quantity": 1 }),
            vec!["/productId"],
        ),
        (some(&draft, 1), vec!["/productId"]),
        (
            json!({ "productId": lamp["id"], "quantity": 1.5 }),
            vec!["/quantity"],
        ),
        (
            json!({ "productId": lamp["id"], "quantity": "1" }),
            vec!["/quantity"],
        ),
        (
            json!({ "productId": lamp["id"], "quantity": -1 }),
            vec!["/quantity"],
        ),
        (
            json!({ "productId": lamp["id"], "quantity": 10_000 }),
            vec!["/quantity"],
        ),
        (
            json!({ "productId": lamp["id"], "quantity": 1, "unitPrice": 0.01 }),
            vec!["/unitPrice"],
        ),
        (
            json!({ "productId": lamp["id"], "quantity": 1, "variantId": "var_01jxy3rpg0f4nrx2h35t6nwqvg" }),
            vec!["/variantId"],
        ),
    ] {
        let refused = ann.ask("POST", ITEMS).json(&body).send().expect(422);
        assert_eq!(refused.pointers(), pointers, "{body}: {refused}");
    }
    for body in [
        json!({}),
        json!({ "quantity": -1 }),
        json!({ "quantity": null }),
    ] {
        let refused = ann.ask("PUT", &item(&line)).json(&body).send().expect(422);
        assert_eq!(refused.pointers(), ["/quantity"], "{body}: {refused}");
    }
    assert_eq!(ann.cart()["version"], 1);
}

#[test]
fn of_a_product_with_variants_one_is_named() {
    let shelves = Shelves::new();
    let more = json!({
        "options": [{ "name": "Plug", "values": ["EU", "UK"] }],
        "variants": [
            { "sku": unique("EU"), "options": { "Plug": "EU" } },
            { "sku": unique("UK"), "options": { "Plug": "UK" }, "price": 25 },
        ],
    });
    let lamp = shelves.thing_with("Lamp", 5, more);
    let ann = Buyer::user();
    let refused = ann.add(&lamp, 1).expect(422);
    assert_eq!(refused.pointers(), ["/variantId"]);
    for variant in lamp["variants"].as_array().unwrap() {
        let mut body = some(&lamp, 1);
        body["variantId"] = variant["id"].clone();
        ann.ask("POST", ITEMS).json(&body).send().expect(200);
    }
    let cart = ann.cart();
    let prices: Vec<_> = cart["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["unitPrice"])
        .collect();
    assert_eq!(prices, [&json!(19.99), &json!(25.0)]);
}

#[test]
fn a_cart_is_in_one_currency() {
    let shelves = Shelves::new();
    let lamp = shelves.thing("Lamp", 5);
    let yen = shelves.thing_with("Rug", 5, json!({ "price": 500, "currency": "JPY" }));
    let ann = Buyer::user();
    ann.add(&lamp, 1).expect(200);
    ann.add(&yen, 1).refuse(409, "currency_mismatch");
    ann.ask("DELETE", CART).send().expect(200);
    let cart = ann.add(&yen, 3).expect(200).data();
    assert_eq!(
        (&cart["subtotal"], &cart["currency"]),
        (&json!(1500), &json!("JPY"))
    );
}

#[test]
fn a_cart_has_forty_lines_and_not_one_more() {
    let shelves = Shelves::new();
    let all = shelves.things(41);
    let ann = Buyer::user();
    for thing in &all[..40] {
        ann.add(thing, 1).expect(200);
    }
    ann.add(&all[40], 1).refuse(409, "cart_full");
    assert_eq!(ann.add(&all[0], 1).expect(200).data()["itemCount"], 41);
}

#[test]
fn a_change_is_made_to_the_version_that_is_asked_for() {
    let shelves = Shelves::new();
    let lamp = shelves.thing("Lamp", 9);
    let ann = Buyer::user();
    let line = ann.add(&lamp, 1).expect(200).data()["items"][0].clone();
    let set = |tag: &str| {
        let ask = ann.ask("PUT", &item(&line)).header("if-match", tag);
        ask.json(&json!({ "quantity": 2 })).send()
    };
    let stale = set("\"v7\"").refuse(412, "precondition_failed");
    assert_eq!(stale.json()["currentVersion"], 1);
    set("\"v1\"").expect(200);
    for path in [item(&line), CART.to_owned()] {
        let stale = ann.ask("DELETE", &path).header("if-match", "\"v1\"").send();
        stale.refuse(412, "precondition_failed");
    }
}

#[test]
fn what_is_there_of_a_thing_is_live_so_no_cart_is_answered_as_unchanged() {
    let shelves = Shelves::new();
    let lamp = shelves.thing("Lamp", 9);
    let ann = Buyer::user();
    let tag = ann
        .add(&lamp, 1)
        .expect(200)
        .header("etag")
        .unwrap()
        .to_owned();
    shelves.stock(&text(&lamp, "sku"), 4);
    let again = ann.ask("GET", CART).header("if-none-match", &tag).send();
    assert_eq!(again.expect(200).data()["items"][0]["available"], 4);
}

#[test]
fn a_thing_that_is_asked_for_twice_by_one_key_is_added_once() {
    let shelves = Shelves::new();
    let lamp = shelves.thing("Lamp", 99);
    let ann = Buyer::user();
    let key = unique("key");
    let add = |quantity| {
        let ask = ann.ask("POST", ITEMS).key(&key);
        ask.json(&some(&lamp, quantity)).send()
    };
    let replies = all_at_once(8, |_| served(|| add(2)));
    let again = add(2).expect(200);
    assert!(replayed(&again), "{again}");
    let first = replies
        .iter()
        .filter(|reply| reply.status == 200 && !replayed(reply));
    assert_eq!(first.count(), 1);
    assert_eq!(ann.things(), [(text(&lamp, "sku"), 2)]);
    add(3).refuse(422, "idempotency_key_reused");
}

#[test]
fn of_many_adds_at_once_each_counts_once() {
    let shelves = Shelves::new();
    let lamp = shelves.thing("Lamp", 999);
    let ann = Buyer::user();
    let replies = all_at_once(16, |_| ann.add(&lamp, 1));
    let done = replies.iter().filter(|reply| reply.status == 200).count();
    for reply in replies.iter().filter(|reply| reply.status != 200) {
        assert_eq!(reply.status, 503, "{reply}");
    }
    assert!(done > 0);
    assert_eq!(ann.things(), [(text(&lamp, "sku"), done as u64)]);
}

#[test]
fn nobody_s_cart_is_empty() {
    let cart = Stage::from_env().api().get(CART).expect(200).data();
    assert_eq!(things(&cart), []);
}
