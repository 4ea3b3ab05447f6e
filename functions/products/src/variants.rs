//! Options and variants: a shirt has sizes and colours, and a SKU for each pair that is sold.

use std::collections::{BTreeMap, HashMap, HashSet};

use kernel::{
    Amount, CurrencyCode, Faults, Money, Pointer, ProductId, Sku, VariantId, text, words,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::measure::Measure;

/// The most variants of a product: each claims its SKU in the one transaction that writes the
/// product, and DynamoDB takes 100 actions in one.
pub const MOST: usize = 80;
/// The most options of a product.
pub const MOST_OPTIONS: usize = 10;
/// The most values of an option.
pub const MOST_VALUES: usize = 100;
/// The most characters of an option's name or value.
pub const WORD_MAX: usize = 100;

/// One thing a shopper chooses: `Size`, of `S`, `M` and `L`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// What is chosen.
    #[schemars(length(min = 1, max = 100))]
    pub name: String,
    /// What it is chosen from.
    #[schemars(length(min = 1, max = 100), inner(length(min = 1, max = 100)))]
    pub values: Vec<String>,
}

/// What a variant is, by the names of the options.
pub type Combination = BTreeMap<String, String>;

/// One form of a product, with a SKU of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    /// Its id, which stays as long as the variant does.
    pub id: VariantId,
    /// Its SKU.
    pub sku: Sku,
    /// One value of each of the product's options.
    pub options: Combination,
    /// Its own price; without one it costs what the product costs.
    pub price: Option<Money>,
    /// Its own weight, where it differs.
    pub weight_grams: Option<Measure>,
}

/// A variant as somebody asks for it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VariantDraft {
    /// Which one, if it is an old one; else the SKU or the combination tells.
    pub id: Option<VariantId>,
    /// Its SKU; made when absent.
    pub sku: Option<Sku>,
    /// One value of each option.
    pub options: Combination,
    /// Its own price.
    pub price: Option<Amount>,
    /// Its own weight.
    pub weight_grams: Option<Measure>,
}

impl Choice {
    /// About the bytes it takes when it is written.
    pub(crate) fn bytes(&self) -> usize {
        let values = self
            .values
            .iter()
            .map(|value| value.len() + 8)
            .sum::<usize>();
        self.name.len() + values + 32
    }
}

impl Variant {
    /// About the bytes it takes when it is written.
    pub(crate) fn bytes(&self) -> usize {
        let options = self.options.iter();
        let options = options.map(|(name, value)| name.len() + value.len() + 8);
        self.sku.as_str().len() + options.sum::<usize>() + 160
    }
}

/// What the variants hang on.
pub(crate) struct Parent<'a> {
    pub id: ProductId,
    pub sku: &'a Sku,
    pub currency: CurrencyCode,
    /// The version the product will have: new ids derive from it, so none is ever given twice.
    pub version: u64,
}

/// Checks options, and trims them.
pub(crate) fn checked_options(options: &[Choice], faults: &mut Faults) -> Vec<Choice> {
    let at = Pointer::root().field("options");
    if options.len() > MOST_OPTIONS {
        faults.add(&at, format_args!("must be at most {MOST_OPTIONS}"));
    }
    let mut names = HashSet::new();
    let mut kept = Vec::new();
    for (index, option) in options.iter().enumerate() {
        let at = at.index(index);
        let name = option.name.trim().to_owned();
        check_word(&name, &at.field("name"), faults);
        if !names.insert(text::fold(&name)) {
            faults.add(at.field("name"), "must differ from the other options");
        }
        let at = at.field("values");
        if option.values.is_empty() || option.values.len() > MOST_VALUES {
            faults.add(&at, format_args!("must be 1 to {MOST_VALUES} values"));
        }
        let mut seen = HashSet::new();
        let mut values = Vec::new();
        for (index, value) in option.values.iter().enumerate() {
            let value = value.trim().to_owned();
            check_word(&value, &at.index(index), faults);
            if !seen.insert(text::fold(&value)) {
                faults.add(at.index(index), "must differ from the other values");
            }
            values.push(value);
        }
        kept.push(Choice { name, values });
    }
    kept
}

fn check_word(word: &str, at: &Pointer, faults: &mut Faults) {
    if let Some(rule) = words::broken_line(word) {
        faults.add(at, rule);
    } else if word.chars().count() > WORD_MAX {
        faults.add(at, format_args!("must have at most {WORD_MAX} characters"));
    }
}

