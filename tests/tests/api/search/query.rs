//! What a text finds, and in which order.

use std::collections::HashMap;

use edge::{Endpoint, Request, RequestExt};
use search::Finder;
use search::api::SearchProducts;
use serde_json::{Value, json};
use testkit::{Reply, Shop};

use super::{Bench, now};

/// A shop with these products on its shelves and in its index, and who searches in it.
pub struct Searched {
    bench: Bench,
    finder: Finder,
}

impl Searched {
    /// Fills the shop.
    pub fn of(products: &[Value]) -> Self {
        let bench = Bench::open();
        let ids: Vec<_> = products
            .iter()
            .map(|fields| bench.stocked(fields.clone()))
            .collect();
        bench.hear(&ids);
        bench.work_off(bench.first_rebuild(), now());
        let finder = bench.shop.start();
        Self { bench, finder }
    }

    /// Searches with parameters as they are written behind `?`, but not escaped.
    pub fn search(&self, query: &str) -> Reply {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        self.search_by(pairs)
    }

    fn search_by<'a>(&self, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Reply {
        let request = asked::<SearchProducts>(&self.bench.shop, pairs);
        let found = self
            .bench
            .shop
            .call::<SearchProducts>(&self.finder, request);
        found.expect(200)
    }

    /// What a text finds.
    pub fn reply(&self, text: &str) -> Reply {
        self.search_by([("q", text)])
    }

    /// The names of what a text finds, in their order.
    pub fn find(&self, text: &str) -> Vec<String> {
        names(&self.reply(text))
    }
}

/// A request with these parameters, whatever is in them.
pub fn asked<'a, E: Endpoint>(
    shop: &Shop,
    pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Request {
    let mut parameters: HashMap<String, Vec<String>> = HashMap::new();
    for (name, value) in pairs {
        parameters
            .entry(name.to_owned())
            .or_default()
            .push(value.to_owned());
    }
    let request = shop.request::<E>(&[], "", None, None);
    request.with_query_string_parameters(parameters)
}

/// The names of what was found.
pub fn names(found: &Reply) -> Vec<String> {
    let data = found.data();
    let products = data.as_array().unwrap().iter();
    products
        .map(|product| product["name"].as_str().unwrap().to_owned())
        .collect()
}

fn named(names: &[&str]) -> Vec<Value> {
    names.iter().map(|name| json!({ "name": name })).collect()
}

#[test]
fn a_thing_comes_before_what_is_made_for_it() {
    let shop = Searched::of(&named(&[
        "Acme C10 camera lens filter 52 mm",
        "Acme B2 Battery for Camera",
        "Acme Digital Camera Black",
        "Acme Camera Case Nylon",
        "Acme USB Hub with card reader",
        "Acme Lens cloth",
    ]));
    for (text, first) in [
        ("camera", "Acme Digital Camera Black"),
        ("cameras", "Acme Digital Camera Black"),
        ("camera case", "Acme Camera Case Nylon"),
        ("case for camera", "Acme Camera Case Nylon"),
        ("filter", "Acme C10 camera lens filter 52 mm"),
        ("hub", "Acme USB Hub with card reader"),
    ] {
        assert_eq!(shop.find(text).first().unwrap(), first, "{text}");
    }
    assert_eq!(
        shop.find("camera").len(),
        4,
        "what is made for it is found too"
    );
}

#[test]
fn other_words_for_the_same_find_it() {
    let shop = Searched::of(&named(&[
        "Acme Laptop Stand",
        "Acme Notebook 14 inch",
        "Acme Television 40 inch",
        "Acme TV wall mount",
    ]));
    assert_eq!(shop.find("laptop")[0], "Acme Notebook 14 inch");
    assert_eq!(shop.find("laptops")[0], "Acme Notebook 14 inch");
    assert_eq!(shop.find("tv")[0], "Acme Television 40 inch");
    assert_eq!(shop.find("notebook stand")[0], "Acme Laptop Stand");
}

