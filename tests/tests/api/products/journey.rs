//! A product's life, as its snapshots show it.

use serde_json::json;
use testkit::{redacted, unique};

use super::{Catalogue, path, text};

#[test]
fn a_product_is_created_read_changed_and_archived() {
    let catalogue = Catalogue::new();
    let (sku, slug) = (unique("KETTLE"), unique("kettle"));
    let draft = catalogue.draft_with("Kettle", json!({
        "sku": sku, "slug": slug, "description": "Boils water.", "brand": "Brewer", "mpn": "K-1",
        "gtins": ["4006381333931"], "compareAtPrice": "24.990", "tags": ["kitchen", "steel"],
        "attributes": { "Volume": 1.7, "Cordless": true, "Colour": "Steel" },
        "images": ["https://images.example/kettle.jpg"], "weightGrams": 950,
        "dimensionsMm": { "length": 220, "width": 160, "height": 240 },
    }));
    let created = catalogue.create(&draft).expect(201);
    let product = created.data();
    assert_eq!(product["sku"], sku.as_str());
    assert_eq!(product["slug"], slug.as_str());
    assert_eq!(product["categoryId"], catalogue.category.as_str());
    let location = created.header("location").unwrap().to_owned();
    assert!(location.starts_with(catalogue.staff.root()), "{location}");
    assert!(location.ends_with(&path(&product)), "{location}");
    assert_eq!(created.header("etag"), Some("\"v1\""));

    let mut shown = redacted(&created.json());
    shown["data"]["sku"] = "[sku]".into();
    shown["data"]["slug"] = "[slug]".into();
    insta::assert_json_snapshot!(shown, @r#"
    {
      "success": true,
      "data": {
        "id": "[prod id 1]",
        "sku": "[sku]",
        "slug": "[slug]",
        "name": "Kettle",
        "description": "Boils water.",
        "brand": "Brewer",
        "gtins": [
          "4006381333931"
        ],
        "mpn": "K-1",
        "categoryId": "[cat id 2]",
        "price": 19.99,
        "compareAtPrice": 24.99,
        "currency": "USD",
        "status": "active",
        "tags": [
          "kitchen",
          "steel"
        ],
        "attributes": {
          "Colour": "Steel",
          "Cordless": true,
          "Volume": 1.7
        },
        "options": [],
        "variants": [],
        "images": [
          "https://images.example/kettle.jpg"
        ],
        "weightGrams": 950,
        "dimensionsMm": {
          "length": 220,
          "width": 160,
          "height": 240
        },
        "rating": {
          "average": 0.0,
          "count": 0
        },
        "inStock": false,
        "version": 1,
        "createdAt": "[time]",
        "updatedAt": "[time]"
      }
    }
    "#);

    // Where it was made, by its id and by its slug, it is the same product.
    for address in [location, path(&product), format!("/api/v1/products/{slug}")] {
        let read = catalogue.staff.anonymous().get(&address).expect(200);
        assert_eq!(read.data(), product, "{address}");
        assert_eq!(read.header("etag"), Some("\"v1\""));
    }

    let change = json!({ "price": 21.5, "compareAtPrice": null, "tags": [], "description": null });
    let changed = catalogue.staff.put(&path(&product), &change).expect(200);
    let mut expected = product.clone();
    expected["price"] = json!(21.5);
    expected["compareAtPrice"] = json!(null);
    expected["tags"] = json!([]);
    expected["description"] = json!(null);
    expected["version"] = json!(2);
    expected["updatedAt"] = changed.data()["updatedAt"].clone();
    assert_eq!(changed.data(), expected);
    assert_eq!(changed.header("etag"), Some("\"v2\""));
    assert!(text(&expected, "updatedAt") >= text(&product, "updatedAt"));

    let archived = catalogue.staff.delete(&path(&product)).expect(204);
    assert!(archived.bytes.is_empty());
    catalogue
        .staff
        .anonymous()
        .get(&path(&product))
        .refuse(404, "not_found");
    catalogue
        .staff
        .anonymous()
        .get(&format!("/api/v1/products/{slug}"))
        .refuse(404, "not_found");
    let kept = catalogue.staff.get(&path(&product)).expect(200).data();
    assert_eq!(
        (kept["status"].as_str(), kept["version"].as_u64()),
        (Some("archived"), Some(3))
    );
}

#[test]
fn a_product_is_active_with_a_sku_and_a_slug_when_it_is_asked_for_with_the_least() {
    let catalogue = Catalogue::new();
    let name = unique("Größe Ünïque & Söhne");
    let product = catalogue.product(&name);
    assert_eq!(product["status"], "active");
    assert_eq!(product["currency"], "USD");
    assert_eq!(product["version"], 1);
    let slug = text(&product, "slug");
    assert!(slug.starts_with("grosse-unique"), "{slug}");
    let sku = text(&product, "sku");
    assert!(
        sku.len() <= 64
            && sku
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b)),
        "{sku}"
    );
    insta::assert_json_snapshot!(json!({
        "rating": product["rating"], "inStock": product["inStock"], "tags": product["tags"],
        "attributes": product["attributes"], "options": product["options"],
        "variants": product["variants"], "images": product["images"], "gtins": product["gtins"],
        "brand": product["brand"], "compareAtPrice": product["compareAtPrice"],
    }), @r#"
    {
      "rating": {
        "average": 0.0,
        "count": 0
      },
      "inStock": false,
      "tags": [],
      "attributes": {},
      "options": [],
      "variants": [],
      "images": [],
      "gtins": [],
      "brand": null,
      "compareAtPrice": null
    }
    "#);

    // The same name again gets another slug; only slugs that were asked for are refused.
    let twin = catalogue.product(&name);
    assert_ne!(twin["slug"], product["slug"]);
    assert_ne!(twin["sku"], product["sku"]);
}

