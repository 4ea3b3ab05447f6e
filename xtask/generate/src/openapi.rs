//! `docs/openapi.json`: OpenAPI 3.1, from the rows and the endpoints' own types.

mod components;
mod operation;
mod parameters;
mod problems;
mod schemas;
mod tidy;

use components::Components;
use edge::Operation;
use serde_json::{Map, Value, json};

pub(crate) use operation::operation_id;
pub(crate) use parameters::{example as parameter_example, path_example};

pub(crate) fn text() -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(&document(&crate::services::operations()))? + "\n")
}

pub(crate) fn document(operations: &[Operation]) -> Value {
    let shapes = schemas::collect(operations);
    let mut components = Components::new(shapes.definitions);
    let mut paths: Map<String, Value> = Map::new();
    for (operation, shape) in operations.iter().zip(&shapes.operations) {
        let described = operation::describe(operation, shape, operations, &mut components);
        let path = paths.entry(operation.row.path).or_insert_with(|| json!({}));
        path[operation.row.method.as_str().to_lowercase()] = described;
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "UltraMarket",
            "version": env!("CARGO_PKG_VERSION"),
            "description": DESCRIPTION,
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
            "contact": { "name": "UltraMarket" },
        },
        "servers": [{
            "url": ".",
            "description": "Where this document is served from: local, staging or production.",
            "x-internal": false,
        }],
        "tags": tags(operations),
        "paths": paths,
        "components": components.into_value(),
        "x-problems": problems::catalogue(operations),
    })
}

const DESCRIPTION: &str = "A commerce API. Answers stand in an envelope, `{\"success\": true, \"data\": …, \"meta\": …}`; \
failures are `application/problem+json` (RFC 9457) with a stable `code`. Amounts are decimal numbers in major units, \
exact, beside an ISO 4217 currency; a decimal string is accepted too. Lists are paged by an opaque `cursor`.";

fn tags(operations: &[Operation]) -> Vec<Value> {
    let mut names: Vec<&str> = Vec::new();
    for operation in operations {
        if !names.contains(&operation.row.service) {
            names.push(operation.row.service);
        }
    }
    names
        .into_iter()
        .map(|name| json!({ "name": name, "description": crate::front_page::first_sentence(name) }))
        .collect()
}

#[cfg(test)]
mod tests;
