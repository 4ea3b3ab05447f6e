//! Rows: the good ones are taken, the bad ones are told, each by itself; and twice is once.

use serde_json::{Value, json};
use testkit::{all_at_once, unique};

use super::{figures, finished, import, import_rows, lines, row, shelf, some_rows};
use crate::products::{Catalogue, path, text};

#[test]
fn a_bad_row_among_good_ones_fails_alone_and_says_which_field() {
    let catalogue = Catalogue::new();
    let mut rows = some_rows(&catalogue, 3);
    rows.insert(1, json!({ "sku": unique("BAD"), "name": "", "price": "nine", "categoryId": catalogue.category, "role": "ADMIN" }));
    let reply = import(&catalogue.staff, "application/x-ndjson", lines(&rows)).expect(202);
    let job = reply.data();
    assert!(
        matches!(
            job["status"].as_str(),
            Some("queued" | "running" | "completed")
        ),
        "{reply}"
    );
    assert!(
        reply
            .header("location")
            .unwrap()
            .ends_with(&text(&job, "id")),
        "{reply}"
    );

    let job = finished(&catalogue.staff, &job);
    assert_eq!(
        (job["status"].as_str(), figures(&job)),
        (Some("completed"), [4, 3, 0, 1]),
        "{job}"
    );
    let mut fields: Vec<String> = Vec::new();
    for error in job["errors"].as_array().unwrap() {
        assert_eq!(error["row"], 2, "{job}");
        assert!(!text(error, "detail").is_empty());
        fields.push(text(error, "field"));
    }
    fields.sort();
    assert_eq!(fields, ["name", "price", "role"]);
    assert_eq!(shelf(&catalogue).len(), 3);
}

#[test]
fn an_import_again_finds_its_products_by_their_skus_and_changes_nothing() {
    let catalogue = Catalogue::new();
    let rows = some_rows(&catalogue, 60);
    assert_eq!(
        figures(&import_rows(&catalogue.staff, &rows)),
        [60, 60, 0, 0]
    );
    let before = shelf(&catalogue);
    assert_eq!(before.len(), 60);
    assert_eq!(
        figures(&import_rows(&catalogue.staff, &rows)),
        [60, 0, 60, 0]
    );
    assert_eq!(
        shelf(&catalogue),
        before,
        "versions too: what did not differ was not written"
    );

    // A row that differs changes its product, and that one alone.
    let mut changed = rows.clone();
    changed[7]["price"] = json!("11.25");
    assert_eq!(
        figures(&import_rows(&catalogue.staff, &changed)),
        [60, 0, 60, 0]
    );
    let after = shelf(&catalogue);
    let differing: Vec<usize> = (0..60).filter(|at| before[*at] != after[*at]).collect();
    assert_eq!(differing, [7]);
    assert_eq!(
        (&after[7]["price"], &after[7]["version"]),
        (&json!(11.25), &json!(2))
    );
}

#[test]
fn an_import_run_twice_at_once_comes_to_what_one_run_comes_to() {
    let catalogue = Catalogue::new();
    let rows = some_rows(&catalogue, 55);
    let jobs = all_at_once(2, |_| import_rows(&catalogue.staff, &rows));
    let products = shelf(&catalogue);
    assert_eq!(products.len(), 55);
    for product in &products {
        assert_eq!(product["version"], 1, "{product}");
    }
    let created: u64 = jobs.iter().map(|job| figures(job)[1]).sum();
    let failed: u64 = jobs.iter().map(|job| figures(job)[3]).sum();
    assert_eq!((created, failed), (55, 0), "{jobs:?}");
}

#[test]
fn rows_that_name_one_sku_twice_count_once() {
    let catalogue = Catalogue::new();
    let sku = unique("TWICE");
    let rows = [
        row(&catalogue, &sku, "First"),
        row(&catalogue, &unique("ONCE"), "Once"),
        row(&catalogue, &sku, "Second"),
    ];
    let job = import_rows(&catalogue.staff, &rows);
    assert_eq!(figures(&job), [3, 2, 0, 1], "{job}");
    let error = &job["errors"][0];
    assert_eq!(
        (error["row"].as_u64(), error["field"].as_str()),
        (Some(3), Some("sku")),
        "{job}"
    );
    assert!(
        text(error, "detail").contains('1'),
        "it says which row was first: {job}"
    );
    assert!(
        shelf(&catalogue)
            .iter()
            .any(|product| product["name"] == "First")
    );
}

