//! A rule as staff writes and reads it. One flat shape holds every type, so that a list of rules is
//! a table; which fields belong to which type is checked here.

use edge::JsonBody;
use kernel::{CategoryId, Faults, Pointer, ProductId, Timestamp, format, words};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::Wanted;
use crate::error::SearchError;
use crate::rules::{
    Boosted, Effect, FACTORS, Matching, PRODUCTS_MAX, Rule, RuleId, TERMS_MAX, TEXT_MAX, Trigger,
};

/// What a rule does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum RuleType {
    /// Words that mean the same.
    Synonym,
    /// Products that come first.
    Pin,
    /// Scores that are multiplied.
    Boost,
    /// A page that the query is for.
    Redirect,
}

/// A rule as it is asked for.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "RuleFields")]
pub struct Fields {
    /// What it does.
    #[serde(rename = "type")]
    kind: RuleType,
    /// `synonym`: words and phrases that mean the same.
    #[schemars(length(min = 2, max = TERMS_MAX), inner(length(min = 1, max = TEXT_MAX)))]
    terms: Option<Vec<String>>,
    /// `synonym`: whether it holds of the first term alone.
    one_way: Option<bool>,
    /// `pin`, `boost`, `redirect`: which query; a boost without one is for all.
    #[schemars(length(min = 1, max = TEXT_MAX))]
    query: Option<String>,
    /// Whether that must be all of a query, or a phrase of it; `exact` when it is left out.
    #[serde(rename = "match")]
    matching: Option<Matching>,
    /// `pin`: what comes first. `boost`: which products.
    #[schemars(length(min = 1, max = PRODUCTS_MAX))]
    product_ids: Option<Vec<ProductId>>,
    /// `boost`: products of this brand.
    #[schemars(length(min = 1, max = 255))]
    brand: Option<String>,
    /// `boost`: products of this category and everything below it.
    category_id: Option<CategoryId>,
    /// `boost`: what scores are multiplied by.
    #[schemars(range(min = 0.1, max = 10.0))]
    factor: Option<f64>,
    /// `redirect`: a path of the shop, or an `https` URL.
    #[schemars(length(min = 1, max = 2048))]
    url: Option<String>,
    /// Whether it is in force; it is when this is left out.
    enabled: Option<bool>,
    /// Why it is there.
    #[schemars(length(max = 500))]
    note: Option<String>,
}

/// Fields that belong to a type, and whether it needs them.
const OF_TYPES: &[(&str, &[(&str, bool)])] = &[
    ("synonym", &[("terms", true), ("oneWay", false)]),
    (
        "pin",
        &[("query", true), ("match", false), ("productIds", true)],
    ),
    (
        "boost",
        &[
            ("query", false),
            ("match", false),
            ("factor", true),
            ("brand", false),
            ("categoryId", false),
            ("productIds", false),
        ],
    ),
    (
        "redirect",
        &[("query", true), ("match", false), ("url", true)],
    ),
];
/// Fields that any type may have.
const OF_ALL: &[&str] = &["type", "enabled", "note"];
/// What a boost speaks of: one of these.
const BOOSTED: [&str; 3] = ["brand", "categoryId", "productIds"];

impl JsonBody for Fields {
    fn check(document: &Value, faults: &mut Faults) {
        let kind = document["type"].as_str().unwrap_or_default();
        let Some((_, own)) = OF_TYPES.iter().find(|(name, _)| *name == kind) else {
            return;
        };
        let is_given = |field: &str| document.get(field).is_some_and(|value| !value.is_null());
        let root = Pointer::root();
        for (field, needed) in *own {
            if *needed && !is_given(field) {
                faults.add(root.field(field), format!("is needed for a {kind}"));
            }
        }
        let members = document.as_object().into_iter().flatten();
        let known = || OF_TYPES.iter().flat_map(|(_, fields)| *fields);
        for (field, _) in members {
            let belongs =
                OF_ALL.contains(&field.as_str()) || own.iter().any(|(own, _)| own == field);
            if !belongs && known().any(|(known, _)| known == field) {
                faults.add(root.field(field), format!("does not belong to a {kind}"));
            }
        }
        if kind == "boost" && BOOSTED.iter().filter(|field| is_given(field)).count() != 1 {
            let rule = "must have one of brand, categoryId and productIds";
            faults.add(&root, rule);
        }
        check_words(document, faults);
    }

