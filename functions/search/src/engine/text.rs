//! How a text is searched for: which products have its words, and how well each fits.
//!
//! Scores are sums. A word counts by the field that has it best, as the engine's BM25 has it (about
//! 1 to 5 a word); what is added to that says what is being asked for:
//!
//! | | adds |
//! |---|---|
//! | the text is a SKU, bar code or maker's number | 1000 |
//! | the text is a model number in the name | 30 |
//! | the product is what the text asks for | 2 |
//! | the same, where there is another word for it | 8 |
//! | the text stands in a phrase that says what the product is | 2 |
//! | all its words stand in such phrases | 1 |
//! | the very words, before other words for them | 6 |
//! | every word, before most of them | 12 |
//!
//! Each is round, and made of what is to come before what; `docs/SEARCH.md` tells what half and
//! twice of it would change.

use serde_json::{Value, json};

use super::asked::{Asked, Attempt, TERMS_MAX};
use super::kind;
use super::synonyms::{self, Nearness};
use super::words::{code, model_number, words};

/// How much a word counts in each field.
const FIELDS: [(&str, f64); 5] = [
    ("name", 1.0),
    ("description", 1.0),
    ("facts", 1.0),
    ("brand", 0.3),
    ("shelves", 0.3),
];
/// A word that is one of the product's numbers.
const NUMBER: f64 = 4.0;
/// The text is a number of the product's own.
pub const WHOLE_CODE: f64 = 1_000.0;
const WHOLE_NUMBER: f64 = 30.0;
const END: f64 = 2.0;
const END_AMONG_SAME: f64 = 8.0;
const PHRASE: f64 = 2.0;
const TOGETHER: f64 = 1.0;
const OWN_WORDS: f64 = 6.0;
const EVERY_WORD: f64 = 12.0;
/// How much a correction is worth less than the one before it.
const CORRECTION_STEP: f64 = 1.0;
/// The most other ways to say a query.
const VARIANTS_MAX: usize = 8;

/// One way to say a query.
#[derive(Debug, Clone, PartialEq)]
pub struct Variant {
    /// Its words, as they are searched for.
    pub terms: Vec<String>,
    /// Where it comes from.
    pub origin: Origin,
}

/// Where a way to say a query comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// It is the query.
    Own,
    /// Words have others in their place.
    Synonym(Nearness),
    /// It is how the query may have been meant; the likeliest first.
    Correction(usize),
}

/// The words of a text: what stands between spaces, without punctuation around it. Words that name
/// nothing are left out where others remain.
pub fn terms(text: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for chunk in text.split_whitespace() {
        let term = chunk.trim_matches(|c: char| !c.is_alphanumeric());
        if !term.is_empty() && !all.iter().any(|known| known.eq_ignore_ascii_case(term)) {
            all.push(term.to_owned());
        }
    }
    all.truncate(TERMS_MAX);
    let naming: Vec<_> = all
        .iter()
        .filter(|term| !kind::is_filler(&term.to_lowercase()))
        .cloned()
        .collect();
    if naming.is_empty() { all } else { naming }
}

/// The word that says what is asked for: the last one, or the last before `for` and the like.
fn asked_for(text: &str, terms: &[String]) -> Option<String> {
    let naming = text
        .split_whitespace()
        .map(|chunk| chunk.trim_matches(|c: char| !c.is_alphanumeric()))
        .take_while(|word| !kind::ends_what_is_asked(&word.to_lowercase()))
        .filter(|word| terms.iter().any(|term| term == word))
        .last()
        .map(str::to_owned);
    naming.or_else(|| terms.last().cloned())
}

