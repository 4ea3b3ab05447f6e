//! A cart shows what things cost now.

use serde_json::json;

use super::{Buyer, Shelves};
use crate::products::path;

#[test]
fn a_price_that_changed_is_told_when_it_is_shown_the_first_time() {
    let shelves = Shelves::new();
    let lamp = shelves.thing_with("Lamp", 9, json!({ "price": 10 }));
    let ann = Buyer::user();
    ann.add(&lamp, 2).expect(200);
    let staff = &shelves.catalogue.staff;
    staff
        .put(&path(&lamp), &json!({ "price": 12.5 }))
        .expect(200);
    for changed in [true, false] {
        let cart = ann.cart();
        let line = &cart["items"][0];
        assert_eq!(
            (&line["unitPrice"], &line["lineTotal"], &cart["subtotal"]),
            (&json!(12.5), &json!(25.0), &json!(25.0))
        );
        assert_eq!(line["priceChanged"], changed);
    }
}

#[test]
fn what_is_no_longer_sold_stays_to_be_seen_and_there_is_none_of_it() {
    let shelves = Shelves::new();
    let (lamp, desk) = (shelves.thing("Lamp", 9), shelves.thing("Desk", 9));
    let ann = Buyer::user();
    ann.add(&lamp, 2).expect(200);
    ann.add(&desk, 2).expect(200);
    let staff = &shelves.catalogue.staff;
    staff.delete(&path(&lamp)).expect(204);
    let draft = json!({ "status": "draft" });
    staff.put(&path(&desk), &draft).expect(200);
    let cart = ann.cart();
    for line in cart["items"].as_array().unwrap() {
        assert_eq!(
            (
                &line["available"],
                &line["unitPrice"],
                &line["priceChanged"]
            ),
            (&json!(0), &json!(19.99), &json!(false)),
            "{line}"
        );
        let more = ann.set(line, 3).refuse(409, "insufficient_stock");
        assert_eq!(more.json()["available"], 0);
        ann.remove(line).expect(200);
    }
}