/// The options that variants imply, for a product that lists none: their names, and their values
/// in the order they come.
pub(crate) fn implied_options(variants: &[Variant]) -> Vec<Choice> {
    let mut options: Vec<Choice> = Vec::new();
    for (name, value) in variants.iter().flat_map(|variant| &variant.options) {
        match options.iter_mut().find(|option| option.name == *name) {
            Some(option) if option.values.contains(value) => {}
            Some(option) => option.values.push(value.clone()),
            None => options.push(Choice {
                name: name.clone(),
                values: vec![value.clone()],
            }),
        }
    }
    options
}

/// Whether a draft means a variant that is there.
type Rule = fn(&VariantDraft, &Variant) -> bool;

/// In the order of their weight.
const RULES: [Rule; 3] = [
    |draft, old| draft.id == Some(old.id),
    |draft, old| draft.id.is_none() && draft.sku.as_ref() == Some(&old.sku),
    |draft, old| draft.id.is_none() && draft.options == old.options,
];

/// Makes variants of drafts. One that was there before (the same id, else the same SKU, else the
/// same combination) keeps its id, and its SKU unless a new one is given.
pub(crate) fn from_drafts(
    drafts: &[VariantDraft],
    before: &[Variant],
    parent: &Parent<'_>,
    faults: &mut Faults,
) -> Vec<Variant> {
    let at = Pointer::root().field("variants");
    if drafts.len() > MOST {
        faults.add(&at, format_args!("must be at most {MOST}"));
        return Vec::new();
    }
    // Sure matches first, so that a guess never takes a variant that another draft names.
    let mut free: Vec<&Variant> = before.iter().collect();
    let mut matched: Vec<Option<&Variant>> = vec![None; drafts.len()];
    for rule in RULES {
        for (draft, found) in drafts.iter().zip(&mut matched) {
            if found.is_none()
                && let Some(place) = free.iter().position(|old| rule(draft, old))
            {
                *found = Some(free.remove(place));
            }
        }
    }
    drafts
        .iter()
        .zip(matched)
        .enumerate()
        .map(|(index, (draft, old))| {
            let at = at.index(index);
            if draft.id.is_some() && old.is_none() {
                faults.add(
                    at.field("id"),
                    "must be the id of a variant of this product",
                );
            }
            let id = old.map_or_else(|| new_id(parent, index), |old| old.id);
            let sku = draft
                .sku
                .clone()
                .or_else(|| old.map(|old| old.sku.clone()))
                .unwrap_or_else(|| made_sku(parent.sku, id));
            let price = draft.price.and_then(|price| {
                faults.take(at.field("price"), price.in_currency(parent.currency))
            });
            let options = draft
                .options
                .iter()
                .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
                .collect();
            Variant {
                id,
                sku,
                options,
                price,
                weight_grams: draft.weight_grams,
            }
        })
        .collect()
}

fn new_id(parent: &Parent<'_>, index: usize) -> VariantId {
    VariantId::derive(
        &parent.id.to_string(),
        &format!("{}/{index}", parent.version),
    )
}

/// A SKU for a variant that was given none: the product's, and the end of the variant's id.
fn made_sku(product: &Sku, id: VariantId) -> Sku {
    let id = id.to_string().to_ascii_uppercase();
    let tail = &id[id.len() - 10..];
    let base: String = product.as_str().chars().take(Sku::MAX - 11).collect();
    // Letters, digits and a hyphen behind a SKU that was cut to leave room: always a SKU.
    Sku::parse(&format!("{base}-{tail}")).unwrap_or_else(|_| product.clone())
}

/// Checks that every variant picks one value of each option, and no two the same.
pub(crate) fn check_matrix(
    options: &[Choice],
    variants: &[Variant],
    product: &Sku,
    faults: &mut Faults,
) {
    let at = Pointer::root().field("variants");
    let mut combinations: HashMap<&Combination, usize> = HashMap::new();
    let mut skus: HashSet<&Sku> = HashSet::from([product]);
    for (index, variant) in variants.iter().enumerate() {
        let at = at.index(index);
        let chosen = at.field("options");
        for option in options {
            match variant.options.get(&option.name) {
                None => faults.add(chosen.field(&option.name), "is required"),
                Some(value) if option.values.contains(value) => {}
                Some(_) => faults.add(
                    chosen.field(&option.name),
                    format_args!("must be one of {}", option.values.join(", ")),
                ),
            }
        }
        for name in variant.options.keys() {
            if !options.iter().any(|option| option.name == *name) {
                faults.add(chosen.field(name), "is not an option of the product");
            }
        }
        if let Some(first) = combinations.insert(&variant.options, index) {
            faults.add(
                &chosen,
                format_args!("must differ from those of variant {first}"),
            );
        }
        if !skus.insert(&variant.sku) {
            faults.add(
                at.field("sku"),
                "must differ from every other SKU of the product",
            );
        }
    }
}

#[cfg(test)]
mod tests;
