//! Placing orders.

use serde_json::{Value, json};
use testkit::{Api, Stage, all_at_once, eventually, unique};

use super::{Shopfront, address, order, order_once, ordered, path, put, wish};
use crate::auth::Person;
use crate::products::text;
use crate::walk::keys::{replayed, served};
use std::time::Duration;

#[test]
fn an_order_is_what_was_in_the_cart_and_waits_to_be_paid_for_a_quarter_of_an_hour() {
    let shop = Shopfront::new();
    let (lamp, pen) = (shop.sell(9.99, 5), shop.sell(1.0, 9));
    let ann = Stage::from_env().user();
    put(&ann, &lamp, 2).expect(200);
    put(&ann, &pen, 3).expect(200);
    let reply = order(&ann).expect(201);
    let order = reply.data();
    assert_eq!(
        reply
            .header("location")
            .map(|it| it.ends_with(&path(&order))),
        Some(true)
    );
    assert_eq!(reply.header("etag"), Some("\"v1\""));
    assert_eq!(
        reply.header("x-order-token"),
        None,
        "who is signed in needs no key"
    );
    assert_eq!(order["status"], "pending_payment");
    assert_eq!(order["paymentStatus"], "unpaid");
    assert_eq!(order["fulfilmentStatus"], "unfulfilled");
    assert_eq!(order["items"].as_array().unwrap().len(), 2);
    assert_eq!(order["items"][0]["sku"], lamp["sku"]);
    assert_eq!(order["items"][0]["quantity"], 2);
    assert_eq!(order["items"][0]["lineTotal"], json!(19.98));
    assert_eq!(order["subtotal"], json!(22.98));
    assert_eq!(order["shipping"], json!(5.99));
    assert_eq!(order["total"], json!(28.97));
    assert_eq!(order["currency"], "USD");
    assert_eq!(order["timeline"][0]["type"], "placed");
    assert_eq!(order["timeline"][0]["by"], "customer");
    assert_eq!(order["shippingAddress"]["city"], "Portland");
    let time = |member: &str| kernel::Timestamp::parse(&text(&order, member)).unwrap();
    let held = time("reservationExpiresAt").since(time("createdAt"));
    assert_eq!(held, Duration::from_mins(15));
    assert_eq!((shop.available(&lamp), shop.available(&pen)), (3, 6));
    let cart = ann.get("/api/v1/cart").expect(200).data();
    assert_eq!(cart["items"], json!([]));
    let again = ann.get(&path(&order)).expect(200);
    assert_eq!(again.data(), order);
    assert_eq!(again.header("etag"), Some("\"v1\""));
}

#[test]
fn an_empty_cart_is_not_ordered() {
    let ann = Stage::from_env().user();
    order(&ann).refuse(409, "cart_empty");
    ann.post("/api/v1/orders/preview", &wish())
        .refuse(409, "cart_empty");
}

#[test]
fn every_fault_of_an_order_is_told_at_once() {
    let ann = Stage::from_env().user();
    let elsewhere = |change: fn(&mut Value)| {
        let mut wish = wish();
        change(&mut wish);
        wish
    };
    let cases: [(Value, &[&str]); 9] = [
        (json!({}), &["/shippingAddress"]),
        (
            elsewhere(|it| it["addressId"] = json!("addr_00000000000000000000000000")),
            &["/shippingAddress"],
        ),
        (
            elsewhere(|it| {
                it["shippingAddress"]["postalCode"] = json!("x");
                it["shippingAddress"]["region"] = json!("Bavaria");
                it["total"] = json!(1);
                it["shippingMethod"] = json!("balloon");
                it["expectedTotal"] = json!(-1);
            }),
            &[
                "/expectedTotal",
                "/shippingAddress/postalCode",
                "/shippingAddress/region",
                "/shippingMethod",
                "/total",
            ],
        ),
        (
            elsewhere(|it| it["shippingAddress"] = json!({ "country": "US" })),
            &[
                "/shippingAddress/city",
                "/shippingAddress/line1",
                "/shippingAddress/name",
                "/shippingAddress/postalCode",
                "/shippingAddress/region",
            ],
        ),
        (
            elsewhere(|it| it["shippingAddress"] = json!([])),
            &["/shippingAddress"],
        ),
        (
            elsewhere(|it| it["shippingAddress"]["country"] = json!("ZZ")),
            &["/shippingAddress/country"],
        ),
        (
            elsewhere(|it| it["note"] = json!("n".repeat(1_001))),
            &["/note"],
        ),
        (elsewhere(|it| it["note"] = json!("\u{1}")), &["/note"]),
        (elsewhere(|it| it["email"] = json!("nobody")), &["/email"]),
    ];
    for (wish, pointers) in cases {
        for route in ["/api/v1/orders", "/api/v1/orders/preview"] {
            let reply = ann.post(route, &wish).refuse(422, "validation_failed");
            assert_eq!(reply.pointers(), pointers, "{wish}");
        }
    }
}

