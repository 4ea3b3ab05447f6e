//! Guests: a cart without an account.

use serde_json::json;
use testkit::{Stage, unique};

use super::{Buyer, CART, ITEMS, Shelves, item, some, things};
use crate::products::text;
use crate::walk::keys::replayed;

#[test]
fn a_guest_comes_back_to_the_cart_by_its_token() {
    let shelves = Shelves::new();
    let (lamp, desk) = (shelves.thing("Lamp", 9), shelves.thing("Desk", 9));
    let guest = Buyer::guest(&lamp, 2);
    assert_eq!(guest.cart_token().len(), 43);
    let more = guest.add(&desk, 1).expect(200);
    assert!(
        more.header("x-cart-token").is_none(),
        "it is handed out once"
    );
    assert_eq!(guest.cart()["itemCount"], 3);
    assert_eq!(more.header("cache-control"), Some("no-store"));
}

#[test]
fn a_cart_is_its_owner_s_alone() {
    let shelves = Shelves::new();
    let lamp = shelves.thing("Lamp", 9);
    let (guest, other) = (Buyer::guest(&lamp, 2), Buyer::guest(&lamp, 1));
    let line = guest.cart()["items"][0].clone();
    for stranger in [&other, &Buyer::user()] {
        stranger.set(&line, 1).refuse(404, "not_found");
        stranger.remove(&line).refuse(404, "not_found");
    }
    let nobody = Stage::from_env().api();
    nobody.delete(&item(&line)).refuse(404, "not_found");
    assert_eq!(things(&nobody.delete(CART).expect(200).data()), []);
    assert_eq!(guest.things(), [(text(&lamp, "sku"), 2)]);
}

#[test]
fn who_is_signed_in_has_their_own_cart_whatever_token_they_show() {
    let shelves = Shelves::new();
    let lamp = shelves.thing("Lamp", 9);
    let guest = Buyer::guest(&lamp, 2);
    let ann = Stage::from_env().user();
    let show = |method: &str, path: &str| {
        let ask = ann.ask(method, path);
        ask.header("x-cart-token", guest.cart_token())
    };
    assert_eq!(things(&show("GET", CART).send().expect(200).data()), []);
    let added = show("POST", ITEMS).json(&some(&lamp, 1)).send().expect(200);
    assert_eq!(added.data()["itemCount"], 1);
    assert_eq!(guest.cart()["itemCount"], 2);
}

#[test]
fn a_token_that_is_none_is_told() {
    let api = Stage::from_env().api();
    for token in [
        "",
        "x",
        "' OR 1=1",
        &"A".repeat(44),
        &format!("{}!", "A".repeat(42)),
    ] {
        let refused = api.ask("GET", CART).header("x-cart-token", token).send();
        let refused = refused.refuse(422, "validation_failed");
        assert_eq!(refused.pointers(), ["/headers/x-cart-token"], "{token}");
    }
    // One of the right form that nobody has is that of an empty cart.
    let unknown = api.ask("GET", CART).header("x-cart-token", &"A".repeat(43));
    assert_eq!(things(&unknown.send().expect(200).data()), []);
    // A bad access token does not make a guest.
    let bad = api.with_token("x.y.z");
    bad.get(CART).refuse(401, "unauthenticated");
    bad.post(ITEMS, &json!({})).refuse(401, "unauthenticated");
}

#[test]
fn a_key_belongs_to_the_holder_of_the_token_and_no_token_is_replayed() {
    let shelves = Shelves::new();
    let lamp = shelves.thing("Lamp", 99);
    let api = Stage::from_env().api();
    let key = unique("key");
    let first = || {
        api.ask("POST", ITEMS)
            .key(&key)
            .json(&some(&lamp, 1))
            .send()
    };
    let made = first().expect(200);
    assert!(made.header("x-cart-token").is_some(), "{made}");
    let again = first().expect(200);
    assert!(
        replayed(&again) && again.header("x-cart-token").is_none(),
        "{again}"
    );
    // Two guests with one key and one body are two guests.
    let (ann, bob) = (Buyer::guest(&lamp, 1), Buyer::guest(&lamp, 1));
    for guest in [&ann, &bob] {
        let add = guest
            .ask("POST", ITEMS)
            .key(&key)
            .json(&some(&lamp, 1))
            .send();
        assert!(!replayed(&add.expect(200)));
        assert_eq!(guest.cart()["itemCount"], 2);
    }
}
