//! Whether the shop's size is felt: the same requests to catalogues of a thousand, a hundred
//! thousand and a million products.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::catalogue::Catalogue;
use crate::process::{Process, Program};
use crate::setting::{PRODUCTS, Setting};
use crate::stock::{Shop, copy_id};
use crate::warm;

/// How many products there are.
pub const SIZES: [usize; 3] = [1_000, 100_000, 1_000_000];

/// A request that should cost the same however many products there are.
struct Case {
    function: &'static str,
    name: &'static str,
    query: &'static [(&'static str, &'static str)],
    path: Place,
}

/// What stands in the path.
enum Place {
    /// Nothing that varies.
    Fixed,
    /// A product's id, another one each time.
    Product,
    /// A product's slug, another one each time.
    Slug,
    /// A category's id.
    Category,
}

const CASES: &[Case] = &[
    case(
        "products-list",
        "newest first",
        &[("limit", "20")],
        Place::Fixed,
    ),
    case(
        "products-list",
        "cheapest first",
        &[("limit", "20"), ("sort", "price")],
        Place::Fixed,
    ),
    case(
        "products-list",
        "by name, third page",
        &[("limit", "20"), ("sort", "name"), ("page", "3")],
        Place::Fixed,
    ),
    case(
        "products-list",
        "a brand's, cheapest first",
        &[("limit", "20"), ("brand", "Brand 3"), ("sort", "price")],
        Place::Fixed,
    ),
    case(
        "products-list",
        "a hundred",
        &[("limit", "100")],
        Place::Fixed,
    ),
    case("products-get", "by id", &[], Place::Product),
    case("products-get", "by slug", &[], Place::Slug),
    case("categories-list", "the tree", &[], Place::Fixed),
    case(
        "categories-products",
        "a category's, newest first",
        &[("limit", "20")],
        Place::Category,
    ),
];

const fn case(
    function: &'static str,
    name: &'static str,
    query: &'static [(&'static str, &'static str)],
    path: Place,
) -> Case {
    Case {
        function,
        name,
        query,
        path,
    }
}

/// The functions that are asked.
pub fn functions() -> Vec<&'static str> {
    CASES.iter().map(|case| case.function).collect()
}

/// Asks every catalogue, in turn.
pub fn run(setting: &Setting, sizes: &[usize], requests: usize) -> Result<Value> {
    let mut shops = Vec::new();
    for products in sizes {
        let shop = Shop::of(setting, *products);
        shops.push(shop.with_context(|| format!("a catalogue of {products} products"))?);
    }
    let mut rows = Vec::new();
    for case in CASES {
        for shop in &shops {
            let figures = ask(setting, shop, case, requests)
                .with_context(|| format!("{} {}", case.function, case.name))?;
            rows.push(json!({
                "products": shop.products,
                "function": case.function,
                "case": case.name,
                "calls": figures["calls"],
                "readUnits": figures["readUnits"],
                "p50Ms": figures["p50Ms"],
                "p99Ms": figures["p99Ms"],
                "oursMs": figures["ours"]["p50Ms"],
                "cpuMs": figures["cpuMs"],
            }));
        }
    }
    Ok(rows.into())
}

fn ask(setting: &Setting, shop: &Shop, case: &Case, requests: usize) -> Result<Value> {
    let variables = setting.variables(case.function, &shop.recorder.endpoint(), PRODUCTS);
    let program = Program::of(setting.binary(case.function));
    let (mut process, _) = Process::start(&program, &variables)?;
    let mut sum = warm::Requests::default();
    let warm_up = requests / 4;
    for number in 0..requests + warm_up {
        let event = event(setting, shop, case, number)?.to_string();
        shop.recorder.take();
        let before = process.cpu()?;
        let answer = process.ask(&event)?;
        let said: Value = serde_json::from_slice(&answer.body)?;
        ensure!(said["statusCode"] == 200, "it answered {said}");
        if number >= warm_up {
            sum.add(&answer, &shop.recorder.take());
            sum.took(process.cpu()? - before);
        }
    }
    Ok(sum.figures())
}

fn event(setting: &Setting, shop: &Shop, case: &Case, number: usize) -> Result<Value> {
    let mut event = setting.event(case.function)?;
    let query: Vec<String> = case
        .query
        .iter()
        .map(|(name, value)| format!("{name}={}", value.replace(' ', "%20")))
        .collect();
    event["rawQueryString"] = json!(query.join("&"));
    event["queryStringParameters"] = case
        .query
        .iter()
        .map(|(name, value)| ((*name).to_owned(), json!(value)))
        .collect();
    // Steps of a prime: all over the catalogue, and no product twice.
    let id = copy_id(number * 7_919 % (shop.products - shop.catalogue.originals.len()));
    let place = match case.path {
        Place::Fixed => return Ok(event),
        Place::Product => id.to_string(),
        Place::Slug => Catalogue::slug(id),
        Place::Category => shop.catalogue.categories[1].clone(),
    };
    crate::requests::address(&mut event, &place);
    Ok(event)
}

/// How many times the calls or units of the smallest catalogue a request takes in a larger one, at
/// the most.
pub fn steepest(rows: &Value) -> f64 {
    let rows = rows.as_array().map_or(&[][..], Vec::as_slice);
    let mut steepest = 0.0_f64;
    for row in rows {
        let same_case =
            |other: &&Value| other["function"] == row["function"] && other["case"] == row["case"];
        let smallest = rows
            .iter()
            .filter(same_case)
            .min_by_key(|other| other["products"].as_u64());
        for figure in ["calls", "readUnits"] {
            let least = smallest.and_then(|smallest| smallest[figure].as_f64());
            if let (Some(here), Some(least)) = (row[figure].as_f64(), least) {
                steepest = steepest.max(here / least);
            }
        }
    }
    steepest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_is_what_the_smallest_catalogue_takes_less() {
        let row = |products: usize, case: &str, calls: f64, units: f64| {
            json!({
                "products": products, "function": "f", "case": case,
                "calls": calls, "readUnits": units,
            })
        };
        let rows = |calls: f64, units: f64| {
            json!([
                row(99, "a", calls, units),
                row(10, "a", 2.0, 1.5),
                row(10, "b", 9.0, 9.0)
            ])
        };
        for (calls, units, expected) in [(2.0, 1.5, 1.0), (3.0, 1.5, 1.5), (2.0, 6.0, 4.0)] {
            assert_eq!(steepest(&rows(calls, units)), expected);
        }
    }
}
