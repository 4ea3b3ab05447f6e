//! What a text that is being typed may become: queries that are popular, categories, brands and
//! products.
//!
//! Each word that is typed is the beginning of a word; where hardly anything begins so, it may be
//! misspelt within the budget of [`budget`].

use kernel::{CategoryId, ProductId, text};
use serde_json::{Value, json};

use super::asked::TEXT_MAX;
use super::words::{budget, distance};

/// Of each kind but products, how many at most while there are others.
const OF_A_KIND: usize = 3;
/// Fewer suggestions than these make a misspelling likely.
const LITTLE: usize = 2;
/// The most words that are looked at.
const WORDS_MAX: usize = 8;

/// What a text may become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// What to search for.
    pub text: String,
    /// What it is.
    pub of: Suggested,
}

/// What is suggested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suggested {
    /// What others search for.
    Query,
    /// A category.
    Category(CategoryId),
    /// A brand.
    Brand,
    /// A product.
    Product(ProductId),
}

impl Suggested {
    /// Whether two are of one kind, so that one of equal texts is enough.
    fn is_like(self, other: Self) -> bool {
        std::mem::discriminant(&self) == std::mem::discriminant(&other)
    }
}

/// What is known without the engine.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// Popular queries, the most popular first.
    pub queries: &'a [(String, u64)],
    /// Categories and their names.
    pub categories: &'a [(CategoryId, &'a str)],
}

/// How what is typed is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spelling {
    /// As it stands.
    Exact,
    /// As it may have been meant. It takes the engine much longer.
    Forgiving,
}

/// The requests for products and brands.
pub fn requests(typed: &str, limit: usize, spelling: Spelling) -> Vec<Value> {
    let typed = shortened(typed);
    if words(typed).is_empty() {
        return Vec::new();
    }
    let begins = |field: &str| {
        let mut query = json!({ "query": typed, "operator": "and" });
        if spelling == Spelling::Forgiving {
            query["fuzziness"] = json!("AUTO:3,6");
            query["max_expansions"] = json!(20);
        }
        json!({ "match": { field: query } })
    };
    let products = json!({
        "size": limit * 2, "_source": ["id", "name"], "track_total_hits": false,
        "query": { "bool": {
            "must": [begins("beginnings")],
            "should": [{ "term": { "in_stock": true } }],
        } },
    });
    let brands = json!({
        "size": 0, "track_total_hits": false, "query": begins("brand_beginnings"),
        "aggs": { "brands": {
            "terms": { "field": "brand_key", "size": OF_A_KIND },
            "aggs": { "name": { "terms": { "field": "brand_name", "size": 1 } } },
        } },
    });
    vec![products, brands]
}

/// What to suggest, given the answers to [`requests`], in their order; the best first.
pub fn read(
    typed: &str,
    limit: usize,
    spelling: Spelling,
    known: &Known<'_>,
    answers: &[Value],
) -> Vec<Suggestion> {
    let typed = words(shortened(typed));
    let mut suggestions: Vec<Suggestion> = Vec::new();
    if typed.is_empty() {
        return suggestions;
    }
    let fits = |text: &str| begins(text, &typed, spelling);
    let queries = known.queries.iter().filter(|(query, _)| fits(query));
    let queries = queries.map(|(query, _)| Suggestion::new(query, Suggested::Query));
    let categories = known.categories.iter().filter(|(_, name)| fits(name));
    let categories = categories.map(|(id, name)| Suggestion::new(name, Suggested::Category(*id)));
    let found = queries.take(OF_A_KIND).chain(categories.take(OF_A_KIND));
    let found = found.chain(answers.get(1).map(brands).unwrap_or_default());
    for suggestion in found.chain(answers.first().map(products).unwrap_or_default()) {
        let is_known = |known: &Suggestion| {
            known.of.is_like(suggestion.of)
                && text::fold(&known.text) == text::fold(&suggestion.text)
        };
        if !suggestions.iter().any(is_known) {
            suggestions.push(suggestion);
        }
    }
    suggestions.truncate(limit);
    suggestions
}