#[test]
fn an_order_goes_to_an_address_of_the_buyer_s_own_book() {
    let shop = Shopfront::new();
    let lamp = shop.sell(9.99, 5);
    let (ann, bob) = (Person::new(), Person::new());
    let book = "/api/v1/users/me/addresses";
    let id = text(&ann.api.post(book, &address()).expect(201).data(), "id");
    let wish = json!({ "addressId": id });
    put(&bob.api, &lamp, 1).expect(200);
    let refused = bob
        .api
        .post("/api/v1/orders", &wish)
        .refuse(422, "validation_failed");
    assert_eq!(refused.pointers(), ["/addressId"]);
    put(&ann.api, &lamp, 1).expect(200);
    let order = ann.api.post("/api/v1/orders", &wish).expect(201).data();
    assert_eq!(order["shippingAddress"]["line1"], "1 Main Street");
    // The order keeps the address that it was placed with.
    let moved = json!({ "line1": "2 Side Street" });
    ann.api.put(&format!("{book}/{id}"), &moved).expect(200);
    let order = ann.api.get(&path(&order)).expect(200).data();
    assert_eq!(order["shippingAddress"]["line1"], "1 Main Street");
}

#[test]
fn every_short_line_is_named_and_the_cart_stays() {
    let shop = Shopfront::new();
    let things = [shop.sell(1.0, 5), shop.sell(1.0, 9), shop.sell(1.0, 4)];
    let ann = Stage::from_env().user();
    for thing in &things {
        put(&ann, thing, 4).expect(200);
    }
    shop.stock(&things[0], 3);
    shop.stock(&things[2], 0);
    for route in ["/api/v1/orders", "/api/v1/orders/preview"] {
        let refused = ann
            .post(route, &wish())
            .refuse(409, "insufficient_stock")
            .json();
        let short: Vec<_> = refused["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| {
                (
                    text(item, "sku"),
                    item["requested"].clone(),
                    item["available"].clone(),
                )
            })
            .collect();
        let sku = |thing: &Value| text(thing, "sku");
        let expected = [
            (sku(&things[0]), json!(4), json!(3)),
            (sku(&things[2]), json!(4), json!(0)),
        ];
        assert_eq!(short, expected, "{route}");
    }
    assert_eq!(
        shop.available(&things[1]),
        9,
        "nothing is held of the others"
    );
    let cart = ann.get("/api/v1/cart").expect(200).data();
    assert_eq!(cart["items"].as_array().unwrap().len(), 3);
}

#[test]
fn a_price_that_was_not_shown_is_told_with_the_one_that_was() {
    let shop = Shopfront::new();
    let lamp = shop.sell(9.99, 5);
    let ann = Stage::from_env().user();
    put(&ann, &lamp, 1).expect(200);
    let product = crate::products::path(&lamp);
    shop.catalogue
        .staff
        .put(&product, &json!({ "price": 12.5 }))
        .expect(200);
    let refused = order(&ann).refuse(409, "price_changed").json();
    assert_eq!(refused["items"][0]["sku"], lamp["sku"]);
    assert_eq!(refused["items"][0]["shownPrice"], json!(9.99));
    assert_eq!(refused["items"][0]["unitPrice"], json!(12.5));
    // Whoever looks at the cart is shown the new price, and may order at it.
    let cart = ann.get("/api/v1/cart").expect(200).data();
    assert_eq!(cart["items"][0]["priceChanged"], true);
    assert_eq!(order(&ann).expect(201).data()["subtotal"], json!(12.5));
}

