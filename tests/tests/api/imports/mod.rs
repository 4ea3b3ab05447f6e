//! `/api/v1/products/import` and `/export`.

mod export;
mod files;
mod icecat;
mod killed;
mod rows;

use std::time::Duration;

use serde_json::{Value, json};
use testkit::{Api, Reply, eventually, unique};

use crate::products::{Catalogue, text};

/// Lines of JSON.
pub fn lines(rows: &[Value]) -> String {
    rows.iter().map(|row| format!("{row}\n")).collect()
}

/// A row that makes a product.
pub fn row(catalogue: &Catalogue, sku: &str, name: &str) -> Value {
    json!({ "sku": sku, "name": name, "price": "9.50", "categoryId": catalogue.category })
}

/// So many rows of their own SKUs.
pub fn some_rows(catalogue: &Catalogue, count: usize) -> Vec<Value> {
    let base = unique("ROW");
    (0..count)
        .map(|n| row(catalogue, &format!("{base}-{n:03}"), &format!("Row {n}")))
        .collect()
}

/// Asks for an import.
pub fn import(staff: &Api, media: &str, file: impl Into<Vec<u8>>) -> Reply {
    staff
        .ask("POST", "/api/v1/products/import")
        .text(media, file)
        .send()
}

/// Waits for the end of a job. A chunk has a minute, and comes again after six where it could not be
/// worked off.
pub fn finished(staff: &Api, job: &Value) -> Value {
    finished_within(staff, job, Duration::from_secs(400))
}

/// The same for so long.
pub fn finished_within(staff: &Api, job: &Value, within: Duration) -> Value {
    let path = format!("/api/v1/products/import/{}", text(job, "id"));
    eventually("the end of the import", within, || {
        let job = staff.get(&path).expect(200).data();
        matches!(job["status"].as_str(), Some("completed" | "failed")).then_some(job)
    })
}

/// Imports lines of JSON and waits for the end.
pub fn import_rows(staff: &Api, rows: &[Value]) -> Value {
    let job = import(staff, "application/x-ndjson", lines(rows))
        .expect(202)
        .data();
    finished(staff, &job)
}

/// What a job came to: total, created, updated, failed.
pub fn figures(job: &Value) -> [u64; 4] {
    ["total", "created", "updated", "failed"].map(|name| job[name].as_u64().unwrap_or(u64::MAX))
}

/// The products of the category by their SKUs, without what each write changes.
pub fn shelf(catalogue: &Catalogue) -> Vec<Value> {
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!(
            "/api/v1/products?categoryId={}&limit=100&sort=name{cursor}",
            catalogue.category
        );
        let page = catalogue.staff.get(&path).expect(200).json();
        found.extend(page["data"].as_array().unwrap().iter().cloned());
        match page["meta"]["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    found.sort_by_key(|product| text(product, "sku"));
    found
}
