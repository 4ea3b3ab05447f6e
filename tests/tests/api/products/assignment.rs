//! Bodies that break rules: every fault at once, and nobody writes what is not theirs to write.

use serde_json::{Value, json};
use testkit::unique;

use super::{Catalogue, path};
use crate::walk::with;

#[test]
fn every_fault_is_told_at_once_missing_mistyped_unknown_and_rule_breaking() {
    let catalogue = Catalogue::new();
    let reply = catalogue.create(&json!({
        // `categoryId` is missing.
        "name": "",
        "price": true,
        "currency": "EURO",
        "sku": "with space",
        "slug": "Not A Slug",
        "gtins": ["4006381333932"],
        "compareAtPrice": -1,
        "status": "gone",
        "tags": "kitchen",
        "attributes": { "nested": { "a": 1 } },
        "weightGrams": "heavy",
        "role": "ADMIN",
        "isAdmin": true,
    }));
    let pointers = reply.clone().refuse(422, "validation_failed").pointers();
    let expected = [
        "/attributes/nested",
        "/categoryId",
        "/compareAtPrice",
        "/currency",
        "/gtins/0",
        "/isAdmin",
        "/name",
        "/price",
        "/role",
        "/sku",
        "/slug",
        "/status",
        "/tags",
        "/weightGrams",
    ];
    for pointer in expected {
        assert!(
            pointers.iter().any(|told| told == pointer),
            "{pointer} is not told: {reply}"
        );
    }
    for told in &pointers {
        assert!(
            expected.contains(&told.as_str()),
            "{told} has no fault: {reply}"
        );
    }
}

#[test]
fn nobody_writes_what_is_not_theirs_to_write() {
    let catalogue = Catalogue::new();
    let product = catalogue.product("Safe");
    for (field, value) in [
        ("role", json!("ADMIN")),
        ("isAdmin", json!(true)),
        ("balance", json!(1_000_000)),
        ("userId", json!("usr_00000000000000000000000000")),
        ("id", json!("prod_00000000000000000000000000")),
        ("version", json!(99)),
        ("rating", json!({ "average": 5, "count": 1000 })),
        ("inStock", json!(true)),
        ("createdAt", json!("2020-01-01T00:00:00Z")),
        ("updatedAt", json!("2020-01-01T00:00:00Z")),
        ("success", json!(true)),
        ("data", json!({})),
        ("pk", json!("product#x")),
        ("sk", json!("product")),
        ("type", json!("product")),
        ("expires", json!(0)),
        ("importId", json!("imp_00000000000000000000000000")),
        ("__proto__", json!({ "admin": true })),
        ("constructor", json!({})),
        ("$where", json!("1")),
    ] {
        let draft = with(&catalogue.draft("Mass"), field, value.clone());
        let reply = catalogue.create(&draft).refuse(422, "validation_failed");
        assert_eq!(reply.pointers(), [format!("/{field}")], "{reply}");
        let reply = catalogue
            .staff
            .put(&path(&product), &json!({ field: value }));
        assert_eq!(
            reply.refuse(422, "validation_failed").pointers(),
            [format!("/{field}")]
        );
        let category = format!("/api/v1/categories/{}", catalogue.category);
        let reply = catalogue.staff.put(
            &category,
            &with(&json!({ "name": "Shelf" }), field, json!(1)),
        );
        assert_eq!(
            reply.refuse(422, "validation_failed").pointers(),
            [format!("/{field}")]
        );
    }
    assert_eq!(
        catalogue.staff.get(&path(&product)).expect(200).data(),
        product,
        "nothing may have changed"
    );
}

#[test]
fn limits_hold_at_their_edge_and_not_beyond() {
    let catalogue = Catalogue::new();
    let attributes = |count: usize| -> Value {
        (0..count)
            .map(|n| (format!("a{n}"), json!(n)))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    let cases = [
        ("name", json!("n".repeat(255)), json!("n".repeat(256))),
        (
            "sku",
            json!(format!("{}{}", unique("S"), "x".repeat(64))[..64].to_owned()),
            json!("s".repeat(65)),
        ),
        ("attributes", attributes(256), attributes(257)),
        (
            "attributes",
            json!({ "n".repeat(100): 1 }),
            json!({ "n".repeat(101): 1 }),
        ),
        (
            "attributes",
            json!({ "a": "t".repeat(8192) }),
            json!({ "a": "t".repeat(8193) }),
        ),
    ];
    for (field, most, beyond) in cases {
        catalogue
            .create(&with(&catalogue.draft("Edge"), field, most))
            .expect(201);
        let reply = catalogue.create(&with(&catalogue.draft("Edge"), field, beyond));
        let pointers = reply.clone().refuse(422, "validation_failed").pointers();
        assert!(
            pointers
                .iter()
                .all(|told| told.starts_with(&format!("/{field}"))),
            "{reply}"
        );
    }
    // A letter counts as one however many bytes it has.
    catalogue
        .create(&catalogue.draft(&"é".repeat(255)))
        .expect(201);
}

#[test]
fn a_product_that_no_table_could_hold_is_refused_not_broken() {
    let catalogue = Catalogue::new();
    let attributes: serde_json::Map<_, _> = (0..60)
        .map(|n| (format!("a{n}"), json!("t".repeat(8000))))
        .collect();
    let reply = catalogue.create(&with(
        &catalogue.draft("Huge"),
        "attributes",
        attributes.into(),
    ));
    let reply = reply.refuse(422, "validation_failed");
    assert_eq!(reply.pointers(), ["/attributes"], "{reply}");
}

#[test]
fn a_category_that_is_not_there_is_a_fault_of_its_field() {
    let catalogue = Catalogue::new();
    let draft = with(
        &catalogue.draft("Lost"),
        "categoryId",
        json!("cat_00000000000000000000000000"),
    );
    assert_eq!(
        catalogue.create(&draft).expect(422).pointers(),
        ["/categoryId"]
    );
    let product = catalogue.product("Found");
    let change = json!({ "categoryId": "cat_00000000000000000000000000" });
    assert_eq!(
        catalogue
            .staff
            .put(&path(&product), &change)
            .expect(422)
            .pointers(),
        ["/categoryId"]
    );
}

#[test]
fn required_fields_cannot_be_cleared() {
    let catalogue = Catalogue::new();
    let product = catalogue.product("Whole");
    for field in [
        "name",
        "price",
        "categoryId",
        "sku",
        "slug",
        "currency",
        "status",
    ] {
        let reply = catalogue
            .staff
            .put(&path(&product), &json!({ field: null }));
        assert_eq!(
            reply.refuse(422, "validation_failed").pointers(),
            [format!("/{field}")]
        );
    }
}
