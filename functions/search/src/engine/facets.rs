//! Facets: how what is found divides by brand, category, price and attributes.
//!
//! Counts are exact: the index is one shard, and each facet is counted under every filter but its
//! own, so that another value can be chosen beside the one that is.

use std::collections::{BTreeMap, HashMap};

use kernel::{CategoryId, text};
use serde_json::{Map, Value, json};

use super::asked::{Comparable, Filters};
use super::document::BETWEEN;
use super::filters::{Facet, without};

/// The most brands and categories that are counted.
const VALUES_MAX: usize = 300;
/// The most names of attributes that are counted, and pairs of a name and a value. An attribute that
/// fewer have than a hundred others divides little.
const NAMES_MAX: usize = 100;
const PAIRS_MAX: usize = 500;
/// The most attributes that are offered, and the most values of one.
const ATTRIBUTES_MAX: usize = 12;
const ATTRIBUTE_VALUES_MAX: usize = 30;
/// Where ranges of prices begin and end: 1, 2 and 5 of each power of ten.
const PRICES: [Comparable; 21] = [
    1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5,
    5e5, 1e6, 2e6, 5e6,
];

/// How what is found divides.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facets {
    /// By brand, the most first.
    pub brands: Vec<Count>,
    /// By category, each with what is below it; the most first.
    pub categories: Vec<(CategoryId, u64)>,
    /// By price.
    pub prices: Prices,
    /// By the attributes that divide it best.
    pub attributes: Vec<Divided>,
}

/// A value, and how many have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// The value.
    pub value: String,
    /// How many have it.
    pub count: u64,
}

/// How prices are spread, in major units of whatever currency.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Prices {
    /// The lowest; none where nothing is found.
    pub min: Option<f64>,
    /// The highest.
    pub max: Option<f64>,
    /// Ranges that are not empty, the cheapest first.
    pub ranges: Vec<Range>,
}

/// Prices from one on and below another.
#[derive(Debug, Clone, PartialEq)]
pub struct Range {
    /// The lowest that is in it; none where there is no end.
    pub from: Option<f64>,
    /// The lowest that is beyond it.
    pub to: Option<f64>,
    /// How many are in it.
    pub count: u64,
}

/// How what is found divides by an attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Divided {
    /// The attribute's name.
    pub name: String,
    /// Its values, the most first.
    pub values: Vec<Count>,
}

/// What the engine is to count.
pub fn asked(filters: &Filters) -> Value {
    let mut ranges = vec![json!({ "to": PRICES[0] })];
    for pair in PRICES.windows(2) {
        if let [from, to] = pair {
            ranges.push(json!({ "from": from, "to": to }));
        }
    }
    ranges.push(json!({ "from": PRICES[PRICES.len() - 1] }));
    let mut asked = Map::new();
    let mut count = |name: &str, facet: Facet<'_>, counted: Value| {
        put(&mut asked, name, without(filters, facet), counted);
    };
    count(
        "brand",
        Facet::Brand,
        json!({ "brands": {
            "terms": { "field": "brand_key", "size": VALUES_MAX },
            "aggs": { "name": { "terms": { "field": "brand_name", "size": 1 } } },
        } }),
    );
    count(
        "category",
        Facet::Category,
        json!({ "categories": { "terms": { "field": "categories", "size": VALUES_MAX } } }),
    );
    count(
        "price",
        Facet::Price,
        json!({
            "least": { "min": { "field": "price" } },
            "most": { "max": { "field": "price" } },
            "ranges": { "range": { "field": "price", "ranges": ranges } },
        }),
    );
    count(
        "attributes",
        // No attribute is named so, and every filter holds.
        Facet::Attribute(""),
        json!({
            "names": { "terms": { "field": "attribute_names", "size": NAMES_MAX } },
            "pairs": { "terms": { "field": "attributes", "size": PAIRS_MAX } },
        }),
    );
    for (place, name) in filters.attributes.keys().enumerate() {
        let of_name = json!({ "terms": {
            "field": "attributes", "size": ATTRIBUTE_VALUES_MAX,
            "include": format!("{}{BETWEEN}.*", in_any_case(name)),
        } });
        let (facet, pairs) = named(place);
        count(&facet, Facet::Attribute(name), json!({ pairs: of_name }));
    }
    asked.into()
}

