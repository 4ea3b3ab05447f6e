//! Orders of guests, and who sees which order.

use kernel::Role;
use serde_json::json;
use testkit::{Stage, unique};

use super::{Shopfront, Visitor, guest_wish, ordered, path, wish};
use crate::walk::keys::replayed;

#[test]
fn a_guest_orders_and_gets_a_key_to_the_order() {
    let shop = Shopfront::new();
    let lamp = shop.sell(9.99, 5);
    let mut guest = Visitor::new();
    guest.put(&lamp, 1);
    let placed = guest
        .ask("POST", "/api/v1/orders", Some(&guest_wish()))
        .expect(201);
    let order = placed.data();
    assert_eq!(order["userId"], json!(null));
    assert_eq!(order["email"], "guest@example.com");
    let key = placed.header("x-order-token").unwrap().to_owned();
    let api = Stage::from_env().api();
    let look = |key: &str| {
        api.ask("GET", &path(&order))
            .header("x-order-token", key)
            .send()
    };
    assert_eq!(look(&key).expect(200).data(), order);
    let mut other = key.clone().into_bytes();
    other[0] = if other[0] == b'A' { b'B' } else { b'A' };
    look(&String::from_utf8(other).unwrap()).refuse(404, "not_found");
    look("").refuse(404, "not_found");
    guest
        .ask("GET", &path(&order), None)
        .refuse(404, "not_found");
}

#[test]
fn a_guest_whose_answer_was_lost_gets_the_same_key_with_the_next() {
    let shop = Shopfront::new();
    let lamp = shop.sell(9.99, 5);
    let mut guest = Visitor::new();
    guest.put(&lamp, 1);
    let key = unique("key");
    let place = || {
        let wish = guest_wish();
        guest
            .ask_under("POST", "/api/v1/orders", Some(&wish), Some(&key))
            .expect(201)
    };
    let (first, again) = (place(), place());
    assert!(!replayed(&first) && replayed(&again));
    assert_eq!(again.bytes, first.bytes);
    assert!(first.header("x-order-token").is_some());
    assert_eq!(again.header("x-order-token"), first.header("x-order-token"));
    assert_eq!(shop.available(&lamp), 4);
}

#[test]
fn a_guest_says_where_mails_go_and_has_no_book() {
    let shop = Shopfront::new();
    let lamp = shop.sell(9.99, 5);
    let mut guest = Visitor::new();
    guest.put(&lamp, 1);
    let refused = guest.ask("POST", "/api/v1/orders", Some(&wish()));
    assert_eq!(
        refused.refuse(422, "validation_failed").pointers(),
        ["/email"]
    );
    let book = json!({ "addressId": "addr_00000000000000000000000000" });
    let refused = guest.ask("POST", "/api/v1/orders", Some(&book));
    let pointers = refused.refuse(422, "validation_failed").pointers();
    assert_eq!(pointers, ["/addressId", "/email"]);
    let nobody = Visitor::new();
    let refused = nobody.ask("POST", "/api/v1/orders", Some(&guest_wish()));
    refused.refuse(409, "cart_empty");
}

#[test]
fn an_order_is_there_for_its_buyer_and_for_staff_alone() {
    let shop = Shopfront::new();
    let lamp = shop.sell(9.99, 5);
    let stage = Stage::from_env();
    let ann = stage.user();
    let order = ordered(&ann, &lamp, 1);
    for (who, api, status) in [
        ("its buyer", ann, 200),
        ("a manager", stage.manager(), 200),
        ("an admin", stage.newcomer(Role::Admin), 200),
        ("another user", stage.user(), 404),
        ("nobody", stage.api(), 404),
    ] {
        let reply = api.get(&path(&order));
        assert_eq!(reply.status, status, "{who}: {reply}");
    }
    let bad = stage.api().with_token("no token").get(&path(&order));
    bad.refuse(401, "unauthenticated");
}
