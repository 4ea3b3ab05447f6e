//! What the engine found.

use serde_json::Value;

use super::asked::{Asked, Attempt, Behind, COUNTED_MAX, Place};
use super::facets::{self, Facets};
use super::text::{Origin, name};

/// What was found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Found {
    /// Products as clients read them, the best first.
    pub products: Vec<Value>,
    /// How many there are in all.
    pub total: u64,
    /// How they divide.
    pub facets: Facets,
    /// What may have been meant.
    pub did_you_mean: Option<String>,
    /// Where the next part begins; none at the end.
    pub next: Option<Place>,
    /// What each scored.
    pub scores: Vec<f64>,
}

/// How many have the words, before filters.
pub fn matched(answer: &Value) -> u64 {
    let matched = answer.pointer("/aggregations/matched/value");
    // Where nothing is filtered, what matches is what is found.
    let matched = matched.or_else(|| answer.pointer("/hits/total/value"));
    matched.and_then(Value::as_u64).unwrap_or(0)
}

/// What the best of a page scores.
pub(super) fn best(answer: &Value) -> f64 {
    let score = answer.pointer("/hits/hits/0/_score");
    score.and_then(Value::as_f64).unwrap_or(0.0)
}

/// Reads an answer to what was asked in an attempt.
pub fn read(asked: &Asked, attempt: &Attempt, mut answer: Value) -> Found {
    let total = answer
        .pointer("/hits/total/value")
        .and_then(Value::as_u64)
        .unwrap_or(0);
    let facets = facets::read(&asked.filters, total, &answer["aggregations"]);
    let did_you_mean = did_you_mean(attempt, &answer);
    let hits = match answer.pointer_mut("/hits/hits").map(Value::take) {
        Some(Value::Array(hits)) => hits,
        _ => Vec::new(),
    };
    let scores = hits
        .iter()
        .map(|hit| hit["_score"].as_f64().unwrap_or(0.0))
        .collect();
    Found {
        next: next(asked, attempt, &hits, total),
        products: hits
            .into_iter()
            .map(|mut hit| hit["_source"]["product"].take())
            .filter(|product| !product.is_null())
            .collect(),
        total,
        facets,
        did_you_mean,
        scores,
    }
}

/// The correction that found the best, if it was one.
fn did_you_mean(attempt: &Attempt, answer: &Value) -> Option<String> {
    let named = answer.pointer("/hits/hits/0/matched_queries")?.as_array()?;
    if named.iter().any(|named| *named == name(Origin::Own)) && !attempt.is_relaxed() {
        return None;
    }
    let corrections = attempt.corrections().iter().enumerate();
    corrections
        .filter(|(rank, _)| {
            named
                .iter()
                .any(|named| *named == name(Origin::Correction(*rank)))
        })
        .map(|(_, correction)| correction.clone())
        .next()
}

fn next(asked: &Asked, attempt: &Attempt, hits: &[Value], total: u64) -> Option<Place> {
    let last = hits.last().filter(|_| hits.len() == asked.size)?;
    let shown = asked.skipped().map(|count| count + hits.len());
    if shown.is_some_and(|shown| shown as u64 >= total) {
        return None;
    }
    let behind = match shown {
        Some(shown) if asked.is_by_score() => {
            // The engine counts off no further.
            if shown + asked.size > COUNTED_MAX {
                return None;
            }
            Behind::Count(shown)
        }
        _ => Behind::Values(last["sort"].as_array()?.clone()),
    };
    Some(Place {
        how: attempt.clone(),
        behind,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::asked::Start;
    use serde_json::json;

    fn answer(names: &[&str]) -> Value {
        json!({
            "hits": { "total": { "value": 3 }, "hits": [{
                "_score": 2.5, "sort": [2.5, "prod_1"], "matched_queries": names,
                "_source": { "product": { "id": "prod_1" } },
            }] },
            "aggregations": { "matched": { "value": 4 } },
        })
    }

    fn asked(start: Start) -> Asked {
        Asked {
            size: 1,
            start,
            ..Asked::default()
        }
    }

    #[test]
    fn a_page_tells_where_the_next_one_starts() {
        for (start, leads_on) in [(0, true), (1, true), (2, false)] {
            let found = read(&asked(Start::Skip(start)), &Attempt::Strict, answer(&[]));
            assert_eq!(found.next.is_some(), leads_on, "{start}");
            assert_eq!((found.total, found.products.len()), (3, 1));
        }
    }

    #[test]
    fn a_correction_is_told_where_it_found_what_the_text_did_not() {
        let corrected = Attempt::Corrected(vec!["hub".to_owned(), "tub".to_owned()]);
        for (names, told) in [
            (vec!["own"], None),
            (vec!["correction 1"], Some("tub")),
            (vec!["correction 0", "correction 1"], Some("hub")),
            (vec!["own", "correction 0"], None),
        ] {
            let found = read(&asked(Start::Skip(0)), &corrected, answer(&names));
            assert_eq!(found.did_you_mean.as_deref(), told, "{names:?}");
        }
        let strict = read(&asked(Start::Skip(0)), &Attempt::Strict, answer(&["own"]));
        assert_eq!(strict.did_you_mean, None);
    }
}