/// Adds what is to be counted, under conditions where there are any: a filter that lets everything
/// through is work for the engine all the same.
fn put(asked: &mut Map<String, Value>, name: &str, conditions: Vec<Value>, counted: Value) {
    if !conditions.is_empty() {
        let under = json!({ "bool": { "filter": conditions } });
        asked.insert(name.to_owned(), json!({ "filter": under, "aggs": counted }));
    } else if let Value::Object(counted) = counted {
        asked.extend(counted);
    }
}

/// What the facet of an attribute that is filtered by is called, and its values.
fn named(place: usize) -> (String, String) {
    (format!("attribute {place}"), format!("pairs {place}"))
}

/// What was counted of a facet, wherever [`put`] has put it.
fn at<'a>(counted: &'a Value, facet: &str, what: &str) -> &'a Value {
    match &counted[facet] {
        Value::Null => &counted[what],
        under => &under[what],
    }
}

/// What the engine counted of so many that are found in all.
pub fn read(filters: &Filters, all: u64, counted: &Value) -> Facets {
    let brands = buckets(at(counted, "brand", "brands")).filter_map(|bucket| {
        let name = buckets(&bucket["name"]).next().and_then(key)?;
        Some(Count {
            value: name.to_owned(),
            count: count(bucket),
        })
    });
    let categories = buckets(at(counted, "category", "categories"))
        .filter_map(|bucket| Some((CategoryId::parse(key(bucket)?).ok()?, count(bucket))));
    let bound = |end: &str| {
        let found = &at(counted, "price", end)["value"];
        found.as_f64().filter(|value| value.is_finite())
    };
    let ranges = buckets(at(counted, "price", "ranges")).map(|bucket| Range {
        from: bucket["from"].as_f64(),
        to: bucket["to"].as_f64(),
        count: count(bucket),
    });
    Facets {
        brands: brands.collect(),
        categories: categories.collect(),
        prices: Prices {
            min: bound("least"),
            max: bound("most"),
            ranges: ranges.filter(|range| range.count > 0).collect(),
        },
        attributes: attributes(filters, all, counted),
    }
}

/// The attributes that are filtered by, then those that divide best.
fn attributes(filters: &Filters, all: u64, counted: &Value) -> Vec<Divided> {
    let mut chosen: Vec<Divided> = Vec::new();
    for (place, name) in filters.attributes.keys().enumerate() {
        let (facet, pairs) = named(place);
        let counted = divided(at(counted, &facet, &pairs));
        // Other attributes are counted there under too few filters, by an engine that does so.
        let of_name = |divided: &Divided| text::fold(&divided.name) == text::fold(name);
        chosen.extend(counted.into_iter().filter(of_name));
    }
    let having: HashMap<_, _> = buckets(at(counted, "attributes", "names"))
        .filter_map(|bucket| Some((key(bucket)?, count(bucket))))
        .collect();
    let is_chosen = |name: &str| {
        let name = text::fold(name);
        filters
            .attributes
            .keys()
            .any(|filter| text::fold(filter) == name)
    };
    let mut others: Vec<_> = divided(at(counted, "attributes", "pairs"))
        .into_iter()
        .filter(|divided| !is_chosen(&divided.name))
        .map(|divided| {
            let having = having.get(divided.name.as_str()).copied().unwrap_or(0);
            (usefulness(&divided, having, all), divided)
        })
        .filter(|(usefulness, _)| *usefulness > 0.0)
        .collect();
    others.sort_by(|(a, of), (b, or)| b.total_cmp(a).then_with(|| of.name.cmp(&or.name)));
    chosen.extend(others.into_iter().map(|(_, divided)| divided));
    chosen.truncate(ATTRIBUTES_MAX.max(filters.attributes.len()));
    chosen
}

/// How well an attribute divides: by how many have it, how likely two of those differ in it, and
/// how many of those have one of the values that are shown. Between 0 and 1; 0 where all have the
/// same.
fn usefulness(divided: &Divided, having: u64, all: u64) -> f64 {
    if having == 0 || all == 0 || divided.values.len() < 2 {
        return 0.0;
    }
    let share = |count: u64| count as f64 / having as f64;
    let same: f64 = divided
        .values
        .iter()
        .map(|value| share(value.count).powi(2))
        .sum();
    let shown: f64 = divided.values.iter().map(|value| share(value.count)).sum();
    (having as f64 / all as f64) * (1.0 - same).max(0.0) * shown.min(1.0).powi(2)
}