/// Whether there is so little to suggest that a misspelling is likely.
pub fn is_little(suggestions: &[Suggestion]) -> bool {
    suggestions.len() < LITTLE
}

impl Suggestion {
    fn new(text: &str, of: Suggested) -> Self {
        let text = text.to_owned();
        Self { text, of }
    }
}

fn brands(answer: &Value) -> Vec<Suggestion> {
    let buckets = answer
        .pointer("/aggregations/brands/buckets")
        .and_then(Value::as_array);
    buckets
        .map_or(&[][..], Vec::as_slice)
        .iter()
        .filter_map(|bucket| bucket.pointer("/name/buckets/0/key")?.as_str())
        .map(|name| Suggestion::new(name, Suggested::Brand))
        .collect()
}

fn products(answer: &Value) -> Vec<Suggestion> {
    let hits = answer.pointer("/hits/hits").and_then(Value::as_array);
    hits.map_or(&[][..], Vec::as_slice)
        .iter()
        .filter_map(|hit| {
            let source = &hit["_source"];
            let id = ProductId::parse(source["id"].as_str()?).ok()?;
            Some(Suggestion::new(
                source["name"].as_str()?,
                Suggested::Product(id),
            ))
        })
        .collect()
}

fn shortened(typed: &str) -> &str {
    let end = typed
        .char_indices()
        .nth(TEXT_MAX)
        .map_or(typed.len(), |(at, _)| at);
    typed.get(..end).unwrap_or_default()
}

fn words(text: &str) -> Vec<String> {
    text::fold(text)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(WORDS_MAX)
        .map(str::to_owned)
        .collect()
}

/// Whether each word that is typed is the beginning of a word of a text.
fn begins(text: &str, typed: &[String], spelling: Spelling) -> bool {
    let words = words(text);
    typed.iter().all(|typed| {
        words.iter().any(|word| {
            word.starts_with(typed.as_str())
                || (spelling == Spelling::Forgiving && {
                    let length = typed.chars().count();
                    let beginning: String = word.chars().take(length).collect();
                    distance(&beginning, typed) <= budget(typed)
                })
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_begins_with_what_is_typed_word_by_word() {
        for (text, typed, strictly, allowing) in [
            ("Desk Lamps", "desk la", true, true),
            ("Desk Lamps", "lam", true, true),
            ("Desk Lamps", "lmap", false, true),
            ("Desk Lamps", "xy", false, false),
            ("Desk Lamps", "dask lamp", false, true),
        ] {
            let words = words(typed);
            assert_eq!(begins(text, &words, Spelling::Exact), strictly, "{typed}");
            assert_eq!(
                begins(text, &words, Spelling::Forgiving),
                allowing,
                "{typed}"
            );
        }
    }

    #[test]
    fn popular_queries_come_first_and_what_is_misspelt_last() {
        let queries = [("desk lamp".to_owned(), 9), ("lamp".to_owned(), 5)];
        let known = Known {
            queries: &queries,
            categories: &[],
        };
        let product = json!({ "hits": { "hits": [{ "_source": {
            "id": "prod_01h455vb4pex5vsknk084sn02q", "name": "Lamp 3",
        } }] } });
        let brand = json!({ "aggregations": { "brands": { "buckets": [{
            "key": "lampco", "doc_count": 3, "name": { "buckets": [{ "key": "LampCo" }] },
        }] } } });
        let answers = [product, brand];
        let found = read("lam", 10, Spelling::Exact, &known, &answers);
        let texts: Vec<_> = found.iter().map(|found| found.text.as_str()).collect();
        assert_eq!(texts, ["desk lamp", "lamp", "LampCo", "Lamp 3"]);
        assert_eq!(read("lam", 2, Spelling::Exact, &known, &answers).len(), 2);
        assert_eq!(read(" ! ", 2, Spelling::Exact, &known, &answers), []);
        assert_eq!(requests(" ! ", 2, Spelling::Exact), [Value::Null; 0]);
    }
}
