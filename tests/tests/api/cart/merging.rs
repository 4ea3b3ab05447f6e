//! `POST /api/v1/cart/merge`: what a guest has goes along when they sign in.

use serde_json::{Value, json};
use testkit::{Reply, all_at_once};

use super::{Buyer, Shelves};
use crate::products::text;

fn merge(user: &Buyer, guest: &Buyer) -> Reply {
    let body = json!({ "cartToken": guest.cart_token() });
    user.ask("POST", "/api/v1/cart/merge").json(&body).send()
}

#[test]
fn both_carts_become_one_up_to_what_there_is() {
    let shelves = Shelves::new();
    let (lamp, desk) = (shelves.thing("Lamp", 4), shelves.thing("Desk", 9));
    let ann = Buyer::user();
    let own = ann.add(&lamp, 3).expect(200).data()["items"][0].clone();
    let guest = Buyer::guest(&lamp, 3);
    guest.add(&desk, 1).expect(200);
    let merged = merge(&ann, &guest).expect(200);
    let capped = json!([{ "id": own["id"], "requested": 6, "quantity": 4 }]);
    assert_eq!(merged.json()["meta"]["capped"], capped);
    let (lamp, desk) = (text(&lamp, "sku"), text(&desk, "sku"));
    let mut expected = vec![(lamp, 4), (desk, 1)];
    expected.sort();
    assert_eq!(ann.things(), expected);
    assert_eq!(guest.things(), []);
    // Again there is nothing left to move.
    let again = merge(&ann, &guest).expect(200);
    assert_eq!(again.data(), merged.data());
    assert_eq!(again.json()["meta"]["capped"], json!([]));
}

#[test]
fn carts_that_do_not_fit_together_stay_what_they_are() {
    let shelves = Shelves::new();
    let all = shelves.things(41);
    let ann = Buyer::user();
    for thing in &all[..40] {
        ann.add(thing, 1).expect(200);
    }
    let guest = Buyer::guest(&all[40], 1);
    merge(&ann, &guest).refuse(409, "cart_full");
    assert_eq!((ann.things().len(), guest.things().len()), (40, 1));
    let yen = shelves.thing_with("Rug", 5, json!({ "price": 500, "currency": "JPY" }));
    merge(&ann, &Buyer::guest(&yen, 1)).refuse(409, "currency_mismatch");
}

#[test]
fn only_who_is_signed_in_merges_and_only_by_a_token() {
    let shelves = Shelves::new();
    let guest = Buyer::guest(&shelves.thing("Lamp", 9), 1);
    merge(&guest, &guest).refuse(401, "unauthenticated");
    let ann = Buyer::user();
    for body in [
        json!({}),
        json!({ "cartToken": "x" }),
        json!({ "cartToken": null }),
    ] {
        let refused = ann.ask("POST", "/api/v1/cart/merge").json(&body).send();
        assert_eq!(refused.expect(422).pointers(), ["/cartToken"]);
    }
    assert_eq!(guest.cart()["itemCount"], 1);
}

#[test]
fn merges_and_adds_at_once_lose_nothing() {
    let shelves = Shelves::new();
    let things: Vec<Value> = (0..8)
        .map(|n| shelves.thing(&format!("Thing {n}"), 99))
        .collect();
    let ann = Buyer::user();
    let guest = Buyer::guest(&things[0], 1);
    let replies = all_at_once(24, |number| match number % 3 {
        0 => (0, merge(&ann, &guest)),
        1 => (1, guest.add(&things[number / 3], 1)),
        _ => (1, ann.add(&things[number / 3], 1)),
    });
    let mut wanted = 1;
    for (added, reply) in &replies {
        match reply.status {
            200 => wanted += added,
            _ => assert_eq!(reply.status, 503, "{reply}"),
        }
    }
    let in_both = [&ann, &guest].map(|buyer| buyer.cart()["itemCount"].as_u64().unwrap());
    assert_eq!(in_both.iter().sum::<u64>(), wanted);
    merge(&ann, &guest).expect(200);
    assert_eq!(ann.cart()["itemCount"].as_u64(), Some(wanted));
}
