//! Options and variants: one for each combination that is sold, no combination twice.

use serde_json::{Value, json};
use testkit::unique;

use super::{Catalogue, path, text};

fn shirt(sku: &str) -> Value {
    let variant = |size: &str, colour: &str, more: Value| {
        let mut variant = json!({ "sku": format!("{sku}-{size}-{colour}"), "options": { "Size": size, "Colour": colour } });
        for (field, value) in more.as_object().cloned().unwrap_or_default() {
            variant[field] = value;
        }
        variant
    };
    json!({
        "sku": sku,
        "options": [
            { "name": "Size", "values": ["S", "M"] },
            { "name": "Colour", "values": ["Red", "Blue"] },
        ],
        "variants": [
            variant("S", "Red", json!({})),
            variant("S", "Blue", json!({ "price": 21 })),
            variant("M", "Red", json!({ "price": "22.50", "weightGrams": 210 })),
        ],
    })
}

#[test]
fn a_product_with_variants_comes_back_with_an_id_for_each() {
    let catalogue = Catalogue::new();
    let product = catalogue.product_with("Shirt", shirt(&unique("SHIRT")));
    let variants = product["variants"].as_array().unwrap();
    assert_eq!(variants.len(), 3);
    for variant in variants {
        assert!(text(variant, "id").starts_with("var_"), "{variant}");
    }
    assert_eq!(variants[1]["price"].as_f64(), Some(21.0));
    assert_eq!(variants[2]["price"], json!(22.5));
    assert_eq!(variants[2]["weightGrams"], json!(210));

    // A change of one keeps the ids of the others.
    let mut again = shirt(&text(&product, "sku"));
    again["variants"][0]["price"] = json!(18);
    let changed = catalogue
        .staff
        .put(&path(&product), &json!({ "variants": again["variants"] }))
        .expect(200)
        .data();
    for (before, after) in variants.iter().zip(changed["variants"].as_array().unwrap()) {
        assert_eq!(before["id"], after["id"]);
    }
    assert_eq!(changed["variants"][0]["price"].as_f64(), Some(18.0));
}

#[test]
fn variants_that_do_not_fit_the_options_are_refused_where_they_stand() {
    let catalogue = Catalogue::new();
    type Change = fn(&mut Value);
    let cases: [(&str, Change, &str); 9] = [
        (
            "the same combination twice",
            |s| s["variants"][1]["options"] = s["variants"][0]["options"].clone(),
            "/variants/1/options",
        ),
        (
            "an option missing",
            |s| s["variants"][0]["options"] = json!({ "Size": "S" }),
            "/variants/0/options/Colour",
        ),
        (
            "an option too many",
            |s| s["variants"][0]["options"]["Fit"] = json!("slim"),
            "/variants/0/options/Fit",
        ),
        (
            "a value that there is not",
            |s| s["variants"][2]["options"]["Size"] = json!("XXL"),
            "/variants/2/options/Size",
        ),
        (
            "two variants with one SKU",
            |s| s["variants"][1]["sku"] = s["variants"][0]["sku"].clone(),
            "/variants/1/sku",
        ),
        (
            "a variant with the product's SKU",
            |s| s["variants"][0]["sku"] = s["sku"].clone(),
            "/variants/0/sku",
        ),
        (
            "too many decimals",
            |s| s["variants"][0]["price"] = json!("1.999"),
            "/variants/0/price",
        ),
        (
            "an option twice",
            |s| s["options"][1]["name"] = json!("Size"),
            "/options/1/name",
        ),
        (
            "a value twice",
            |s| s["options"][0]["values"] = json!(["S", "S"]),
            "/options/0/values",
        ),
    ];
    for (what, change, pointer) in cases {
        let mut shirt = shirt(&unique("SHIRT"));
        change(&mut shirt);
        let reply = catalogue.create(&catalogue.draft_with("Shirt", shirt));
        let pointers = reply.clone().refuse(422, "validation_failed").pointers();
        assert!(
            pointers.iter().any(|told| told.starts_with(pointer)),
            "{what}: {reply}"
        );
    }
}

#[test]
fn a_variants_sku_is_as_unique_as_a_products() {
    let catalogue = Catalogue::new();
    let sku = unique("SHIRT");
    let product = catalogue.product_with("Shirt", shirt(&sku));
    let taken = text(&product["variants"][0], "sku");
    catalogue
        .create(&catalogue.draft_with("Other", json!({ "sku": taken })))
        .refuse(409, "sku_taken");
    let mut other = shirt(&unique("OTHER"));
    other["variants"][2]["sku"] = json!(taken);
    catalogue
        .create(&catalogue.draft_with("Other", other))
        .refuse(409, "sku_taken");

    // What a product no longer has is free again, and only that.
    let fewer = json!({ "variants": [shirt(&sku)["variants"][1].clone()] });
    catalogue.staff.put(&path(&product), &fewer).expect(200);
    catalogue
        .create(&catalogue.draft_with("Other", json!({ "sku": taken })))
        .expect(201);
    let kept = text(&product["variants"][1], "sku");
    catalogue
        .create(&catalogue.draft_with("Other", json!({ "sku": kept })))
        .refuse(409, "sku_taken");
}

#[test]
fn as_many_variants_as_one_change_can_hold_are_taken_and_more_are_refused() {
    let catalogue = Catalogue::new();
    let wide = |count: usize| {
        let sku = unique("WIDE");
        let values: Vec<String> = (0..count).map(|n| format!("v{n}")).collect();
        let variants: Vec<Value> = values
            .iter()
            .map(|value| json!({ "sku": format!("{sku}-{value}"), "options": { "Kind": value } }))
            .collect();
        json!({ "sku": sku, "options": [{ "name": "Kind", "values": values }], "variants": variants })
    };
    let product = catalogue.product_with("Wide", wide(80));
    assert_eq!(product["variants"].as_array().unwrap().len(), 80);
    let reply = catalogue.create(&catalogue.draft_with("Wider", wide(120)));
    assert!(
        reply
            .refuse(422, "validation_failed")
            .pointers()
            .iter()
            .any(|told| told.starts_with("/variants"))
    );
    catalogue.staff.delete(&path(&product)).expect(204);
    let freed = text(&product["variants"][79], "sku");
    catalogue
        .create(&catalogue.draft_with("Narrow", json!({ "sku": freed })))
        .expect(201);
}