#[test]
fn a_number_finds_its_product_first_however_it_is_written() {
    let shop = Searched::of(&[
        json!({ "name": "Toner for TN-2110 and others", "description": "TN-2110 TN-2110 TN-2110" }),
        json!({ "name": "Acme TN-2110 toner cartridge", "sku": "TONER-77" }),
        json!({ "name": "Acme cyan ink", "mpn": "C4872A", "gtins": ["0088698629123"] }),
        json!({ "name": "Acme C4872A-compatible ink" }),
        json!({ "name": "Acme lamp", "sku": "SWITCH" }),
        json!({ "name": "Acme network switch" }),
    ]);
    for (text, first) in [
        ("TN-2110", "Acme TN-2110 toner cartridge"),
        ("tn2110", "Acme TN-2110 toner cartridge"),
        ("tn 2110", "Acme TN-2110 toner cartridge"),
        ("acme tn-2110 toner", "Acme TN-2110 toner cartridge"),
        ("toner-77", "Acme TN-2110 toner cartridge"),
        ("c4872a", "Acme cyan ink"),
        ("0088698629123", "Acme cyan ink"),
        ("88698629123", "Acme cyan ink"),
    ] {
        assert_eq!(shop.find(text).first().unwrap(), first, "{text}");
    }
}

#[test]
fn misspelt_words_are_understood_within_their_budget_and_told() {
    let shop = Searched::of(&named(&[
        "Acme wireless mouse",
        "Acme wireless keyboard",
        "Acme mouth organ",
        "Café crème cups",
    ]));
    for (text, first, meant) in [
        (
            "wirless mouse",
            "Acme wireless mouse",
            Some("wireless mouse"),
        ),
        ("keybaord", "Acme wireless keyboard", Some("keyboard")),
        ("mose", "Acme wireless mouse", Some("mouse")),
        ("cafe creme", "Café crème cups", None),
        ("wireless mouse", "Acme wireless mouse", None),
    ] {
        let found = shop.reply(text);
        assert_eq!(names(&found).first().unwrap(), first, "{text}");
        let told = found.json()["meta"].get("didYouMean").cloned();
        assert_eq!(told, meant.map(|meant| json!(meant)), "{text}");
    }
    for text in ["qwrtzp", "mxxse"] {
        assert_eq!(shop.find(text), [""; 0], "{text} is like nothing");
    }
}

#[test]
fn what_has_most_words_is_found_where_nothing_has_all() {
    let shop = Searched::of(&named(&[
        "Acme gaming mouse",
        "Acme gaming mouse pad",
        "Acme desk",
    ]));
    let found = shop.find("purple gaming mouse pad");
    assert_eq!(found[0], "Acme gaming mouse pad");
    assert!(!found.contains(&"Acme desk".to_owned()), "{found:?}");
    assert_eq!(shop.find("gaming mouse pad")[0], "Acme gaming mouse pad");
}

#[test]
fn any_text_is_safe_and_none_is_long() {
    let shop = Searched::of(&named(&["Acme lamp"]));
    let long = "lamp ".repeat(2_000);
    let many = (0..500).map(|n| format!("word{n} ")).collect::<String>();
    for text in [
        "\"",
        "(",
        "lamp)",
        "*:*",
        "a AND (b OR",
        "{\"match_all\":{}}",
        "lamp~100",
        "/.*.*.*x/",
        "\\",
        "\u{0}lamp",
        "🎧",
        "ﷺ",
        "--",
        "'; DROP TABLE",
        "name:lamp",
        "𝕝𝕒𝕞𝕡",
        &long[..4_000],
        &many[..3_000],
    ] {
        let found = shop.reply(text);
        assert!(found.json()["meta"]["total"].is_u64(), "{text:?}");
    }
    assert_eq!(shop.find("(lamp)!"), ["Acme lamp"]);
}

#[test]
fn an_order_is_kept_and_equal_products_have_one_too() {
    let shop = Searched::of(&[
        json!({ "name": "Lamp a", "price": 30 }),
        json!({ "name": "Lamp b", "price": 10 }),
        json!({ "name": "Lamp c", "price": 20.5 }),
    ]);
    for (sort, expected) in [
        ("price", ["Lamp b", "Lamp c", "Lamp a"]),
        ("-price", ["Lamp a", "Lamp c", "Lamp b"]),
        ("-createdAt", ["Lamp c", "Lamp b", "Lamp a"]),
    ] {
        let found = names(&shop.search(&format!("q=lamp&sort={sort}")));
        assert_eq!(found, expected, "{sort}");
    }
    let twice: Vec<_> = (0..2).map(|_| shop.find("lamp")).collect();
    assert_eq!(twice[0], twice[1]);
}