#[test]
fn a_change_that_changes_nothing_leaves_the_version_alone() {
    let catalogue = Catalogue::new();
    let product = catalogue.product("Lamp");
    for same in [
        json!({}),
        json!({ "name": "Lamp" }),
        json!({ "price": "19.990", "tags": [] }),
    ] {
        let reply = catalogue.staff.put(&path(&product), &same).expect(200);
        assert_eq!(reply.data(), product, "{same}");
        assert_eq!(reply.header("etag"), Some("\"v1\""));
    }
}

#[test]
fn what_is_not_there_cannot_be_read_changed_or_archived() {
    let staff = Catalogue::new().staff;
    let absent = "/api/v1/products/prod_00000000000000000000000000";
    staff.get(absent).refuse(404, "not_found");
    staff
        .put(absent, &json!({ "name": "x" }))
        .refuse(404, "not_found");
    staff.delete(absent).refuse(404, "not_found");
    staff
        .get("/api/v1/products/no-such-slug-anywhere")
        .refuse(404, "not_found");
}

#[test]
fn archiving_twice_is_archiving_once() {
    let catalogue = Catalogue::new();
    let product = catalogue.product("Once");
    catalogue.staff.delete(&path(&product)).expect(204);
    catalogue.staff.delete(&path(&product)).expect(204);
    assert_eq!(
        catalogue.staff.get(&path(&product)).expect(200).data()["version"],
        2
    );
}

#[test]
fn text_comes_back_as_it_was_given() {
    let catalogue = Catalogue::new();
    let odd =
        "<script>alert(1)</script> \u{202e}right-to-left \u{1f9fa} \"quoted\" 'x' \\ / \u{0301}";
    let product = catalogue.product_with("Odd", json!({
        "description": odd, "attributes": { "a/b~c": odd, "Größe": "42", "n": 42, "f": 4.25, "t": true },
    }));
    let read = catalogue.staff.anonymous().get(&path(&product)).expect(200);
    assert_eq!(read.data()["description"], odd);
    assert_eq!(
        read.data()["attributes"],
        json!({ "a/b~c": odd, "Größe": "42", "n": 42, "f": 4.25, "t": true })
    );
    assert!(
        read.header("content-type")
            .unwrap()
            .starts_with("application/json")
    );
}
