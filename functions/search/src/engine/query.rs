//! A search as a request to the engine, and whether to ask again.
//!
//! A text is searched for strictly first: every word must be there. Where that finds next to
//! nothing, the words that the index does not know are corrected and, failing that, some may be
//! missing. The engine is asked for like words only then: it is the dearest question of all.

use serde_json::{Value, json};

use super::answer::{best, matched};
use super::asked::{Asked, Attempt, Behind, Sort, Start};
use super::corrections::corrections;
use super::text::{WHOLE_CODE, adds, query, terms};
use super::{facets, filters};
use crate::rules::{Boost, Boosted};

/// Fewer products than these make it worth asking again.
const FEW: u64 = 5;
/// How long the engine may search before it answers with what it has.
const PATIENCE: &str = "3s";
/// What pins add: more than anything else, the first the most.
const PIN: f64 = 100_000.0;
const PIN_STEP: f64 = 100.0;
/// What a shop's interest adds: together less than being what is asked for.
const IN_STOCK: f64 = 0.5;
const WELL_RATED: f64 = 0.2;
const OFTEN_RATED: f64 = 0.1;
/// The average rating that is good, and how many ratings are many.
const GOOD: f64 = 4.0;
const MANY: u64 = 10;

/// The request for a page of products.
pub fn request(asked: &Asked, attempt: &Attempt) -> Value {
    let mut body = json!({
        "size": asked.size,
        "timeout": PATIENCE,
        "track_total_hits": true,
        "track_scores": true,
        "_source": ["product"],
        "query": scored(asked, attempt),
        "sort": sorted(asked),
        "aggs": facets::asked(&asked.filters),
    });
    let wanted = filters::all(&asked.filters);
    if !wanted.is_empty() {
        // Facets count what is found without the filter of their own, so filters come after.
        body["post_filter"] = json!({ "bool": { "filter": wanted } });
        body["aggs"]["matched"] = json!({ "value_count": { "field": "id" } });
    }
    match &asked.start {
        Start::Skip(0) => {}
        Start::Skip(count) => body["from"] = json!(count),
        Start::After(place) => match &place.behind {
            Behind::Count(count) => body["from"] = json!(count),
            Behind::Values(values) => body["search_after"] = json!(values),
        },
    }
    body
}

/// Whether next to nothing was found, so that it is worth asking again. A number that is found is
/// what was meant.
pub fn is_little(asked: &Asked, attempt: &Attempt, answer: &Value) -> bool {
    let is_first = *attempt == Attempt::Strict && matches!(asked.start, Start::Skip(_));
    let has_words = !terms(asked.text()).is_empty();
    is_first && has_words && matched(answer) < FEW && best(answer) < WHOLE_CODE
}

/// How else to search where little was found, one after the other until one [`helps`]: `spelling`
/// is the answer to [`corrections::request`].
pub fn again(asked: &Asked, answer: &Value, spelling: &Value) -> Vec<Attempt> {
    let corrections = corrections(asked.text(), spelling);
    let mut attempts = Vec::new();
    if !corrections.is_empty() {
        attempts.push(Attempt::Corrected(corrections.clone()));
    }
    // One word has no part that could be left out.
    let has_parts = terms(asked.text()).len() > 1 || !corrections.is_empty();
    if has_parts && (asked.sort == Sort::Relevance || matched(answer) == 0) {
        attempts.push(Attempt::Relaxed(corrections));
    }
    attempts
}

/// Whether an attempt is shown in place of the strict one: it found more.
pub fn helps(strict: &Value, attempt: &Value) -> bool {
    matched(attempt) > matched(strict)
}

fn scored(asked: &Asked, attempt: &Attempt) -> Value {
    let mut should = vec![
        adds(IN_STOCK, json!({ "term": { "in_stock": true } })),
        adds(
            WELL_RATED,
            json!({ "range": { "rating": { "gte": GOOD } } }),
        ),
        adds(
            OFTEN_RATED,
            json!({ "range": { "reviews": { "gte": MANY } } }),
        ),
    ];
    let mut found = vec![query(asked, attempt)];
    if !asked.rules.pins.is_empty() {
        found.push(json!({ "ids": { "values": asked.rules.pins, "boost": 0.0 } }));
        let pins = asked.rules.pins.iter().enumerate();
        should.extend(pins.map(|(place, id)| {
            adds(
                PIN - PIN_STEP * place as f64,
                json!({ "ids": { "values": [id] } }),
            )
        }));
    }
    let mut must = found;
    if must.len() > 1 {
        must = vec![json!({ "bool": { "should": must, "minimum_should_match": 1 } })];
    }
    let scored = json!({ "bool": { "must": must, "should": should } });
    boosted(scored, &asked.rules.boosts)
}

/// Scores multiplied by what the rules say; what is pinned stays where it is by far.
fn boosted(scored: Value, boosts: &[Boost]) -> Value {
    if boosts.is_empty() {
        return scored;
    }
    let functions: Vec<_> = boosts
        .iter()
        .map(|boost| json!({ "filter": of(&boost.of), "weight": boost.factor }))
        .collect();
    json!({ "function_score": {
        "query": scored, "functions": functions,
        "score_mode": "multiply", "boost_mode": "multiply",
    } })
}

fn of(boosted: &Boosted) -> Value {
    match boosted {
        Boosted::Brand(brand) => filters::brand(std::slice::from_ref(brand)),
        Boosted::Category(id) => json!({ "term": { "categories": id } }),
        Boosted::Products(ids) => json!({ "ids": { "values": ids } }),
    }
}

fn sorted(asked: &Asked) -> Value {
    let by = |field: &str, order: &str| json!({ field: order });
    let first = match asked.sort {
        Sort::Relevance if asked.is_by_score() => by("_score", "desc"),
        Sort::Relevance => by("created_at", "desc"),
        Sort::Price => by("price", "asc"),
        Sort::PriceLast => by("price", "desc"),
        Sort::CreatedLast => by("created_at", "desc"),
        Sort::RatingLast => by("rating", "desc"),
    };
    json!([first, by("id", "asc")])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(matched: u64) -> Value {
        json!({ "aggregations": { "matched": { "value": matched } } })
    }

    #[test]
    fn what_finds_enough_is_not_asked_again() {
        let asked = Asked {
            text: "usb hub".to_owned(),
            ..Asked::default()
        };
        let strict = Attempt::Strict;
        assert!(!is_little(&asked, &strict, &found(FEW)));
        assert!(is_little(&asked, &strict, &found(FEW - 1)));
        let mut of_a_number = found(1);
        of_a_number["hits"] = json!({ "hits": [{ "_score": WHOLE_CODE + 3.0 }] });
        assert!(!is_little(&asked, &strict, &of_a_number));
        let word = Asked {
            text: "hub".to_owned(),
            ..Asked::default()
        };
        assert_eq!(super::again(&word, &found(1), &Value::Null), []);
        let again = |asked: &Asked, many| super::again(asked, &found(many), &Value::Null);
        assert_eq!(again(&asked, 0), [Attempt::Relaxed(Vec::new())]);
        let by_price = Asked {
            sort: Sort::Price,
            ..asked
        };
        let of_one = again(&by_price, 1);
        assert_eq!(of_one, [], "the cheapest of what fits less is no answer");
        assert_eq!(again(&by_price, 0).len(), 1);
    }

    #[test]
    fn an_attempt_helps_that_finds_more() {
        for (strict, attempt, shown) in [(0, 3, true), (2, 2, false), (0, 0, false)] {
            assert_eq!(helps(&found(strict), &found(attempt)), shown);
        }
    }
}