#[test]
fn a_total_that_is_not_the_expected_one_is_not_ordered_at() {
    let shop = Shopfront::new();
    let lamp = shop.sell(10.0, 5);
    let ann = Stage::from_env().user();
    put(&ann, &lamp, 1).expect(200);
    let expecting = |total: Value| {
        let mut wish = wish();
        wish["expectedTotal"] = total;
        ann.post("/api/v1/orders", &wish)
    };
    let refused = expecting(json!(15)).refuse(409, "price_changed").json();
    assert_eq!(refused["expectedTotal"], json!(15.0));
    assert_eq!(refused["total"], json!(15.99));
    let refused = expecting(json!(15.999)).refuse(422, "validation_failed");
    assert_eq!(refused.pointers(), ["/expectedTotal"]);
    assert_eq!(
        expecting(json!("15.99")).expect(201).data()["total"],
        json!(15.99)
    );
}

#[test]
fn a_preview_costs_what_the_order_will_and_holds_nothing() {
    let shop = Shopfront::new();
    let lamp = shop.sell(9.99, 5);
    let ann = Stage::from_env().user();
    put(&ann, &lamp, 5).expect(200);
    let preview = ann
        .post("/api/v1/orders/preview", &wish())
        .expect(200)
        .data();
    assert_eq!(shop.available(&lamp), 5);
    let order = order(&ann).expect(201).data();
    for member in [
        "items", "subtotal", "discount", "tax", "shipping", "total", "currency",
    ] {
        assert_eq!(preview[member], order[member], "{member}");
    }
    assert_eq!(shop.available(&lamp), 0);
}

/// The orders of somebody who has one.
fn listed(api: &Api) -> Vec<Value> {
    eventually("the order is listed", Duration::from_secs(60), || {
        let orders = api.get("/api/v1/orders").expect(200).data();
        let orders = orders.as_array().unwrap().clone();
        (!orders.is_empty()).then_some(orders)
    })
}

#[test]
fn fifty_at_once_under_one_key_are_one_order() {
    let shop = Shopfront::new();
    let lamp = shop.sell(9.99, 100);
    let ann = Stage::from_env().user();
    put(&ann, &lamp, 1).expect(200);
    let key = unique("key");
    let replies = all_at_once(50, |_| served(|| order_once(&ann, &key)));
    let mut first = 0;
    for reply in &replies {
        match reply.status {
            201 if !replayed(reply) => first += 1,
            201 => {}
            409 => assert_eq!(reply.code(), "idempotency_in_flight", "{reply}"),
            _ => panic!("{reply}"),
        }
    }
    assert_eq!(first, 1);
    let orders = listed(&ann);
    assert_eq!(orders.len(), 1);
    assert_eq!(shop.available(&lamp), 99);
    let last = order_once(&ann, &key).expect(201);
    assert!(replayed(&last));
    assert_eq!(last.data()["id"], orders[0]["id"]);
}

#[test]
fn fifty_at_once_without_a_key_are_one_order_of_one_cart() {
    let shop = Shopfront::new();
    let lamp = shop.sell(9.99, 100);
    let ann = Stage::from_env().user();
    put(&ann, &lamp, 1).expect(200);
    let replies = all_at_once(50, |_| order(&ann));
    let of = |status: u16| replies.iter().filter(|it| it.status == status).count();
    // Whoever meets too many others is told so, and may have placed it all the same.
    let (placed, busy) = (of(201), of(503));
    assert!(placed == 1 || placed == 0 && busy > 0, "{placed} {busy}");
    for reply in replies.iter().filter(|it| !matches!(it.status, 201 | 503)) {
        reply.clone().refuse(409, "cart_empty");
    }
    assert_eq!(listed(&ann).len(), 1);
    assert_eq!(shop.available(&lamp), 99);
}

#[test]
fn numbers_grow_and_are_no_keys() {
    let shop = Shopfront::new();
    let lamp = shop.sell(9.99, 100);
    let ann = Stage::from_env().user();
    let numbers: Vec<u64> = (0..3)
        .map(|_| ordered(&ann, &lamp, 1)["number"].as_u64().unwrap())
        .collect();
    assert!(numbers.is_sorted_by(|one, next| one < next), "{numbers:?}");
    ann.get(&format!("/api/v1/orders/{}", numbers[0]))
        .refuse(404, "not_found");
}

#[test]
fn an_order_keeps_what_was_bought_whatever_becomes_of_the_product() {
    let shop = Shopfront::new();
    let lamp = shop.sell(9.99, 5);
    let ann = Stage::from_env().user();
    let order = ordered(&ann, &lamp, 1);
    shop.catalogue
        .staff
        .delete(&crate::products::path(&lamp))
        .expect(204);
    let again = ann.get(&path(&order)).expect(200).data();
    assert_eq!(again["items"], order["items"]);
}