    fn example() -> Value {
        json!({ "type": "synonym", "terms": ["sofa", "couch", "settee"] })
    }
}

/// What can be said of texts alone.
fn check_words(document: &Value, faults: &mut Faults) {
    let root = Pointer::root();
    let terms = document["terms"].as_array().into_iter().flatten();
    let terms = terms
        .enumerate()
        .filter_map(|(place, term)| Some((root.field("terms").index(place), term.as_str()?)));
    let query = document["query"].as_str();
    let query = query.map(|query| (root.field("query"), query));
    for (at, text) in terms.chain(query) {
        if crate::rules::words(text).is_empty() {
            faults.add(at, "must have a letter or a digit");
        }
    }
    if let Some(note) = document["note"].as_str()
        && let Some(rule) = words::broken_prose(note)
    {
        faults.add("/note", rule);
    }
    if let Some(url) = document["url"].as_str()
        && !leads_somewhere(url)
    {
        let rule = "must be a path that starts with one slash, or a URL that starts with https://";
        faults.add("/url", rule);
    }
}

/// Whether a storefront can send somebody there, and not to another site by a trick.
fn leads_somewhere(url: &str) -> bool {
    let is_plain = |url: &str| {
        !url.chars()
            .any(|c| c.is_control() || c.is_whitespace() || c == '\\')
    };
    let is_path = url.starts_with('/') && !url.starts_with("//");
    let is_url = url.starts_with("https://") && matches!(format::check("uri", url), Some(Ok(())));
    is_plain(url) && (is_path || is_url)
}

impl Fields {
    /// The rule that is asked for.
    ///
    /// # Errors
    /// A field is missing that the check asks for.
    pub(super) fn wanted(self) -> Result<Wanted, SearchError> {
        let missing = |field: &str| SearchError::invalid(&format!("/{field}"), "is needed");
        let matching = self.matching.unwrap_or_default();
        let trigger = |query: String| Trigger { query, matching };
        let effect = match self.kind {
            RuleType::Synonym => Effect::Synonym {
                terms: self.terms.ok_or_else(|| missing("terms"))?,
                one_way: self.one_way.unwrap_or(false),
            },
            RuleType::Pin => Effect::Pin {
                when: trigger(self.query.ok_or_else(|| missing("query"))?),
                products: self.product_ids.ok_or_else(|| missing("productIds"))?,
            },
            RuleType::Boost => Effect::Boost {
                when: self.query.map(trigger),
                of: match (self.brand, self.category_id, self.product_ids) {
                    (Some(brand), ..) => Boosted::Brand(brand),
                    (_, Some(category), _) => Boosted::Category(category),
                    (_, _, Some(products)) => Boosted::Products(products),
                    _ => return Err(missing("brand")),
                },
                factor: self
                    .factor
                    .filter(|factor| FACTORS.contains(factor))
                    .ok_or_else(|| missing("factor"))?,
            },
            RuleType::Redirect => Effect::Redirect {
                when: trigger(self.query.ok_or_else(|| missing("query"))?),
                url: self.url.ok_or_else(|| missing("url"))?,
            },
        };
        Ok(Wanted {
            effect,
            enabled: self.enabled.unwrap_or(true),
            note: self.note,
        })
    }
}

/// A rule of queries.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Rule")]
pub struct RuleView {
    /// Its id.
    id: RuleId,
    /// What it does.
    #[serde(rename = "type")]
    kind: RuleType,
    /// Words and phrases that mean the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    terms: Option<Vec<String>>,
    /// Whether it holds of the first term alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    one_way: Option<bool>,
    /// Which query it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    query: Option<String>,
    /// Whether that must be all of a query, or a phrase of it.
    #[serde(rename = "match", skip_serializing_if = "Option::is_none")]
    matching: Option<Matching>,
    /// Which products.
    #[serde(skip_serializing_if = "Option::is_none")]
    product_ids: Option<Vec<ProductId>>,
    /// Products of which brand.
    #[serde(skip_serializing_if = "Option::is_none")]
    brand: Option<String>,
    /// Products of which category.
    #[serde(skip_serializing_if = "Option::is_none")]
    category_id: Option<CategoryId>,
    /// What scores are multiplied by.
    #[serde(skip_serializing_if = "Option::is_none")]
    factor: Option<f64>,
    /// Where the page is.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    /// Whether it is in force.
    enabled: bool,
    /// Why it is there.
    note: Option<String>,
    /// Rises with every change; the `ETag` of a version is `"v<version>"`.
    version: u64,
    /// When it was made.
    created_at: Timestamp,
    /// When it was last changed.
    updated_at: Timestamp,
}

