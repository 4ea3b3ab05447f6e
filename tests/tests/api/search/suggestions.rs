//! What a text that is being typed may become.

use search::Finder;
use search::api::Suggest;
use serde_json::{Value, json};
use testkit::Reply;

use super::query::asked;
use super::{Bench, now};

struct Typing {
    bench: Bench,
    finder: Finder,
}

impl Typing {
    fn in_a_shop() -> Self {
        let bench = Bench::open();
        let names = [
            "Walnut desk lamp",
            "Walnut table",
            "Lampion string",
            "Kettle",
        ];
        let globe = bench.product_with(json!({ "name": "Globe", "brand": "Lanternfold" }));
        let ids: Vec<_> = names
            .iter()
            .map(|name| bench.product(name))
            .chain([globe])
            .collect();
        bench.hear(&ids);
        bench.work_off(bench.first_rebuild(), now());
        let finder = bench.shop.start();
        Self { bench, finder }
    }

    fn reply(&self, typed: &str, limit: &str) -> Reply {
        let request = asked::<Suggest>(&self.bench.shop, [("q", typed), ("limit", limit)]);
        self.bench.shop.call::<Suggest>(&self.finder, request)
    }

    /// Texts and types, as `text (type)`.
    fn suggested(&self, typed: &str) -> Vec<String> {
        let suggested = self.reply(typed, "10").expect(200).data();
        let of = |it: &Value| {
            let text = |field: &str| it[field].as_str().unwrap().to_owned();
            format!("{} ({})", text("text"), text("type"))
        };
        suggested.as_array().unwrap().iter().map(of).collect()
    }
}

#[test]
fn every_word_that_is_typed_is_the_beginning_of_one() {
    let typing = Typing::in_a_shop();
    for (typed, expected) in [
        (
            "la",
            vec![
                "Lamps (category)",
                "Lanternfold (brand)",
                "Lampion string (product)",
                "Walnut desk lamp (product)",
            ],
        ),
        ("walnut ta", vec!["Walnut table (product)"]),
        ("ta wal", vec!["Walnut table (product)"]),
        ("KETT", vec!["Kettle (product)"]),
        ("lantern", vec!["Lanternfold (brand)"]),
    ] {
        let mut found = typing.suggested(typed);
        found.sort_by_key(|it| it.ends_with("(product)").then(|| it.clone()));
        assert_eq!(found, expected, "{typed}");
    }
}

#[test]
fn a_misspelt_beginning_is_understood() {
    let typing = Typing::in_a_shop();
    for (typed, first) in [
        ("kettel", "Kettle (product)"),
        ("walnat tab", "Walnut table (product)"),
        ("lanternfodl", "Lanternfold (brand)"),
    ] {
        let found = typing.suggested(typed);
        assert!(found.iter().any(|it| it == first), "{typed}: {found:?}");
    }
}

#[test]
fn nothing_typed_suggests_nothing_and_a_limit_is_kept() {
    let typing = Typing::in_a_shop();
    for typed in ["", " ", "!?", "\"", "zzzzzzz"] {
        let none: [&str; 0] = [];
        assert_eq!(typing.suggested(typed), none, "{typed:?}");
    }
    let found = typing.reply("l", "2").expect(200).data();
    assert_eq!(found.as_array().unwrap().len(), 2);
    typing.reply("l", "0").expect(422);
}
