//! Holds that staff make by hand.

use std::time::Duration;

use serde_json::json;
use testkit::{eventually, unique};

use super::Shelf;

#[test]
fn a_hold_is_made_once_and_given_up_once_by_its_id() {
    let shelf = Shelf::of(5);
    let id = unique("phone-order");
    let hold = json!({ "quantity": 2, "reservationId": id });
    let first = shelf.reserve(&hold).expect(201);
    let again = shelf.reserve(&hold).expect(201);
    assert_eq!(first.data(), again.data());
    assert_eq!(
        (&first.data()["reservationId"], &first.data()["sku"]),
        (&json!(id), &json!(shelf.sku))
    );
    assert_eq!(shelf.told(), (5, 2, 3));
    let other = json!({ "quantity": 3, "reservationId": id });
    shelf.reserve(&other).refuse(409, "reservation_reused");
    shelf.release(&id).expect(204);
    shelf.release(&id).expect(204);
    assert_eq!(shelf.told(), (5, 0, 5));
    shelf.reserve(&hold).refuse(409, "reservation_released");
    // One that is released before it is made is never made.
    let early = unique("early");
    shelf.release(&early).expect(204);
    let late = json!({ "quantity": 1, "reservationId": early });
    shelf.reserve(&late).refuse(409, "reservation_released");
    assert_eq!(shelf.told(), (5, 0, 5));
}

#[test]
fn an_id_is_known_of_its_sku_alone() {
    let (one, other) = (Shelf::of(5), Shelf::of(5));
    let id = unique("same");
    let hold = json!({ "quantity": 2, "reservationId": id });
    one.reserve(&hold).expect(201);
    other.reserve(&hold).expect(201);
    other.release(&id).expect(204);
    assert_eq!((one.told(), other.told()), ((5, 2, 3), (5, 0, 5)));
}

#[test]
fn more_than_there_is_cannot_be_held_and_less_than_is_held_cannot_be_left() {
    let shelf = Shelf::of(5);
    shelf.reserve(&json!({ "quantity": 3 })).expect(201);
    let short = shelf.reserve(&json!({ "quantity": 3 }));
    let short = short.refuse(409, "insufficient_stock").json();
    assert_eq!(short["available"], 2);
    assert_eq!(short["shortages"][0]["requested"], 3);
    let below = shelf
        .put(&json!({ "onHand": 2 }))
        .refuse(409, "below_reserved");
    assert_eq!(below.json()["reserved"], 3);
    let taken = json!({ "adjust": -3, "reason": "Broken" });
    shelf.put(&taken).refuse(409, "below_reserved");
    shelf.put(&json!({ "onHand": 3 })).expect(200);
    assert_eq!(shelf.told(), (3, 3, 0));
}

#[test]
fn a_hold_ends_by_itself() {
    let shelf = Shelf::of(2);
    let hold = json!({ "quantity": 2, "ttlSeconds": 1 });
    shelf.reserve(&hold).expect(201);
    eventually("the hold's end", Duration::from_secs(30), || {
        (shelf.told() == (2, 0, 2)).then_some(())
    });
    shelf.reserve(&json!({ "quantity": 2 })).expect(201);
    assert_eq!(shelf.told(), (2, 2, 0));
}