/// All ways to say what is asked, the query itself first.
pub fn variants(asked: &Asked, attempt: &Attempt) -> Vec<Variant> {
    let text = asked.text();
    let own = Variant {
        terms: terms(text),
        origin: Origin::Own,
    };
    if own.terms.is_empty() {
        return Vec::new();
    }
    let said = words(&own.terms.join(" "));
    let ruled = asked.rules.expansions.iter().flat_map(|expansion| {
        let held = words(&expansion.term.join(" "));
        let said = said.clone();
        let others = expansion.alternatives.iter();
        others.filter_map(move |other| {
            let variant = synonyms::replaced(&said, &held, &words(&other.join(" ")))?;
            Some((variant, Nearness::Same))
        })
    });
    let known = synonyms::alternatives(&said);
    let mut variants = vec![own];
    for (terms, nearness) in ruled.chain(known) {
        if !variants.iter().any(|variant| variant.terms == terms) {
            variants.push(Variant {
                terms,
                origin: Origin::Synonym(nearness),
            });
        }
    }
    let corrections = attempt.corrections().iter().take(VARIANTS_MAX).enumerate();
    variants.extend(corrections.map(|(rank, text)| Variant {
        terms: terms(text),
        origin: Origin::Correction(rank),
    }));
    variants.retain(|variant| !variant.terms.is_empty());
    variants.truncate(VARIANTS_MAX);
    variants
}

/// The query for a text; everything when there are no words in it.
pub fn query(asked: &Asked, attempt: &Attempt) -> Value {
    let variants = variants(asked, attempt);
    if variants.is_empty() {
        return json!({ "match_all": {} });
    }
    let has_same = variants
        .iter()
        .any(|variant| variant.origin == Origin::Synonym(Nearness::Same));
    let is_alone = variants.len() == 1;
    let queries: Vec<_> = variants
        .iter()
        .map(|variant| {
            let words = added(variant, asked.text(), has_same, is_alone);
            said(variant, words, attempt.is_relaxed())
        })
        .collect();
    json!({ "dis_max": { "queries": queries } })
}

/// What a variant adds for its own sake, and for a product that is what its last word says.
struct Added {
    always: f64,
    end: f64,
    asked_for: Option<String>,
}

fn added(variant: &Variant, text: &str, has_same: bool, is_alone: bool) -> Added {
    let (always, end) = match variant.origin {
        Origin::Own if is_alone => (0.0, END),
        Origin::Own if has_same => (OWN_WORDS, END_AMONG_SAME),
        Origin::Own => (OWN_WORDS, END),
        Origin::Synonym(Nearness::Same) => (0.0, END_AMONG_SAME),
        Origin::Synonym(Nearness::Related) => (0.0, END),
        Origin::Correction(rank) => (
            (OWN_WORDS - 1.0 - CORRECTION_STEP * rank as f64).max(0.0),
            END,
        ),
    };
    let asked_for = match variant.origin {
        Origin::Own => asked_for(text, &variant.terms),
        Origin::Synonym(_) | Origin::Correction(_) => variant.terms.last().cloned(),
    };
    Added {
        always,
        end,
        asked_for,
    }
}

/// Products that have the words of one variant.
fn said(variant: &Variant, added: Added, relaxed: bool) -> Value {
    let text = variant.terms.join(" ");
    let singular = words(&text);
    let every: Vec<_> = variant.terms.iter().map(|term| word(term)).collect();
    let mut more = Vec::new();
    if added.always > 0.0 {
        more.push(adds(added.always, json!({ "match_all": {} })));
    }
    if let Some(word) = added.asked_for {
        let end = words(&word).join(" ");
        more.push(adds(added.end, json!({ "term": { "ends": end } })));
    }
    // Runs of words are looked up whole: the engine has no positions to compare.
    let run = |words: &str| json!({ "term": { "runs": words } });
    let each: Vec<_> = singular.iter().map(|word| run(word)).collect();
    more.push(adds(PHRASE, run(&singular.join(" "))));
    more.push(adds(TOGETHER, json!({ "bool": { "filter": each } })));
    let mut found = Vec::new();
    if relaxed {
        more.push(adds(EVERY_WORD, json!({ "bool": { "must": every } })));
        let least = match every.len() {
            0..=2 => 1,
            many => (many * 2).div_ceil(3),
        };
        found.push(json!({ "bool": { "should": every, "minimum_should_match": least } }));
    } else {
        found.push(json!({ "bool": { "must": every } }));
    }
    if variant.origin == Origin::Own
        && let Some(code) = code(&text)
    {
        found.push(adds(WHOLE_CODE, json!({ "term": { "codes": code } })));
        found.push(adds(WHOLE_NUMBER, json!({ "term": { "numbers": code } })));
    }
    json!({ "bool": {
        "must": [{ "bool": { "should": found, "minimum_should_match": 1 } }],
        "should": more,
        "_name": name(variant.origin),
    } })
}

