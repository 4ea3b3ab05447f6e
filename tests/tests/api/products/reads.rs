//! What a stranger reads of any shop, whatever is in it.

use std::collections::BTreeSet;

use testkit::{Api, Stage};

use super::text;

#[test]
fn every_product_of_a_page_is_read_by_its_id_and_its_slug_and_hangs_on_a_category_of_the_tree() {
    let api = Stage::from_env().api();
    let page = api.get("/api/v1/products?limit=5").expect(200).data();
    // After the page: the newest product may be of a category that was made a moment before it.
    let categories = ids_of_the_tree(&api);
    for product in page.as_array().unwrap() {
        let category = text(product, "categoryId");
        for name in ["id", "slug"] {
            let address = format!("/api/v1/products/{}", text(product, name));
            // Changed or archived since the page was read, it is another version, or gone.
            let read = api.get(&address);
            assert!([200, 404].contains(&read.status), "{address}: {read}");
            if read.status == 200 && read.data()["version"] == product["version"] {
                assert_eq!(read.data(), *product, "{address}");
                assert!(categories.contains(&category), "{product}");
            }
        }
    }
}

#[test]
fn a_page_is_followed_by_another_one_until_there_is_none() {
    let api = Stage::from_env().api();
    let mut address = "/api/v1/products?limit=2&sort=price".to_owned();
    let mut seen = BTreeSet::new();
    for _ in 0..3 {
        let page = api.get(&address).expect(200).json();
        for product in page["data"].as_array().unwrap() {
            assert!(seen.insert(text(product, "id")), "twice: {product}");
        }
        let Some(next) = page["meta"]["nextCursor"].as_str() else {
            return;
        };
        address = format!("/api/v1/products?limit=2&sort=price&cursor={next}");
    }
}

#[test]
fn a_stranger_changes_nothing() {
    let api = Stage::from_env().api();
    let absent = "/api/v1/products/prod_00000000000000000000000000";
    for (method, path) in [
        ("POST", "/api/v1/products"),
        ("PUT", absent),
        ("DELETE", absent),
        ("POST", "/api/v1/products/import"),
        ("GET", "/api/v1/products/export"),
        ("POST", "/api/v1/categories"),
    ] {
        let reply = api.ask(method, path).send();
        assert_eq!(reply.status, 401, "{method} {path}: {reply}");
    }
}

fn ids_of_the_tree(api: &Api) -> BTreeSet<String> {
    let mut open = vec![api.get("/api/v1/categories").expect(200).data()];
    let mut ids = BTreeSet::new();
    while let Some(level) = open.pop() {
        for category in level.as_array().into_iter().flatten() {
            ids.insert(text(category, "id"));
            open.push(category["children"].clone());
        }
    }
    ids
}
