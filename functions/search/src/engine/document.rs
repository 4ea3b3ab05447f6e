//! What the index holds of a product.

use std::collections::BTreeSet;

use kernel::text;
use products::attributes::Attribute;
use products::category::Tree;
use products::listing::brand_key;
use products::product::Product;
use products::wire::ProductView;
use serde_json::{Value, json};

use super::kind;
use super::words::{code, model_number};

/// What stands between an attribute's name and its value, where both are one keyword: no text has
/// it, and it sorts before all that do.
pub const BETWEEN: char = '\u{1f}';
/// The most characters of an attribute's value that tell it from others.
const VALUE_MAX: usize = 200;
/// The most characters of an attribute's value that it is found by.
const FACT_MAX: usize = 2_000;

/// The document of a product on sale.
///
/// - `name`, `description`, `facts`, `brand` and `shelves` are searched in; facts are tags, options
///   and the texts of attributes, shelves the names of categories. `words` has what is read first as
///   it is written, for misspellings.
/// - `runs` and `ends` of phrases say what the product is, see [`kind`].
/// - `codes` are its SKUs, bar codes and maker's number, `numbers` the model numbers in its name.
/// - `attributes` are names and values in one keyword each: a field each would be thousands.
/// - `product` is what is shown, so that a search is one request.
pub fn of(product: &Product, tree: &Tree) -> Value {
    let view = ProductView::from(product);
    let brand = product.brand.as_deref().unwrap_or_default();
    let description = product.description.as_deref().unwrap_or_default();
    let path = tree.path(product.category_id);
    let shelf = path.last().map_or("", |category| category.name.as_str());
    let texts = product
        .attributes
        .iter()
        .filter_map(|(name, value)| match value {
            Attribute::Text(text) => Some((name.as_str(), text.as_str())),
            Attribute::Flag(_) | Attribute::Number(_) => None,
        });
    let phrases = kind::phrases(brand, &product.name, description, shelf, texts);
    let mut document = json!({
        "id": product.id,
        "name": product.name,
        "description": description,
        "facts": facts(product),
        "shelves": path.iter().map(|category| &category.name).collect::<Vec<_>>(),
        "brand": brand,
        "ends": kind::ends(&phrases),
        "runs": kind::runs(&phrases),
        "codes": codes(product),
        "numbers": numbers(&product.name),
        "words": [product.name.as_str(), brand, description, shelf],
        "beginnings": product.name,
        "categories": path.iter().map(|category| category.id).collect::<Vec<_>>(),
        "price": major(product),
        "in_stock": view.in_stock,
        "rating": view.rating.average,
        "reviews": view.rating.count,
        "created_at": product.created_at.millis(),
        "attributes": product.attributes.iter()
            .map(|(name, value)| attribute(name, &written(value)))
            .collect::<Vec<_>>(),
        "attribute_names": product.attributes.keys().collect::<Vec<_>>(),
        "product": view,
    });
    if !brand.is_empty() {
        document["brand_key"] = brand_key(brand).into();
        document["brand_name"] = brand.into();
        document["brand_beginnings"] = brand.into();
    }
    document
}

/// An attribute as the keyword that it is filtered by and counted as.
pub fn attribute(name: &str, value: &str) -> String {
    let value: String = value.chars().take(VALUE_MAX).collect();
    format!("{name}{BETWEEN}{value}")
}

/// An attribute's value as it is written in a query.
fn written(value: &Attribute) -> String {
    match value {
        Attribute::Flag(flag) => flag.to_string(),
        Attribute::Number(number) => number.to_string(),
        Attribute::Text(text) => text.clone(),
    }
}

fn facts(product: &Product) -> Vec<String> {
    let mut facts: Vec<String> = product.tags.clone();
    for choice in &product.options {
        facts.extend(choice.values.iter().map(ToString::to_string));
    }
    for value in product.attributes.values() {
        if let Attribute::Text(text) = value {
            facts.push(text.chars().take(FACT_MAX).collect());
        }
    }
    facts
}

/// What the product is known by: numbers that are given to it alone, or by its maker.
fn codes(product: &Product) -> BTreeSet<String> {
    let skus =
        std::iter::once(&product.sku).chain(product.variants.iter().map(|variant| &variant.sku));
    skus.map(ToString::to_string)
        .chain(product.gtins.iter().map(ToString::to_string))
        .chain(product.mpn.clone())
        .filter_map(|text| code(&text))
        .collect()
}

/// The model numbers in a name, before it speaks of what else the product is for.
fn numbers(name: &str) -> BTreeSet<String> {
    name.split_whitespace()
        .take_while(|word| !kind::ends_what_is_asked(&text::fold(word)))
        .flat_map(|word| {
            // `DES-1008D/E` is known as `DES-1008D` too.
            let parts = word.split(['/', ',', '(', ')', ';']);
            std::iter::once(word).chain(parts)
        })
        .filter_map(model_number)
        .collect()
}

/// The price in major units, whatever the currency: prices are compared as lists compare them.
fn major(product: &Product) -> f64 {
    product
        .price
        .amount()
        .to_string()
        .parse()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_gives_the_numbers_of_its_own_model_and_no_others() {
        let known = |name: &str| numbers(name).into_iter().collect::<Vec<_>>().join(" ");
        for (name, expected) in [
            ("Acme TN-2110 toner", "tn2110"),
            ("Acme DES-1008D/E switch", "des1008d des1008de"),
            ("Acme toner for HL-2140", ""),
            ("Acme 80 Original Cyan", ""),
        ] {
            assert_eq!(known(name), expected, "{name}");
        }
    }
}
