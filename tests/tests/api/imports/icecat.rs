//! A real catalogue of 19,406 products, when there is one.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::time::{Duration, Instant};

use flate2::read::GzDecoder;
use serde_json::{Value, json};
use testkit::{Stage, unique};

use super::{figures, finished_within, import};
use crate::products::category;

/// Imports the catalogue of `$ULTRAMARKET_DATA/icecat` twice. It takes some minutes:
///
/// ```text
/// ULTRAMARKET_DATA=<the folder that holds icecat> cargo xtask test -p tests --run-ignored only icecat
/// ```
#[test]
#[ignore = "imports 19,406 products twice; see its documentation"]
fn a_real_catalogue_is_imported_and_imported_again_to_the_same_result() {
    let Some(data) = aws::Environment::process().optional("ULTRAMARKET_DATA") else {
        println!("skipped: ULTRAMARKET_DATA is not set");
        return;
    };
    let file = format!("{data}/icecat/products.ndjson.gz");
    let file = std::fs::File::open(&file).unwrap_or_else(|error| panic!("{file}: {error}"));
    let staff = Stage::from_env().manager();
    let prefix = unique("ICE");
    let shelves: Vec<String> = (0..8)
        .map(|n| category(&staff, &format!("{prefix} {n}"), None))
        .collect();
    let rows: Vec<String> = BufReader::new(GzDecoder::new(file))
        .lines()
        .map(|line| {
            let source: Value = serde_json::from_str(&line.unwrap()).unwrap();
            converted(&source, &prefix, &shelves).to_string()
        })
        .collect();
    assert_eq!(rows.len(), 19_406);

    let outcomes: Vec<BTreeMap<&str, u64>> = (0..2)
        .map(|run| {
            let began = Instant::now();
            let mut sums = BTreeMap::new();
            for part in parts(&rows) {
                let job = import(&staff, "application/x-ndjson", part)
                    .expect(202)
                    .data();
                let job = finished_within(&staff, &job, Duration::from_secs(900));
                assert_eq!(job["status"], "completed", "{job}");
                for (name, figure) in ["total", "created", "updated", "failed"]
                    .iter()
                    .zip(figures(&job))
                {
                    *sums.entry(*name).or_default() += figure;
                }
                assert_eq!(job["errors"], json!([]), "{job}");
            }
            println!("run {run}: {sums:?} in {:?}", began.elapsed());
            sums
        })
        .collect();
    let expected = |created: u64, updated: u64| {
        BTreeMap::from([
            ("created", created),
            ("failed", 0),
            ("total", 19_406),
            ("updated", updated),
        ])
    };
    assert_eq!(outcomes, [expected(19_406, 0), expected(0, 19_406)]);
}

/// Files of at most 4 MiB.
fn parts(rows: &[String]) -> Vec<String> {
    let mut parts = vec![String::new()];
    for row in rows {
        let last = parts.len() - 1;
        if parts[last].len() + row.len() + 1 > 4 * 1024 * 1024 {
            parts.push(String::new());
        }
        let last = parts.len() - 1;
        parts[last].push_str(row);
        parts[last].push('\n');
    }
    parts
}

/// A row of ours, of a product of theirs.
fn converted(source: &Value, prefix: &str, shelves: &[String]) -> Value {
    let word = |name: &str| source[name].as_str().unwrap_or_default();
    let id = word("id");
    let number: usize = id.bytes().map(usize::from).sum();
    let cents = source["price"].as_u64().unwrap_or(0);
    let gtins: Vec<&str> = source["ean"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .filter(|code| kernel::Gtin::parse(code).is_ok())
        .collect();
    let attributes: serde_json::Map<String, Value> = source
        .as_object()
        .unwrap()
        .iter()
        .filter_map(|(name, value)| {
            Some((
                name.strip_prefix("attr_")?.get(2..)?.to_owned(),
                value.clone(),
            ))
        })
        .filter(|(name, value)| {
            !name.is_empty()
                && name.len() <= 100
                && (value.is_string() || value.is_number() || value.is_boolean())
        })
        .map(|(name, value)| match value {
            Value::String(text) => (name, Value::String(text.chars().take(8192).collect())),
            other => (name, other),
        })
        .take(256)
        .collect();
    let title: String = if word("title").is_empty() {
        word("name")
    } else {
        word("title")
    }
    .chars()
    .take(255)
    .collect();
    let title = if title.trim().is_empty() {
        format!("Product {id}")
    } else {
        title
    };
    let mut row = json!({
        "sku": format!("{prefix}-{id}"), "name": title, "price": format!("{}.{:02}", cents / 100, cents % 100),
        "currency": "USD", "categoryId": shelves[number % shelves.len()], "gtins": gtins, "attributes": attributes,
    });
    for (field, text) in [
        ("brand", word("supplier")),
        ("description", word("short_description")),
    ] {
        if !text.trim().is_empty() {
            row[field] = text.into();
        }
    }
    if word("img_high").starts_with("http") {
        row["images"] = json!([word("img_high")]);
    }
    row
}
