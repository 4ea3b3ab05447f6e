//! `GET /api/v1/search` as it stands on what it needs: the engine, the index, the rules. How well it
//! finds is told elsewhere.

use kernel::Role;
use search::Finder;
use search::api::{CreateRule, SearchProducts, Suggest};
use serde_json::{Value, json};
use testkit::Reply;

use super::{Bench, now};

/// Searches, as somebody who holds a token.
fn search_as(bench: &Bench, finder: &Finder, query: &str, token: Option<&str>) -> Reply {
    let request = bench
        .shop
        .request::<SearchProducts>(&[], query, token, None);
    bench.shop.call::<SearchProducts>(finder, request)
}

fn search(bench: &Bench, finder: &Finder, query: &str) -> Reply {
    search_as(bench, finder, query, None)
}

fn ids(found: &Reply) -> Vec<String> {
    let data = found.data();
    let products = data.as_array().unwrap().iter();
    products
        .map(|it| it["id"].as_str().unwrap().to_owned())
        .collect()
}

fn rule(bench: &Bench, body: &Value) -> String {
    let staff = bench.shop.signer().token(Role::Manager);
    let request = bench
        .shop
        .request::<CreateRule>(&[], "", Some(&staff), Some(body));
    let made = bench.shop.call::<CreateRule>(&bench.search, request);
    made.expect(201).data()["id"].as_str().unwrap().to_owned()
}

#[test]
fn what_is_found_is_shown_as_the_catalogue_shows_it() {
    let (bench, made) = Bench::built(&["Walnut lamp", "Oak table"]);
    let finder: Finder = bench.shop.start();
    let found = search(&bench, &finder, "q=walnut").expect(200);
    assert_eq!(ids(&found), [made[0].to_string()]);
    let id = made[0].to_string();
    let request = bench
        .shop
        .request::<products::api::GetProduct>(&[("id", &id)], "", None, None);
    let products: products::Products = bench.shop.start();
    let shown = bench
        .shop
        .call::<products::api::GetProduct>(&products, request);
    assert_eq!(found.data()[0], shown.expect(200).data());
    let meta = &found.json()["meta"];
    assert_eq!(
        (&meta["total"], &meta["nextCursor"]),
        (&json!(1), &Value::Null)
    );
    assert!(
        meta["tookMs"].is_u64() && meta["facets"].is_object(),
        "{meta}"
    );
}