impl From<&Rule> for RuleView {
    fn from(rule: &Rule) -> Self {
        let mut view = Self {
            id: rule.id,
            kind: RuleType::Synonym,
            terms: None,
            one_way: None,
            query: None,
            matching: None,
            product_ids: None,
            brand: None,
            category_id: None,
            factor: None,
            url: None,
            enabled: rule.enabled,
            note: rule.note.clone(),
            version: rule.version,
            created_at: rule.created_at,
            updated_at: rule.updated_at,
        };
        let when = match rule.effect.clone() {
            Effect::Synonym { terms, one_way } => {
                view.terms = Some(terms);
                view.one_way = Some(one_way);
                None
            }
            Effect::Pin { when, products } => {
                view.kind = RuleType::Pin;
                view.product_ids = Some(products);
                Some(when)
            }
            Effect::Boost { when, of, factor } => {
                view.kind = RuleType::Boost;
                view.factor = Some(factor);
                match of {
                    Boosted::Brand(brand) => view.brand = Some(brand),
                    Boosted::Category(category) => view.category_id = Some(category),
                    Boosted::Products(products) => view.product_ids = Some(products),
                }
                when
            }
            Effect::Redirect { when, url } => {
                view.kind = RuleType::Redirect;
                view.url = Some(url);
                Some(when)
            }
        };
        if let Some(when) = when {
            view.query = Some(when.query);
            view.matching = Some(when.matching);
        }
        view
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(document: &Value) -> Vec<String> {
        let mut faults = Faults::new();
        edge::schema::check(&edge::schema::of::<Fields>(), document, &mut faults);
        Fields::check(document, &mut faults);
        let faults = faults.into_vec().into_iter();
        let mut told: Vec<_> = faults
            .map(|it| format!("{} {}", it.pointer, it.detail))
            .collect();
        told.sort();
        told
    }

    #[test]
    fn every_type_has_its_fields_and_no_others() {
        let product = ProductId::derive("", "lamp");
        for good in [
            json!({ "type": "synonym", "terms": ["a", "b"], "oneWay": true }),
            json!({ "type": "pin", "query": "lamp", "match": "phrase", "productIds": [product] }),
            json!({ "type": "boost", "brand": "Acme", "factor": 0.1, "enabled": false }),
            json!({ "type": "redirect", "query": "returns", "url": "/help#returns", "note": "x" }),
            json!({ "type": "redirect", "query": "returns", "url": "https://example.com/r?a=b" }),
        ] {
            assert!(faults(&good).is_empty(), "{good}: {:?}", faults(&good));
            let fields: Fields = serde_json::from_value(good).unwrap();
            assert!(fields.wanted().is_ok());
        }
        for (bad, expected) in [
            (
                json!({ "type": "synonym" }),
                &["/terms is needed for a synonym"][..],
            ),
            (
                json!({ "type": "pin", "terms": ["a", "b"], "query": "…" }),
                &[
                    "/productIds is needed for a pin",
                    "/query must have a letter or a digit",
                    "/terms does not belong to a pin",
                ],
            ),
            (
                json!({ "type": "boost", "factor": 11, "brand": "a", "productIds": [product] }),
                &[
                    " must have one of brand, categoryId and productIds",
                    "/factor must be at most 10.0",
                ],
            ),
            (
                json!({ "type": "synonym", "terms": ["a"], "colour": 1 }),
                &[
                    "/colour is not a known field",
                    "/terms must have at least 2 elements",
                ],
            ),
        ] {
            assert_eq!(faults(&bad), expected, "{bad}");
        }
    }

    #[test]
    fn a_redirect_leads_to_the_shop_or_to_a_safe_url() {
        for (url, good) in [
            ("/sale", true),
            ("https://example.com/sale", true),
            ("//evil.example", false),
            ("/\\evil.example", false),
            ("http://example.com", false),
            ("javascript:alert(1)", false),
            ("/a b", false),
            ("sale", false),
        ] {
            assert_eq!(leads_somewhere(url), good, "{url}");
        }
    }
}
