//! Products have a record of stock, and know whether they can be had.

use serde_json::json;
use testkit::{BY_QUEUE, eventually, unique};

use super::Shelf;
use crate::products::{Catalogue, path};

#[test]
fn every_sku_of_a_product_has_a_record_and_the_product_knows_of_any_that_can_be_had() {
    let catalogue = Catalogue::new();
    let (own, small, large) = (unique("SHIRT"), unique("SHIRT-S"), unique("SHIRT-L"));
    let product = catalogue.product_with(
        &unique("Shirt"),
        json!({ "sku": own, "variants": [
            { "sku": small, "options": { "Size": "S" } },
            { "sku": large, "options": { "Size": "L" } },
        ]}),
    );
    assert_eq!(product["inStock"], false);
    let shelf = |sku: &str| Shelf {
        staff: catalogue.staff.clone(),
        sku: sku.to_owned(),
    };
    for sku in [&own, &small, &large] {
        let shelf = shelf(sku);
        let stock = eventually("a record of the SKU", BY_QUEUE, || {
            let reply = shelf.staff.get(&shelf.path(""));
            (reply.status == 200).then(|| reply.data())
        });
        assert_eq!(
            (&stock["productId"], &stock["onHand"]),
            (&product["id"], &json!(0))
        );
    }
    let in_stock = |expected: bool| {
        eventually(&format!("inStock {expected}"), BY_QUEUE, || {
            let read = catalogue.staff.get(&path(&product)).expect(200).data();
            (read["inStock"] == expected).then_some(())
        });
    };
    shelf(&small).put(&json!({ "onHand": 1 })).expect(200);
    in_stock(true);
    shelf(&large).put(&json!({ "onHand": 2 })).expect(200);
    let hold = unique("hold");
    let last = json!({ "quantity": 1, "reservationId": hold });
    shelf(&small).reserve(&last).expect(201);
    shelf(&large).put(&json!({ "onHand": 0 })).expect(200);
    in_stock(false);
    shelf(&small).release(&hold).expect(204);
    in_stock(true);
    // A change by staff loses nothing of it.
    let change = json!({ "name": "Renamed" });
    catalogue.staff.put(&path(&product), &change).expect(200);
    in_stock(true);
}

#[test]
fn a_product_that_comes_after_its_stock_can_be_had_at_once() {
    let catalogue = Catalogue::new();
    let shelf = Shelf::of(3);
    let product = catalogue.product_with(&unique("Late"), json!({ "sku": shelf.sku }));
    eventually("the product to be in stock", BY_QUEUE, || {
        let read = catalogue.staff.get(&path(&product)).expect(200).data();
        (read["inStock"] == true).then_some(())
    });
    let stock = shelf.staff.get(&shelf.path("")).expect(200).data();
    assert_eq!(stock["productId"], product["id"]);
}