#[test]
fn pages_follow_one_another_by_number_and_by_cursor_without_a_gap() {
    let names: Vec<_> = (0..7).map(|number| format!("Lamp {number}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let (bench, made) = Bench::built(&names);
    let finder: Finder = bench.shop.start();
    for sort in ["relevance", "price", "-price", "-createdAt", "-rating"] {
        let mut by_cursor = Vec::new();
        let mut cursor = String::new();
        loop {
            let query = format!("q=lamp&limit=3&sort={sort}{cursor}");
            let page = search(&bench, &finder, &query).expect(200);
            by_cursor.extend(ids(&page));
            match page.json()["meta"]["nextCursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
            assert!(by_cursor.len() <= made.len(), "{sort} goes on for ever");
        }
        let by_number: Vec<_> = (1..=3)
            .flat_map(|page| {
                let query = format!("q=lamp&limit=3&sort={sort}&page={page}");
                ids(&search(&bench, &finder, &query).expect(200))
            })
            .collect();
        assert_eq!(by_cursor, by_number, "{sort}");
        let mut all = by_cursor;
        all.sort_unstable();
        let mut made: Vec<_> = made.iter().map(ToString::to_string).collect();
        made.sort_unstable();
        assert_eq!(all, made, "{sort}");
    }
    // Whoever reads how cursors are made can make one; no place of theirs is an error of ours.
    let fingerprint = "lamp|None|Filters { categories: [], brands: [], min_price: None, \
                       max_price: None, in_stock: None, rating: None, attributes: {} }|Price";
    for values in [
        json!([]),
        json!(["dear", "prod_1"]),
        json!([{ "script": "1" }, 2, 3]),
    ] {
        let place = json!({ "h": "s", "b": { "v": values } });
        let made_up = kernel::Cursor::seal(&place, fingerprint).unwrap();
        let query = format!("q=lamp&sort=price&cursor={made_up}");
        let refused = search(&bench, &finder, &query).expect(422);
        assert_eq!(
            refused.json()["errors"][0]["pointer"],
            "/cursor",
            "{refused}"
        );
    }
    let page = search(&bench, &finder, "q=lamp&limit=3").expect(200);
    let next = page.json()["meta"]["nextCursor"]
        .as_str()
        .unwrap()
        .to_owned();
    for (query, pointer) in [
        (format!("q=table&limit=3&cursor={next}"), "/cursor"),
        ("q=lamp&cursor=abc".to_owned(), "/cursor"),
        ("q=lamp&page=51".to_owned(), "/page"),
        ("q=lamp&sort=name".to_owned(), "/sort"),
        ("q=lamp&minPrice=cheap".to_owned(), "/minPrice"),
        ("q=lamp&colour=red".to_owned(), "/colour"),
    ] {
        let refused = search(&bench, &finder, &query).expect(422);
        assert_eq!(refused.json()["errors"][0]["pointer"], pointer, "{refused}");
    }
}

#[test]
fn rules_are_met_and_shown_to_staff_that_asks() {
    let (bench, made) = Bench::built(&["Zorb", "Quuxel", "Lamp"]);
    let finder: Finder = bench.shop.start();
    assert_eq!(
        search(&bench, &finder, "q=zorb").expect(200).json()["meta"]["total"],
        1
    );

    let synonym = rule(
        &bench,
        &json!({ "type": "synonym", "terms": ["zorb", "quuxel"] }),
    );
    let pin = json!({ "type": "pin", "query": "zorb", "productIds": [made[2]] });
    let pin = rule(&bench, &pin);
    rule(
        &bench,
        &json!({ "type": "redirect", "query": "zorb", "url": "/zorbs" }),
    );
    // Whoever starts now has not read the rules before.
    let finder: Finder = bench.shop.start();
    let found = search(&bench, &finder, "q=zorb").expect(200);
    assert_eq!(
        ids(&found)[0],
        made[2].to_string(),
        "what is pinned comes first"
    );
    assert_eq!(found.json()["meta"]["total"], 3, "{found}");
    assert_eq!(found.json()["meta"]["redirect"], "/zorbs");
    assert!(found.json()["meta"].get("explain").is_none());

    let staff = bench.shop.signer().token(Role::Manager);
    let explained = search_as(&bench, &finder, "q=zorb&explain=true", Some(&staff));
    let explain = explained.expect(200).json()["meta"]["explain"].clone();
    let rules: Vec<_> = explain["rules"].as_array().unwrap().iter().collect();
    assert_eq!(rules[..2], [&json!(synonym), &json!(pin)]);
    let user = bench.shop.signer().token(Role::User);
    for (token, status) in [(None, 401), (Some(user.as_str()), 403)] {
        let refused = search_as(&bench, &finder, "q=zorb&explain=true", token);
        assert_eq!(refused.status, status, "{refused}");
    }
}

#[test]
fn a_category_is_named_by_id_or_slug_and_holds_what_is_below_it() {
    let (bench, made) = Bench::built(&["Lamp"]);
    let below = bench.category("Desk lamps", Some(&bench.category));
    let deep = bench.product_with(json!({ "name": "Deep lamp", "categoryId": below }));
    bench.hear(&[deep]);
    let finder: Finder = bench.shop.start();
    // One that an instance has not heard of is looked for.
    search(&bench, &finder, "q=lamp").expect(200);
    let new = bench.category("New lamps", None);
    let newest = bench.product_with(json!({ "name": "New lamp", "categoryId": new }));
    bench.hear(&[newest]);
    testkit::eventually("it is heard of", std::time::Duration::from_secs(60), || {
        let found = search(&bench, &finder, &format!("category={new}")).expect(200);
        (ids(&found) == [newest.to_string()]).then_some(())
    });
    for (category, expected) in [
        (bench.category.as_str(), vec![made[0], deep]),
        (&below, vec![deep]),
        ("desk-lamps", vec![deep]),
        ("no-such-category", vec![]),
    ] {
        let found = search(&bench, &finder, &format!("category={category}")).expect(200);
        let mut expected: Vec<_> = expected.iter().map(ToString::to_string).collect();
        let mut found = ids(&found);
        expected.sort_unstable();
        found.sort_unstable();
        assert_eq!(found, expected, "{category}");
    }
}

#[test]
fn a_shop_without_products_finds_nothing_and_one_whose_index_is_being_built_says_so() {
    let bench = Bench::open();
    let finder: Finder = bench.shop.start();
    let found = search(&bench, &finder, "q=lamp").expect(200);
    assert_eq!(
        (found.data(), &found.json()["meta"]["total"]),
        (json!([]), &json!(0))
    );
    bench.indexed("Lamp");
    let soon = search(&bench, &finder, "q=lamp").expect(503);
    assert!(soon.header("retry-after").is_some(), "{soon}");
    bench.work_off(bench.first_rebuild(), now());
    assert_eq!(ids(&search(&bench, &finder, "q=lamp").expect(200)).len(), 1);
}

#[test]
fn without_an_engine_searches_and_suggestions_are_answered_503() {
    let (bench, _) = Bench::built(&["Lamp"]);
    for endpoint in [crate::platform::NOWHERE, ""] {
        let finder: Finder = bench.shop.start_with(&[("OPENSEARCH_ENDPOINT", endpoint)]);
        let suggest = bench.shop.request::<Suggest>(&[], "q=la", None, None);
        for reply in [
            search(&bench, &finder, "q=lamp"),
            bench.shop.call::<Suggest>(&finder, suggest),
        ] {
            assert_eq!(
                (reply.status, &*reply.code()),
                (503, "unavailable"),
                "{reply}"
            );
            assert!(reply.header("retry-after").is_some(), "{reply}");
        }
    }
}

#[test]
fn what_three_have_searched_for_is_suggested_and_what_one_did_is_not() {
    let (bench, _) = Bench::built(&["Walnut lamp"]);
    let finder: Finder = bench.shop.start();
    let visit = |source_ip| search::Visit {
        source_ip,
        at: now(),
    };
    let asked = |text: &str| search::engine::asked::Asked {
        text: text.to_owned(),
        size: 1,
        ..Default::default()
    };
    let find = |text: &str, ip| {
        let found = bench.wait(finder.find(asked(text), None, visit(ip)));
        found.unwrap().found.total
    };
    for ip in ["192.0.2.1", "192.0.2.2", "192.0.2.3"] {
        assert_eq!(find("Walnut-lamp", ip), 1);
    }
    for _ in 0..3 {
        assert_eq!(find("walnut", "192.0.2.1"), 1);
    }
    find("counts those before", "192.0.2.9");
    assert_eq!(bench.wait(bench.search.rank_queries(now())).unwrap(), 1);
    let again: Finder = bench.shop.start();
    let request = bench.shop.request::<Suggest>(&[], "q=wal", None, None);
    let suggested = bench
        .shop
        .call::<Suggest>(&again, request)
        .expect(200)
        .data();
    let queries: Vec<_> = suggested
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| it["type"] == "query")
        .map(|it| it["text"].as_str().unwrap())
        .collect();
    assert_eq!(queries, ["walnut lamp"], "{suggested}");
}