#[test]
fn a_row_needs_a_sku_and_what_a_product_needs() {
    let catalogue = Catalogue::new();
    let good = row(&catalogue, &unique("OK"), "Good");
    let mut no_sku = good.clone();
    no_sku.as_object_mut().unwrap().remove("sku");
    let file = format!(
        "{no_sku}\n{{\"sku\":\"{}\"}}\nnot json\n[1]\n\n{good}\n",
        unique("LEAST")
    );
    let job = import(&catalogue.staff, "application/x-ndjson", file)
        .expect(202)
        .data();
    let job = finished(&catalogue.staff, &job);
    assert_eq!(job["status"], "completed", "{job}");
    assert_eq!(
        (job["created"].as_u64(), job["failed"].as_u64()),
        (Some(1), Some(4)),
        "{job}"
    );
    let of_row = |number: u64| -> Vec<&str> {
        let errors = job["errors"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|error| error["row"] == number);
        errors
            .map(|error| error["field"].as_str().unwrap())
            .collect()
    };
    assert_eq!(of_row(1), ["sku"]);
    for field in ["name", "price"] {
        assert!(of_row(2).contains(&field), "{job}");
    }
    assert_eq!(of_row(3).len(), 1);
    assert_eq!(of_row(4).len(), 1, "{job}");
}

#[test]
fn a_row_hangs_on_a_category_by_its_id_or_its_slug() {
    let catalogue = Catalogue::new();
    let slug = unique("shelf");
    let made = catalogue
        .staff
        .post(
            "/api/v1/categories",
            &json!({ "name": "Named", "slug": slug }),
        )
        .expect(201)
        .data();
    let by_slug = json!({ "sku": unique("SLUG"), "name": "By slug", "price": 1, "category": slug });
    let unknown =
        json!({ "sku": unique("SLUG"), "name": "Unknown", "price": 1, "category": unique("none") });
    let job = import_rows(&catalogue.staff, &[by_slug.clone(), unknown]);
    assert_eq!(figures(&job), [2, 1, 0, 1], "{job}");
    assert_eq!(job["errors"][0]["field"], "category", "{job}");
    let list = catalogue
        .staff
        .get(&format!(
            "/api/v1/categories/{}/products",
            text(&made, "id")
        ))
        .expect(200)
        .data();
    assert_eq!(list[0]["sku"], by_slug["sku"]);
}

#[test]
fn an_import_changes_what_a_put_would_change_and_keeps_the_rest() {
    let catalogue = Catalogue::new();
    let product = catalogue.product_with(
        "Mixed",
        json!({ "brand": "Brewer", "tags": ["a"], "attributes": { "x": 1 } }),
    );
    let change = json!({ "sku": product["sku"], "price": 5, "brand": null });
    let job = import_rows(&catalogue.staff, &[change]);
    assert_eq!(figures(&job), [1, 0, 1, 0], "{job}");
    let now = catalogue.staff.get(&path(&product)).expect(200).data();
    let mut expected = product.clone();
    assert_eq!(now["price"].as_f64(), Some(5.0), "{now}");
    expected["price"] = now["price"].clone();
    expected["brand"] = Value::Null;
    expected["version"] = json!(2);
    expected["updatedAt"] = now["updatedAt"].clone();
    assert_eq!(now, expected);
}

#[test]
fn an_import_asked_for_twice_with_one_key_is_one_import() {
    let catalogue = Catalogue::new();
    let (key, file) = (unique("key"), lines(&some_rows(&catalogue, 2)));
    let ask = || {
        let ask = catalogue
            .staff
            .ask("POST", "/api/v1/products/import")
            .key(&key);
        ask.text("application/x-ndjson", file.clone())
            .send()
            .expect(202)
    };
    let (first, again) = (ask(), ask());
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(first.data()["id"], again.data()["id"]);
    let job = finished(&catalogue.staff, &first.data());
    assert_eq!(figures(&job), [2, 2, 0, 0]);
}
