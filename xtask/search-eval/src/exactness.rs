//! Whether numbers come first, and facets add up.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use anyhow::Result;
use kernel::CategoryId;
use products::attributes::Attribute;
use products::product::Product;
use search::engine::asked::{Asked, Filters};
use search::engine::facets::Facets;
use search::engine::words::{code, words};

use crate::catalogue::Catalogue;
use crate::engine::Engine;

/// Searches for numbers of products: how often one that has it comes first.
///
/// # Errors
/// The engine's.
pub fn numbers(engine: &Engine, catalogue: &Catalogue, many: usize) -> Result<()> {
    println!("\nNumbers come first");
    type Number = fn(&Product) -> Option<String>;
    let kinds: [(&str, Number); 4] = [
        ("SKU", |product| Some(product.sku.to_string())),
        ("GTIN", |product| {
            product.gtins.first().map(ToString::to_string)
        }),
        ("maker's number", |product| product.mpn.clone()),
        (
            "maker's number in small letters, without hyphens",
            |product| code(product.mpn.as_deref()?),
        ),
    ];
    for (kind, number) in kinds {
        let mut random = fastrand::Rng::with_seed(11);
        let having: Vec<_> = catalogue
            .products
            .iter()
            .filter_map(|it| Some((it, number(it)?)))
            .collect();
        let mut known: HashMap<Option<String>, BTreeSet<String>> = HashMap::new();
        for (product, text) in &having {
            known
                .entry(code(text))
                .or_default()
                .insert(product.id.to_string());
        }
        let (mut first, mut asked) = (0, 0);
        for _ in 0..many.min(having.len()) {
            let Some((_, text)) = random.choice(&having) else {
                break;
            };
            let found = engine.shown(text, 1)?;
            asked += 1;
            first += usize::from(found.iter().any(|id| known[&code(text)].contains(id)));
        }
        println!("  {kind}: {first} of {asked}");
    }
    Ok(())
}

/// Counts facets under filters of every kind, and compares with counting products.
///
/// # Errors
/// The engine's; a count differs.
pub fn facets(engine: &Engine, catalogue: &Catalogue, many: usize) -> Result<()> {
    let mut random = fastrand::Rng::with_seed(17);
    let (mut same, mut values) = (0, 0);
    for _ in 0..many {
        let filters = filters(catalogue, &mut random);
        let asked = Asked {
            filters: filters.clone(),
            size: 1,
            ..Asked::default()
        };
        let (found, _) = engine.find(&asked)?;
        let differences = differences(catalogue, &filters, found.total, &found.facets, &mut values);
        if differences.is_empty() {
            same += 1;
        } else {
            println!("  differs under {filters:?}: {}", differences.join("; "));
        }
    }
    println!(
        "\nFacets are what counting finds: {same} of {many} combinations of filters, {values} counts"
    );
    anyhow::ensure!(same == many, "facets do not add up");
    Ok(())
}

/// Filters that some product meets.
fn filters(catalogue: &Catalogue, random: &mut fastrand::Rng) -> Filters {
    let mut filters = Filters::default();
    let Some(product) = random.choice(&catalogue.products) else {
        return filters;
    };
    let price = price(product);
    if random.bool() {
        filters.brands.extend(product.brand.clone());
        if random.bool() {
            let other = random.choice(&catalogue.products);
            filters
                .brands
                .extend(other.and_then(|product| product.brand.clone()));
        }
    }
    if random.bool() {
        let path = catalogue.tree.path(product.category_id);
        filters
            .categories
            .extend(random.choice(&path).map(|category| category.id));
    }
    if random.bool() {
        filters.min_price = Some((price * random.f64()).floor());
    }
    if random.bool() {
        filters.max_price = Some((price * (1.0 + random.f64())).ceil());
    }
    for _ in 0..random.usize(0..3) {
        let attributes: Vec<_> = product
            .attributes
            .iter()
            .filter(|(_, value)| written(value).len() < 100)
            .collect();
        if let Some((name, value)) = random.choice(&attributes) {
            filters
                .attributes
                .insert((*name).clone(), vec![written(value)]);
        }
    }
    filters
}