/// Under which name a hit says what found it.
pub fn name(origin: Origin) -> String {
    match origin {
        Origin::Own => "own".to_owned(),
        Origin::Synonym(_) => "synonym".to_owned(),
        Origin::Correction(rank) => format!("correction {rank}"),
    }
}

/// Products that have a word, by the field that has it best.
fn word(term: &str) -> Value {
    let mut fields: Vec<_> = FIELDS
        .iter()
        .map(|(field, boost)| {
            json!({ "match": { (*field): { "query": term, "operator": "and", "boost": boost } } })
        })
        .collect();
    if let Some(number) = model_number(term) {
        fields.push(adds(NUMBER, json!({ "term": { "numbers": number } })));
        fields.push(adds(NUMBER, json!({ "term": { "codes": number } })));
    }
    json!({ "dis_max": { "queries": fields } })
}

/// A condition that adds a fixed amount.
pub fn adds(score: f64, condition: Value) -> Value {
    json!({ "constant_score": { "filter": condition, "boost": score } })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(text: &str) -> Asked {
        Asked {
            text: text.to_owned(),
            ..Asked::default()
        }
    }

    #[test]
    fn words_that_name_nothing_count_only_where_there_are_no_others() {
        for (text, expected) in [
            ("the boys", vec!["boys"]),
            ("case for an iPhone", vec!["case", "iPhone"]),
            ("for", vec!["for"]),
            ("  (USB) hub!! hub", vec!["USB", "hub"]),
            ("\"; DROP *:* AND (", vec!["DROP"]),
            ("…", vec![]),
        ] {
            assert_eq!(terms(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_asked_for_stands_before_for() {
        for (text, expected) in [
            ("laptop case", "case"),
            ("case for laptop", "case"),
            ("for laptop", "laptop"),
            ("cable with hdmi", "cable"),
        ] {
            let terms = terms(text);
            assert_eq!(asked_for(text, &terms).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn a_query_is_said_in_other_words_and_corrected() {
        let attempt = Attempt::Corrected(vec!["laptop case".to_owned()]);
        let said: Vec<_> = variants(&asked("laptop cace"), &attempt)
            .iter()
            .map(|variant| (variant.terms.join(" "), name(variant.origin)))
            .collect();
        let said: Vec<_> = said.iter().map(|(t, n)| (t.as_str(), n.as_str())).collect();
        assert_eq!(
            said,
            [
                ("laptop cace", "own"),
                ("notebook cace", "synonym"),
                ("laptop case", "correction 0"),
            ]
        );
    }

    #[test]
    fn nothing_to_search_for_is_everything() {
        for text in ["", "  ", "!?", "…"] {
            let query = query(&asked(text), &Attempt::Strict);
            assert_eq!(query, json!({ "match_all": {} }), "{text:?}");
        }
    }

    #[test]
    fn a_long_text_is_a_bounded_query() {
        let text = (0..5_000).map(|n| format!("w{n} ")).collect::<String>();
        let body = query(&asked(&text), &Attempt::Strict).to_string();
        assert!(body.len() < 20_000, "{}", body.len());
    }
}
