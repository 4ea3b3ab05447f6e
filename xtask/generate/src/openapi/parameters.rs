//! Parameters of the path, the query and the header.

use super::problems::honours_if_match;
use super::schemas::Shape;
use edge::Operation;
use manifest::Method;
use serde_json::{Value, json};

pub(super) fn parameters(operation: &Operation, shape: &Shape, others: &[Operation]) -> Vec<Value> {
    let mut all: Vec<Value> = operation
        .row
        .parameters()
        .map(|name| path(name, &shape.params, path_example(operation, name, others)))
        .collect();
    let required = |name: &str| {
        let names = shape.query.get("required").and_then(Value::as_array);
        names.is_some_and(|names| names.iter().any(|it| it == name))
    };
    for (name, schema) in shape
        .query
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        all.push(query(name, schema, required(name)));
    }
    all.extend(headers(operation));
    all
}

fn path(name: &str, schemas: &Value, example: Option<Value>) -> Value {
    let schema = own(schemas, name).cloned().unwrap_or_else(any_text);
    let mut parameter = parameter(name, "path", schema);
    parameter["required"] = json!(true);
    if let Some(example) = example {
        parameter["example"] = example;
    }
    parameter
}

/// The schema that says more of a parameter than that it is a text.
fn own<'a>(schemas: &'a Value, name: &str) -> Option<&'a Value> {
    let schema = schemas.get("properties")?.get(name)?;
    let says_more = ["format", "pattern", "maxLength", "enum", "oneOf", "anyOf"];
    says_more
        .iter()
        .any(|keyword| schema.get(*keyword).is_some())
        .then_some(schema)
}

fn any_text() -> Value {
    json!({ "type": "string", "minLength": 1, "maxLength": 255 })
}

/// An example of a path's parameter: the type's own, or, where it is any text, that of another
/// operation on the same thing.
pub(crate) fn path_example(
    operation: &Operation,
    name: &str,
    others: &[Operation],
) -> Option<Value> {
    let place = |row: &manifest::Route| {
        row.path
            .split_once(&format!("{{{name}}}"))
            .map(|(before, _)| before)
    };
    let same = others
        .iter()
        .filter(|other| place(other.row) == place(operation.row));
    std::iter::once(operation)
        .chain(same)
        .find_map(|candidate| example(own(&(candidate.params)(), name)?))
}

fn query(name: &str, schema: &Value, required: bool) -> Value {
    let list = is_list(schema);
    let mut parameter = parameter(name, "query", schema.clone());
    if required {
        parameter["required"] = json!(true);
    }
    if list {
        // Comma-separated.
        parameter["style"] = json!("form");
        parameter["explode"] = json!(false);
    }
    parameter
}

/// The description and the example stand on the parameter, where readers of the document look.
fn parameter(name: &str, place: &str, mut schema: Value) -> Value {
    let mut parameter = json!({ "name": name, "in": place });
    let said = schema
        .as_object_mut()
        .and_then(|it| it.remove("description"));
    if let Some(description) = said {
        parameter["description"] = description;
    }
    if let Some(example) = example(&schema) {
        parameter["example"] = example;
    }
    parameter["schema"] = without_null(schema);
    parameter
}

fn is_list(schema: &Value) -> bool {
    match schema.get("type") {
        Some(Value::String(name)) => name == "array",
        Some(Value::Array(names)) => names.iter().any(|name| name == "array"),
        _ => false,
    }
}

/// An optional field may be null in JSON; a query parameter is there or not.
fn without_null(mut schema: Value) -> Value {
    if let Some(Value::Array(names)) = schema.get("type") {
        let names: Vec<Value> = names
            .iter()
            .filter(|name| *name != "null")
            .cloned()
            .collect();
        schema["type"] = match names.as_slice() {
            [only] => only.clone(),
            _ => Value::Array(names),
        };
    }
    if let Some(Value::Array(choices)) = schema.get_mut("enum") {
        choices.retain(|choice| !choice.is_null());
    }
    if let Some(Value::Array(branches)) = schema.get("anyOf") {
        let branches: Vec<Value> = branches
            .iter()
            .filter(|it| it.get("type") != Some(&json!("null")))
            .cloned()
            .collect();
        if let [only] = branches.as_slice() {
            let only = only.clone();
            if let (Value::Object(members), Value::Object(more)) = (&mut schema, only) {
                members.remove("anyOf");
                members.extend(more);
            }
        } else {
            schema["anyOf"] = Value::Array(branches);
        }
    }
    if schema.get("default") == Some(&Value::Null)
        && let Value::Object(members) = &mut schema
    {
        members.remove("default");
    }
    schema
}

/// A value that the schema itself gives.
pub(crate) fn example(schema: &Value) -> Option<Value> {
    let first = |keyword: &str| schema.get(keyword)?.as_array()?.first().cloned();
    let default = || schema.get("default").filter(|it| !it.is_null()).cloned();
    let branch = || {
        ["anyOf", "oneOf"]
            .iter()
            .filter_map(|keyword| schema.get(*keyword)?.as_array())
            .flatten()
            .find_map(|branch| example(branch).or_else(|| branch.get("const").cloned()))
    };
    first("examples")
        .or_else(default)
        .or_else(|| first("enum").filter(|it| !it.is_null()))
        .or_else(branch)
}

/// The headers that the walk reads here.
fn headers(operation: &Operation) -> Vec<Value> {
    let row = operation.row;
    [
        ("Idempotency-Key", row.once_only()),
        ("If-Match", honours_if_match(row)),
        (
            "If-None-Match",
            row.method == Method::GET && operation.revalidated,
        ),
    ]
    .into_iter()
    .filter(|(_, read)| *read)
    .map(|(name, _)| json!({ "$ref": format!("#/components/parameters/{name}") }))
    .collect()
}

/// Those headers, said once.
pub(super) fn shared() -> Value {
    // Any text is taken for a tag: it is another one than ours then.
    let tag = json!({ "type": "string", "format": "entity-tag" });
    let key = json!({ "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$" });
    let header = |name: &str, description: &str, example: &str, schema: &Value| {
        json!({
            "name": name,
            "in": "header",
            "description": description,
            "schema": schema,
            "example": example,
        })
    };
    json!({
        "Idempotency-Key": header(
            "Idempotency-Key",
            "Any text of your own. For 24 hours, the same request with the same key gets the first answer again.",
            "9d2f1c1e-5a0e-4a53-8f4e-2f6f2f1f7a10",
            &key,
        ),
        "If-Match": header(
            "If-Match",
            "The `ETag` that the change is based on; 412 when there has been another version since.",
            "\"v3\"",
            &tag,
        ),
        "If-None-Match": header(
            "If-None-Match",
            "The `ETag` that is known; 304 when it is still the current one.",
            "\"v3\"",
            &tag,
        ),
    })
}