/// Pairs of name and value, by name; the values that most have first.
fn divided(pairs: &Value) -> Vec<Divided> {
    let mut names: BTreeMap<&str, Vec<Count>> = BTreeMap::new();
    for bucket in buckets(pairs) {
        if let Some((name, value)) = key(bucket).and_then(|pair| pair.split_once(BETWEEN)) {
            names.entry(name).or_default().push(Count {
                value: value.to_owned(),
                count: count(bucket),
            });
        }
    }
    let divided = names.into_iter().map(|(name, mut values)| {
        values.truncate(ATTRIBUTE_VALUES_MAX);
        Divided {
            name: name.to_owned(),
            values,
        }
    });
    divided.collect()
}

/// A pattern that is a text in any case, and nothing else.
fn in_any_case(text: &str) -> String {
    let mut pattern = String::new();
    for c in text.chars() {
        if c.is_alphabetic() {
            let cases = c.to_lowercase().chain(c.to_uppercase());
            pattern.push('[');
            pattern.extend(cases);
            pattern.push(']');
        } else if c.is_alphanumeric() || c == ' ' || c == '_' {
            pattern.push(c);
        } else {
            pattern.push('\\');
            pattern.push(c);
        }
    }
    pattern
}

fn buckets(counted: &Value) -> impl Iterator<Item = &Value> {
    let buckets = counted["buckets"].as_array();
    buckets.map_or(&[][..], Vec::as_slice).iter()
}

fn key(bucket: &Value) -> Option<&str> {
    bucket["key"].as_str()
}

fn count(bucket: &Value) -> u64 {
    bucket["doc_count"].as_u64().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(values: &[(&str, u64)]) -> Divided {
        let values = values.iter().map(|(value, count)| Count {
            value: (*value).to_owned(),
            count: *count,
        });
        Divided {
            name: String::new(),
            values: values.collect(),
        }
    }

    #[test]
    fn an_attribute_is_useful_that_many_have_and_few_have_the_same() {
        let even = counts(&[("red", 50), ("blue", 50)]);
        let uneven = counts(&[("red", 99), ("blue", 1)]);
        let scattered = counts(&[("1.1", 1), ("1.2", 1)]);
        let same = counts(&[("red", 100)]);
        assert!(usefulness(&even, 100, 100) > usefulness(&even, 100, 200));
        assert!(usefulness(&even, 100, 100) > usefulness(&uneven, 100, 100));
        assert!(usefulness(&uneven, 100, 100) > usefulness(&scattered, 100, 100));
        assert_eq!(usefulness(&same, 100, 100), 0.0);
    }

    #[test]
    fn a_facet_leaves_out_its_own_filter_alone() {
        let filters = Filters {
            brands: vec!["Acme".to_owned()],
            min_price: Some(5.0),
            attributes: [("colour".to_owned(), vec!["red".to_owned()])].into(),
            ..Filters::default()
        };
        let asked = asked(&filters);
        let conditions = |facet: &str| {
            let of = &asked[facet]["filter"]["bool"]["filter"];
            of.as_array()
                .unwrap()
                .iter()
                .map(ToString::to_string)
                .collect::<String>()
        };
        for (facet, left_out) in [
            ("brand", Some("brand_key")),
            ("price", Some("price")),
            ("attribute 0", Some("attributes.folded")),
            ("category", None),
            ("attributes", None),
        ] {
            for condition in ["brand_key", "price", "attributes.folded"] {
                let is_there = conditions(facet).contains(condition);
                assert_eq!(is_there, left_out != Some(condition), "{facet} {condition}");
            }
        }
    }

    #[test]
    fn what_is_counted_is_read_wherever_it_stands() {
        let brands = json!({ "buckets": [{
            "key": "acme", "doc_count": 3, "name": { "buckets": [{ "key": "Acme" }] },
        }] });
        let filters = Filters {
            min_price: Some(5.0),
            ..Filters::default()
        };
        for (filters, counted) in [
            (Filters::default(), json!({ "brands": brands })),
            (
                filters,
                json!({ "brand": { "doc_count": 3, "brands": brands } }),
            ),
        ] {
            let asked = asked(&filters);
            let is_under = asked["brand"]["aggs"]["brands"].is_object();
            assert_eq!(is_under, counted["brand"].is_object());
            assert_ne!(is_under, asked["brands"].is_object());
            assert_eq!(read(&filters, 3, &counted).brands[0].value, "Acme");
        }
    }

    #[test]
    fn a_name_is_a_pattern_of_itself() {
        assert_eq!(in_any_case("ab_1 (x.*)"), r"[aA][bB]_1 \([xX]\.\*\)");
    }
}
