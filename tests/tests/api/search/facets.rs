//! Filters, and facets that add up.

use serde_json::{Value, json};

use super::query::{Searched, names};

fn lamps() -> Searched {
    let lamp = |name: &str, brand: &str, price: f64, colour: &str, dimmable: bool| {
        json!({
            "name": name, "brand": brand, "price": price,
            "attributes": { "Colour": colour, "dimmable": dimmable, "watts": 40 },
        })
    };
    Searched::of(&[
        lamp("Lamp 1", "Acme", 4.99, "red", true),
        lamp("Lamp 2", "ACME", 9.99, "red", false),
        lamp("Lamp 3", "Other", 10.0, "blue", true),
        lamp("Lamp 4", "Other", 150.0, "Black, white", true),
    ])
}

fn facet(shop: &Searched, query: &str, facet: &str) -> Value {
    shop.search(query).json()["meta"]["facets"][facet].clone()
}

/// Values and counts, as `value count`.
fn counts(facet: &Value) -> Vec<String> {
    let values = facet.as_array().unwrap().iter();
    values
        .map(|it| format!("{} {}", it["value"].as_str().unwrap(), it["count"]))
        .collect()
}

fn attribute(shop: &Searched, query: &str, name: &str) -> Vec<String> {
    let attributes = facet(shop, query, "attributes");
    let mut attributes = attributes.as_array().unwrap().iter();
    let divided = attributes.find(|it| it["name"] == name);
    divided.map_or_else(Vec::new, |divided| counts(&divided["values"]))
}

#[test]
fn filters_leave_what_meets_all_of_them() {
    let shop = lamps();
    for (query, expected) in [
        ("brand=acme", vec!["Lamp 1", "Lamp 2"]),
        (
            "brand=acme&brand=Other&maxPrice=10",
            vec!["Lamp 1", "Lamp 2", "Lamp 3"],
        ),
        ("minPrice=9.99&maxPrice=10", vec!["Lamp 2", "Lamp 3"]),
        ("minPrice=10.01", vec!["Lamp 4"]),
        ("attr.Colour=red", vec!["Lamp 1", "Lamp 2"]),
        ("attr.colour=RED&attr.dimmable=true", vec!["Lamp 1"]),
        (
            "attr.Colour=red&attr.Colour=blue",
            vec!["Lamp 1", "Lamp 2", "Lamp 3"],
        ),
        ("attr.Colour=Black, white", vec!["Lamp 4"]),
        ("attr.watts=40&brand=Other", vec!["Lamp 3", "Lamp 4"]),
        ("attr.watts=41", vec![]),
        ("inStock=true", vec!["Lamp 1", "Lamp 2", "Lamp 3", "Lamp 4"]),
        ("inStock=false", vec![]),
        ("rating=4", vec![]),
    ] {
        let mut found = names(&shop.search(&format!("q=lamp&{query}")));
        found.sort_unstable();
        assert_eq!(found, expected, "{query}");
    }
}

#[test]
fn a_facet_leaves_out_its_own_filter_and_no_other() {
    let shop = lamps();
    assert_eq!(
        counts(&facet(&shop, "q=lamp", "brand")),
        ["ACME 2", "Other 2"]
    );
    assert_eq!(
        counts(&facet(&shop, "q=lamp&brand=Other&maxPrice=100", "brand")),
        ["ACME 2", "Other 1"]
    );
    let red = "q=lamp&attr.Colour=red";
    assert_eq!(
        attribute(&shop, red, "Colour"),
        ["red 2", "Black, white 1", "blue 1"]
    );
    assert_eq!(attribute(&shop, red, "dimmable"), ["false 1", "true 1"]);
    let none: [&str; 0] = [];
    assert_eq!(
        attribute(&shop, "q=lamp", "watts"),
        none,
        "all have the same"
    );
    let price = facet(&shop, "q=lamp&maxPrice=10", "price");
    assert_eq!(
        (&price["min"], &price["max"]),
        (&json!(4.99), &json!(150.0))
    );
    let ranges: Vec<_> = price["ranges"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["count"].clone())
        .collect();
    assert_eq!(ranges, [1, 1, 1, 1]);
    let category = facet(&shop, "q=lamp", "category");
    assert_eq!(category[0]["label"], "Lamps");
    assert_eq!(category[0]["count"], 4);
}

#[test]
fn what_a_facet_counts_is_what_choosing_it_finds() {
    let shop = lamps();
    let meta = shop.search("q=lamp&attr.dimmable=true").json()["meta"].clone();
    let mut chosen = Vec::new();
    for it in meta["facets"]["brand"].as_array().unwrap() {
        chosen.push((
            format!("brand={}", it["value"].as_str().unwrap()),
            it["count"].clone(),
        ));
    }
    for it in meta["facets"]["category"].as_array().unwrap() {
        chosen.push((
            format!("category={}", it["value"].as_str().unwrap()),
            it["count"].clone(),
        ));
    }
    for it in meta["facets"]["attributes"].as_array().unwrap() {
        let name = it["name"].as_str().unwrap();
        for value in it["values"].as_array().unwrap() {
            let text = value["value"].as_str().unwrap();
            if it["name"] != "dimmable" {
                chosen.push((format!("attr.{name}={text}"), value["count"].clone()));
            }
        }
    }
    assert!(chosen.len() >= 4, "{meta}");
    for (filter, count) in chosen {
        let found = shop.search(&format!("q=lamp&attr.dimmable=true&{filter}"));
        assert_eq!(found.json()["meta"]["total"], count, "{filter}");
    }
}
