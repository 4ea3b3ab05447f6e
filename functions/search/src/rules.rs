//! Rules of merchandising: what staff says of queries, beside what relevance makes of them.
//!
//! A query and a rule meet as [`words`]: folded, in their order, without what stands between them.

use kernel::{CategoryId, ProductId, Timestamp, text};
use serde::{Deserialize, Serialize};

kernel::ids! {
    /// A rule of queries.
    RuleId "rule";
}

/// The most rules of a shop: all of them are held against every query.
pub const RULES_MAX: u32 = 1_000;
/// The most words and phrases that mean one thing.
pub const TERMS_MAX: usize = 50;
/// The most characters of a term or a rule's query.
pub const TEXT_MAX: usize = 100;
/// The most products that a rule names.
pub const PRODUCTS_MAX: usize = 50;
/// The least and the most that a score is multiplied by. What a shop may say of its products is
/// bounded: a boost moves them among those that fit, and does not make others fit.
pub const FACTORS: std::ops::RangeInclusive<f64> = 0.1..=10.0;

/// A rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Its id.
    pub id: RuleId,
    /// What it does.
    pub effect: Effect,
    /// Whether it does it.
    pub enabled: bool,
    /// Why it is there, for staff.
    pub note: Option<String>,
    /// Rises by one with every change.
    pub version: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// What a rule does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Effect {
    /// Who searches for one term is shown what the others name too.
    Synonym {
        /// Words and phrases.
        terms: Vec<String>,
        /// Whether it holds of the first term alone: `laptop` finds notebooks, `notebook` no
        /// laptops.
        one_way: bool,
    },
    /// These products come first.
    Pin {
        /// Of which queries.
        when: Trigger,
        /// Which ones, the first first.
        products: Vec<ProductId>,
    },
    /// The scores of some products are multiplied.
    Boost {
        /// Of which queries; of all when it does not say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        when: Option<Trigger>,
        /// Which products.
        of: Boosted,
        /// By how much; below 1 they sink.
        factor: f64,
    },
    /// The query is for a page rather than for products.
    Redirect {
        /// Of which queries.
        when: Trigger,
        /// Where the page is: a path of the shop, or an `https` URL.
        url: String,
    },
}

/// Which queries a rule is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trigger {
    /// What is searched for.
    pub query: String,
    /// Whether it must be all of it.
    pub matching: Matching,
}

/// How much of a query a trigger must be.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Matching {
    /// All of it.
    #[default]
    Exact,
    /// Some words of it, next to each other.
    Phrase,
}

/// Products by what they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Boosted {
    /// Of a brand.
    Brand(String),
    /// Of a category and everything below it.
    Category(CategoryId),
    /// These.
    Products(Vec<ProductId>),
}

/// All rules, as a query is held against them.
#[derive(Debug, Clone, Default)]
pub struct RuleSet(Vec<Rule>);

/// What the rules say of one query.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Applied {
    /// What else its words mean.
    pub expansions: Vec<Expansion>,
    /// What comes first.
    pub pins: Vec<ProductId>,
    /// Which scores are multiplied.
    pub boosts: Vec<Boost>,
    /// Where the shop would rather send who asks.
    pub redirect: Option<String>,
    /// The rules that said so.
    pub rules: Vec<RuleId>,
}

/// What else some words of a query mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expansion {
    /// The words, as they stand in the query's [`words`].
    pub term: Vec<String>,
    /// The other terms, as words.
    pub alternatives: Vec<Vec<String>>,
}

/// Scores that are multiplied.
#[derive(Debug, Clone, PartialEq)]
pub struct Boost {
    /// Of which products.
    pub of: Boosted,
    /// By how much.
    pub factor: f64,
}

/// The words of a text as rules see them: `Coffee-Machine` is `coffee machine`.
pub fn words(text: &str) -> Vec<String> {
    text::fold(text)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

impl RuleSet {
    /// The rules that are in force, the oldest first: where two say different things, the older
    /// one is heard first.
    pub fn new(rules: impl IntoIterator<Item = Rule>) -> Self {
        let mut rules: Vec<_> = rules.into_iter().filter(|rule| rule.enabled).collect();
        rules.sort_by_key(|rule| (rule.created_at, rule.id));
        Self(rules)
    }

    /// What the rules say of a query.
    pub fn applied(&self, query: &str) -> Applied {
        let asked = words(query);
        let mut applied = Applied::default();
        for rule in &self.0 {
            if applied.hear(&rule.effect, &asked) {
                applied.rules.push(rule.id);
            }
        }
        applied
    }
}

impl Applied {
    /// Whether the rule has something to say of the query.
    fn hear(&mut self, effect: &Effect, asked: &[String]) -> bool {
        match effect {
            Effect::Synonym { terms, one_way } => self.expand(terms, *one_way, asked),
            Effect::Pin { when, products } => {
                let hears = when.is_met_by(asked);
                if hears {
                    let new: Vec<_> = products
                        .iter()
                        .filter(|id| !self.pins.contains(id))
                        .copied()
                        .collect();
                    self.pins.extend(new);
                    self.pins.truncate(PRODUCTS_MAX);
                }
                hears
            }
            Effect::Boost { when, of, factor } => {
                let hears = when.as_ref().is_none_or(|when| when.is_met_by(asked));
                if hears {
                    self.boosts.push(Boost {
                        of: of.clone(),
                        factor: *factor,
                    });
                }
                hears
            }
            Effect::Redirect { when, url } => {
                let hears = when.is_met_by(asked) && self.redirect.is_none();
                if hears {
                    self.redirect = Some(url.clone());
                }
                hears
            }
        }
    }

    fn expand(&mut self, terms: &[String], one_way: bool, asked: &[String]) -> bool {
        let terms: Vec<_> = terms.iter().map(|term| words(term)).collect();
        let known = if one_way { 1 } else { terms.len() };
        let mut heard = false;
        for term in terms.iter().take(known).filter(|term| holds(asked, term)) {
            let others = terms.iter().filter(|other| *other != term);
            let alternatives: Vec<_> = others.filter(|other| !other.is_empty()).cloned().collect();
            if !alternatives.is_empty() {
                self.expansions.push(Expansion {
                    term: term.clone(),
                    alternatives,
                });
                heard = true;
            }
        }
        heard
    }
}

impl Trigger {
    fn is_met_by(&self, asked: &[String]) -> bool {
        let own = words(&self.query);
        match self.matching {
            Matching::Exact => !own.is_empty() && own == asked,
            Matching::Phrase => holds(asked, &own),
        }
    }
}

/// Whether a part's words stand in a text's, next to each other.
fn holds(text: &[String], part: &[String]) -> bool {
    !part.is_empty() && text.windows(part.len()).any(|window| window == part)
}

#[cfg(test)]
mod tests;
