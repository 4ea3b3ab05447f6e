//! Alerts, and the list of what is low.

use serde_json::{Value, json};
use testkit::unique;

use super::Shelf;

/// The kinds of open alerts of a SKU, sorted.
fn open(shelf: &Shelf) -> Vec<String> {
    let found = listed(shelf, "/api/v1/inventory/alerts?limit=100");
    let kinds = found
        .iter()
        .map(|alert| alert["type"].as_str().unwrap().to_owned());
    let mut kinds: Vec<String> = kinds.collect();
    kinds.sort_unstable();
    kinds
}

/// What a list has of a SKU, on all its pages.
fn listed(shelf: &Shelf, list: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = shelf
            .staff
            .get(&format!("{list}{cursor}"))
            .expect(200)
            .json();
        let items = page["data"].as_array().unwrap().iter();
        found.extend(
            items
                .filter(|item| item["sku"] == shelf.sku.as_str())
                .cloned(),
        );
        match page["meta"]["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}

#[test]
fn an_alert_opens_at_the_threshold_and_closes_with_the_recovery() {
    let shelf = Shelf::unheard();
    shelf
        .put(&json!({ "onHand": 6, "lowStockThreshold": 5 }))
        .expect(200);
    assert!(open(&shelf).is_empty());
    let id = unique("hold");
    shelf
        .reserve(&json!({ "quantity": 1, "reservationId": id }))
        .expect(201);
    assert_eq!(open(&shelf), ["low_stock"]);
    assert_eq!(
        listed(&shelf, "/api/v1/inventory?lowStock=true&limit=100").len(),
        1
    );
    // Back by one unit is no recovery, so nothing new opens at the next fall.
    shelf.release(&id).expect(204);
    let first = listed(&shelf, "/api/v1/inventory/alerts?limit=100");
    shelf.reserve(&json!({ "quantity": 1 })).expect(201);
    assert_eq!(listed(&shelf, "/api/v1/inventory/alerts?limit=100"), first);
    shelf.reserve(&json!({ "quantity": 5 })).expect(201);
    assert_eq!(open(&shelf), ["low_stock", "out_of_stock"]);
    shelf.put(&json!({ "onHand": 20 })).expect(200);
    assert!(open(&shelf).is_empty());
    assert!(listed(&shelf, "/api/v1/inventory?lowStock=true&limit=100").is_empty());
    assert_eq!(listed(&shelf, "/api/v1/inventory?limit=100").len(), 1);
}

#[test]
fn a_cursor_belongs_to_its_list() {
    let shelf = Shelf::of(1);
    Shelf::of(1);
    let page = shelf
        .staff
        .get("/api/v1/inventory?limit=1")
        .expect(200)
        .json();
    let cursor = page["meta"]["nextCursor"].as_str().unwrap();
    for other in [
        "/api/v1/inventory?lowStock=true",
        "/api/v1/inventory/alerts?limit=2",
    ] {
        let path = format!("{other}&cursor={cursor}");
        let reply = shelf.staff.get(&path).refuse(422, "validation_failed");
        assert_eq!(reply.pointers(), ["/cursor"]);
    }
    let unknown = shelf.staff.get("/api/v1/inventory?lowstock=true");
    unknown.refuse(422, "validation_failed");
}
