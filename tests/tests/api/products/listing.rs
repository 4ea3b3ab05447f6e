//! Lists: every order and filter against brute force, pages that lose and repeat nothing.

use std::collections::BTreeMap;

use kernel::text::sort_key;
use serde_json::{Value, json};
use testkit::{Api, Reply, Stage, unique};

use super::{Catalogue, category, text};

/// A list's products, page by page along the cursor.
fn walk(api: &Api, query: &str, limit: usize) -> Vec<Value> {
    let mut found = Vec::new();
    let mut cursor = String::new();
    for _ in 0..100 {
        let reply = api
            .get(&format!("/api/v1/products?{query}&limit={limit}{cursor}"))
            .expect(200);
        let page = reply.json();
        let items = page["data"].as_array().unwrap();
        assert!(items.len() <= limit, "{reply}");
        assert_eq!(page["meta"]["limit"], limit, "{reply}");
        found.extend(items.iter().cloned());
        match page["meta"]["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
    panic!("the list does not end: {query}");
}

fn ids(products: &[Value]) -> Vec<String> {
    products.iter().map(|product| text(product, "id")).collect()
}

/// So many products of all kinds, in a category and one below it.
fn stock(catalogue: &Catalogue, brand: &str) -> (String, Vec<Value>) {
    let below = category(
        &catalogue.staff,
        &unique("Below"),
        Some(&catalogue.category),
    );
    let prices = [
        "5", "10.00", "9.99", "100", "20.5", "0", "1000000", "10.01", "7", "19.99", "10.00", "3.5",
        "8", "64", "2",
    ];
    let products = prices
        .iter()
        .enumerate()
        .map(|(number, price)| {
            let name = match number % 4 {
                0 => format!("chair {number:02}"),
                1 => format!("Chair {number:02}"),
                2 => format!("Ärmchen {number:02}"),
                _ => format!("zebra {number:02}"),
            };
            let shelf = if number % 3 == 0 {
                &below
            } else {
                &catalogue.category
            };
            let brand = if number % 2 == 0 {
                brand.to_owned()
            } else {
                format!("{brand}x")
            };
            catalogue.product_with(
                &name,
                json!({ "price": price, "brand": brand, "categoryId": shelf }),
            )
        })
        .collect();
    (below, products)
}

#[test]
fn every_order_and_filter_agrees_with_brute_force() {
    let catalogue = Catalogue::new();
    let api = Stage::from_env().api();
    let brand = unique("Brand");
    let (below, stock) = stock(&catalogue, &brand);
    let price = |product: &Value| product["price"].as_f64().unwrap();
    let name = |product: &Value| sort_key(product["name"].as_str().unwrap());
    let scopes = [
        format!("categoryId={}", catalogue.category),
        format!("categoryId={below}"),
        format!("brand={brand}"),
        format!("brand={}", brand.to_uppercase()),
        format!("categoryId={}&brand={brand}", catalogue.category),
    ];
    let in_scope = |scope: &str, product: &Value| {
        let brand_fits = !scope.contains("brand=") || product["brand"] == brand.as_str();
        let shelf_fits = !scope.contains(&below) || product["categoryId"] == below.as_str();
        brand_fits && shelf_fits
    };
    for scope in &scopes {
        for filter in [
            "",
            "&minPrice=10",
            "&maxPrice=10.00",
            "&minPrice=7.00&maxPrice=20.50",
            "&minPrice=5000000",
        ] {
            let bound = |which: &str| {
                let (_, rest) = filter.split_once(&format!("{which}="))?;
                rest.split('&').next()?.parse::<f64>().ok()
            };
            let fits = |product: &&Value| {
                in_scope(scope, product)
                    && bound("minPrice").is_none_or(|least| price(product) >= least)
                    && bound("maxPrice").is_none_or(|most| price(product) <= most)
            };
            let expected: Vec<&Value> = stock.iter().filter(fits).collect();
            for sort in [
                "createdAt",
                "-createdAt",
                "price",
                "-price",
                "name",
                "-name",
            ] {
                // Each order with one filter of a scope is enough, and the plain scope with all.
                if !filter.is_empty() && sort != "price" && sort != "-name" {
                    continue;
                }
                let mut expected = expected.clone();
                expected.sort_by(|a, b| {
                    let order = match sort.trim_start_matches('-') {
                        "price" => price(a).total_cmp(&price(b)),
                        "name" => name(a).cmp(&name(b)),
                        _ => a["createdAt"].as_str().cmp(&b["createdAt"].as_str()),
                    };
                    let order = order.then_with(|| a["id"].as_str().cmp(&b["id"].as_str()));
                    if sort.starts_with('-') {
                        order.reverse()
                    } else {
                        order
                    }
                });
                let expected: Vec<String> =
                    expected.iter().map(|product| text(product, "id")).collect();
                let query = format!("{scope}{filter}&sort={sort}");
                assert_eq!(ids(&walk(&api, &query, 4)), expected, "{query}");
            }
        }
    }
}

#[test]
fn a_page_tells_the_whole_product() {
    let catalogue = Catalogue::new();
    let product =
        catalogue.product_with("Whole", json!({ "attributes": { "a": 1 }, "tags": ["t"] }));
    let list = Stage::from_env().api().get(&format!(
        "/api/v1/categories/{}/products",
        catalogue.category
    ));
    assert_eq!(list.expect(200).data(), json!([product]));
}

#[test]
fn pages_along_a_cursor_are_stable_while_products_are_put_in_and_taken_out() {
    let catalogue = Catalogue::new();
    let api = Stage::from_env().api();
    let before: Vec<Value> = (0..9)
        .map(|n| catalogue.product_with("Stable", json!({ "price": 10 + n })))
        .collect();
    let query = format!("categoryId={}&sort=price&limit=2", catalogue.category);
    let mut found = Vec::new();
    let mut cursor = String::new();
    let mut round = 0;
    loop {
        let page = api
            .get(&format!("/api/v1/products?{query}{cursor}"))
            .expect(200)
            .json();
        found.extend(page["data"].as_array().unwrap().iter().cloned());
        let Some(next) = page["meta"]["nextCursor"].as_str() else {
            break;
        };
        cursor = format!("&cursor={next}");
        // One in front of everything, one behind it, and the one that was last read goes.
        catalogue.product_with("Front", json!({ "price": 1 }));
        catalogue.product_with("Behind", json!({ "price": 1000 + round }));
        if round == 1 {
            catalogue
                .staff
                .delete(&super::path(&found[found.len() - 1]))
                .expect(204);
        }
        round += 1;
        assert!(round < 50);
    }
    let found = ids(&found);
    for product in &before {
        let times = found
            .iter()
            .filter(|id| **id == text(product, "id"))
            .count();
        assert_eq!(times, 1, "{product}");
    }
}

#[test]
fn a_cursor_that_is_broken_or_belongs_to_another_query_is_refused() {
    let catalogue = Catalogue::new();
    for number in 0..4 {
        catalogue.product(&format!("Cursor {number}"));
    }
    let api = Stage::from_env().api();
    let shelf = format!("categoryId={}", catalogue.category);
    let page = api
        .get(&format!("/api/v1/products?{shelf}&limit=2"))
        .expect(200)
        .json();
    let cursor = page["meta"]["nextCursor"].as_str().unwrap().to_owned();
    let ask = |query: &str, cursor: &str| {
        api.get(&format!("/api/v1/products?{query}&limit=2&cursor={cursor}"))
    };
    ask(&shelf, &cursor).expect(200);

    let refused = |reply: Reply, what: &str| {
        assert_eq!(
            (reply.status, reply.pointers()),
            (422, vec!["/cursor".to_owned()]),
            "{what}: {reply}"
        );
    };
    let other = Catalogue::new();
    for query in [
        format!("categoryId={}", other.category),
        format!("{shelf}&sort=price"),
        format!("{shelf}&sort=createdAt"),
        format!("{shelf}&minPrice=1"),
        format!("{shelf}&brand=x"),
    ] {
        refused(ask(&query, &cursor), &query);
    }
    let path = format!(
        "/api/v1/categories/{}/products?limit=2&cursor={cursor}",
        other.category
    );
    refused(api.get(&path), "another category's list");
    let mut letters: Vec<char> = cursor.chars().collect();
    for at in [0, letters.len() / 2, letters.len() - 2] {
        let was = letters[at];
        letters[at] = if was == 'A' { 'B' } else { 'A' };
        refused(
            ask(&shelf, &letters.iter().collect::<String>()),
            "a letter changed",
        );
        letters[at] = was;
    }
    for broken in [
        "x",
        "AAAA",
        &cursor[..cursor.len() / 2],
        "..%2F",
        "%00",
        "e30",
    ] {
        refused(ask(&shelf, broken), broken);
    }
    // Another limit is the same query.
    api.get(&format!("/api/v1/products?{shelf}&limit=3&cursor={cursor}"))
        .expect(200);
}

#[test]
fn pages_by_number_agree_with_the_cursor_and_end_at_a_thousand() {
    let catalogue = Catalogue::new();
    let api = Stage::from_env().api();
    for number in 0..5 {
        catalogue.product(&format!("Page {number}"));
    }
    let query = format!("categoryId={}&sort=name", catalogue.category);
    let all = ids(&walk(&api, &query, 100));
    for (page, expected) in [(1, &all[0..2]), (2, &all[2..4]), (3, &all[4..5]), (4, &[])] {
        let reply = api
            .get(&format!("/api/v1/products?{query}&limit=2&page={page}"))
            .expect(200);
        assert_eq!(
            ids(reply.data().as_array().unwrap()),
            expected,
            "page {page}"
        );
        assert_eq!(reply.json()["meta"]["page"], page);
    }
    for (beyond, allowed) in [
        ("page=11&limit=100", "page=10&limit=100"),
        ("page=1001&limit=1", "page=1000&limit=1"),
        ("page=51", "page=50"),
    ] {
        let reply = api
            .get(&format!("/api/v1/products?{query}&{beyond}"))
            .expect(422);
        assert_eq!(reply.pointers(), ["/page"], "{reply}");
        api.get(&format!("/api/v1/products?{query}&{allowed}"))
            .expect(200);
    }
}

#[test]
fn products_are_found_by_their_ids_a_hundred_at_most() {
    let catalogue = Catalogue::new();
    let api = Stage::from_env().api();
    let products = [catalogue.product("One"), catalogue.product("Two")];
    let some = ids(&products).join(",");
    let absent = "prod_00000000000000000000000000";
    let reply = api
        .get(&format!(
            "/api/v1/products?ids={some},{absent}&sort=createdAt"
        ))
        .expect(200);
    assert_eq!(ids(reply.data().as_array().unwrap()), ids(&products));
    let many = vec![absent; 101].join(",");
    assert_eq!(
        api.get(&format!("/api/v1/products?ids={many}"))
            .expect(422)
            .pointers(),
        ["/ids"]
    );
}

#[test]
fn the_whole_shops_newest_come_first_from_all_its_shards() {
    let catalogue = Catalogue::new();
    let api = Stage::from_env().api();
    let made: Vec<Value> = (0..8)
        .map(|number| catalogue.product(&format!("Newest {number}")))
        .collect();
    // Others put in products too, so only the order among ours is ours to say, and an import of
    // theirs may have pushed ours off the first page.
    let (mut listed, mut cursor) = (Vec::new(), String::new());
    let places = loop {
        let page = api
            .get(&format!("/api/v1/products?limit=100{cursor}"))
            .expect(200)
            .json();
        listed.extend(page["data"].as_array().unwrap().iter().cloned());
        let places: BTreeMap<String, usize> = ids(&listed).into_iter().zip(0..).collect();
        if made.iter().all(|it| places.contains_key(&text(it, "id"))) {
            break places;
        }
        let next = page["meta"]["nextCursor"].as_str();
        cursor = format!("&cursor={}", next.expect("ours are in the list"));
    };
    let ours: Vec<usize> = made
        .iter()
        .rev()
        .map(|product| places[&text(product, "id")])
        .collect();
    assert!(ours.is_sorted(), "{ours:?}");
    let times: Vec<String> = listed
        .iter()
        .map(|product| text(product, "createdAt"))
        .collect();
    assert!(
        times.is_sorted_by(|earlier, later| earlier >= later),
        "{times:?}"
    );
}

#[test]
fn a_list_of_a_category_that_is_not_there_is_404() {
    let api = Stage::from_env().api();
    api.get("/api/v1/categories/cat_00000000000000000000000000/products")
        .refuse(404, "not_found");
}