/// Where counts differ from counting.
fn differences(
    catalogue: &Catalogue,
    filters: &Filters,
    total: u64,
    facets: &Facets,
    values: &mut usize,
) -> Vec<String> {
    let mut differences = Vec::new();
    let meeting = |filters: &Filters| {
        let met: Vec<_> = catalogue
            .products
            .iter()
            .filter(|it| meets(catalogue, filters, it))
            .collect();
        met
    };
    let mut differ = |what: String, counted: u64, expected: usize| {
        *values += 1;
        if counted != expected as u64 {
            differences.push(format!("{what}: {counted}, not {expected}"));
        }
    };
    let all = meeting(filters);
    differ("total".to_owned(), total, all.len());

    let others = meeting(&Filters {
        brands: Vec::new(),
        ..filters.clone()
    });
    let mut brands: BTreeMap<_, usize> = BTreeMap::new();
    for product in &others {
        if let Some(brand) = &product.brand {
            *brands.entry(brand.to_lowercase()).or_default() += 1;
        }
    }
    differ(
        "brands".to_owned(),
        facets.brands.len() as u64,
        brands.len(),
    );
    for it in &facets.brands {
        let expected = brands.get(&it.value.to_lowercase()).copied().unwrap_or(0);
        differ(format!("brand {}", it.value), it.count, expected);
    }

    let others = meeting(&Filters {
        categories: Vec::new(),
        ..filters.clone()
    });
    let mut categories: BTreeMap<CategoryId, usize> = BTreeMap::new();
    for product in &others {
        for category in catalogue.tree.path(product.category_id) {
            *categories.entry(category.id).or_default() += 1;
        }
    }
    differ(
        "categories".to_owned(),
        facets.categories.len() as u64,
        categories.len(),
    );
    for (id, count) in &facets.categories {
        differ(
            format!("category {id}"),
            *count,
            categories.get(id).copied().unwrap_or(0),
        );
    }

    let others = meeting(&Filters {
        min_price: None,
        max_price: None,
        ..filters.clone()
    });
    for range in &facets.prices.ranges {
        let is_in = |product: &&&Product| {
            let price = price(product);
            range.from.is_none_or(|from| price >= from) && range.to.is_none_or(|to| price < to)
        };
        let expected = others.iter().filter(is_in).count();
        differ(
            format!("prices {:?}–{:?}", range.from, range.to),
            range.count,
            expected,
        );
    }
    let in_ranges: u64 = facets.prices.ranges.iter().map(|range| range.count).sum();
    differ("prices".to_owned(), in_ranges, others.len());

    for divided in &facets.attributes {
        let mut others = filters.clone();
        others.attributes.remove(&divided.name);
        let others = meeting(&others);
        for it in &divided.values {
            let has = |product: &&&Product| {
                product
                    .attributes
                    .get(&divided.name)
                    .is_some_and(|value| cut(&written(value)) == it.value)
            };
            differ(
                format!("{} {}", divided.name, it.value),
                it.count,
                others.iter().filter(has).count(),
            );
        }
    }
    differences
}

fn meets(catalogue: &Catalogue, filters: &Filters, product: &Product) -> bool {
    let brand = product.brand.as_deref().unwrap_or_default().to_lowercase();
    let price = price(product);
    let path = || catalogue.tree.path(product.category_id);
    (filters.brands.is_empty() || filters.brands.iter().any(|it| it.to_lowercase() == brand))
        && (filters.categories.is_empty()
            || path().iter().any(|it| filters.categories.contains(&it.id)))
        && filters.min_price.is_none_or(|least| price >= least)
        && filters.max_price.is_none_or(|most| price <= most)
        && filters.attributes.iter().all(|(name, values)| {
            let value = product
                .attributes
                .get(name)
                .map(|value| cut(&written(value)).to_lowercase());
            value.is_some_and(|value| values.iter().any(|it| cut(it).to_lowercase() == value))
        })
}

/// As many characters of a value as tell it from others.
fn cut(value: &str) -> String {
    value.chars().take(200).collect()
}

fn written(value: &Attribute) -> String {
    match value {
        Attribute::Flag(flag) => flag.to_string(),
        Attribute::Number(number) => number.to_string(),
        Attribute::Text(text) => text.clone(),
    }
}

fn price(product: &Product) -> f64 {
    product
        .price
        .amount()
        .to_string()
        .parse()
        .unwrap_or_default()
}

/// The words that are in many names, for searches that find something.
pub fn frequent_words(catalogue: &Catalogue, many: usize) -> Vec<String> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for product in &catalogue.products {
        let words: BTreeSet<_> = words(&product.name).into_iter().collect();
        for word in words
            .into_iter()
            .filter(|word| word.len() > 3 && word.chars().all(char::is_alphabetic))
        {
            *counts.entry(word).or_default() += 1;
        }
    }
    let mut counted: Vec<_> = counts.into_iter().collect();
    counted.sort_by(|(a, many), (b, more)| more.cmp(many).then_with(|| a.cmp(b)));
    counted
        .into_iter()
        .take(many)
        .map(|(word, _)| word)
        .collect()
}
