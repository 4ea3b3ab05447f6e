//! Many buyers at once, over HTTP.

use serde_json::json;
use testkit::{all_at_once, unique};

use super::Shelf;
use crate::walk::keys::decided;

#[test]
fn of_many_who_want_the_last_units_as_many_get_one_as_there_are() {
    for buckets in [1, 4] {
        let shelf = Shelf::unheard();
        shelf
            .put(&json!({ "onHand": 10, "buckets": buckets }))
            .expect(200);
        let replies = all_at_once(32, |_| {
            let ask = shelf.staff.ask("POST", &shelf.path("/reserve"));
            decided(ask.json(&json!({ "quantity": 1 })))
        });
        let held = replies.iter().filter(|reply| reply.status == 201).count();
        for reply in replies.into_iter().filter(|reply| reply.status != 201) {
            reply.refuse(409, "insufficient_stock");
        }
        assert_eq!((held, shelf.told()), (10, (10, 10, 0)), "{buckets} buckets");
    }
}

#[test]
fn a_hold_that_is_asked_for_by_many_at_once_is_one() {
    let shelf = Shelf::of(10);
    let hold = json!({ "quantity": 3, "reservationId": unique("once") });
    let replies = all_at_once(16, |_| {
        let ask = shelf.staff.ask("POST", &shelf.path("/reserve"));
        decided(ask.json(&hold)).expect(201).data()
    });
    assert!(replies.iter().all(|reply| *reply == replies[0]));
    assert_eq!(shelf.told(), (10, 3, 7));
}
