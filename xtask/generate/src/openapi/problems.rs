//! Which problems an operation can answer, and how they are described.

use super::components;
use edge::{Operation, Row, rows};
use manifest::{Method, Route, Who};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Every problem that an operation can answer: the walk's, which follow from its row, and its
/// service's.
pub(super) fn rows_of(operation: &Operation, reads_json: bool, reads: bool) -> Vec<Row> {
    let row = operation.row;
    let mut all = vec![rows::VALIDATION_FAILED, rows::INTERNAL, rows::TIMED_OUT];
    if reads_json {
        all.push(rows::MALFORMED_JSON);
    }
    if reads {
        all.extend([rows::BODY_TOO_LARGE, rows::UNSUPPORTED_MEDIA_TYPE]);
    }
    if row.admits_tokens() {
        all.push(rows::UNAUTHENTICATED);
    }
    // A visitor may ask for more than visitors see.
    if matches!(row.who, Who::Can(_) | Who::Visitor) {
        all.push(rows::FORBIDDEN);
    }
    if row.parameters().next().is_some() {
        all.push(rows::NOT_FOUND);
    }
    if row.once_only() {
        all.extend([rows::IDEMPOTENCY_IN_FLIGHT, rows::IDEMPOTENCY_KEY_REUSED]);
    }
    if honours_if_match(row) {
        all.push(rows::PRECONDITION_FAILED);
    }
    if row.rate.bucket().is_some() {
        all.push(rows::RATE_LIMITED);
    }
    if !manifest::grants_of(row.name).is_empty() || row.admits_tokens() {
        all.push(rows::UNAVAILABLE);
    }
    for own in operation.doc.problems {
        if !all.contains(own) {
            all.push(*own);
        }
    }
    all.sort_by_key(|row| (row.status, row.code));
    all
}

/// Every kind of failure once, as `x-problems`: the documentation's page has a section for each,
/// which the `type` of a problem points to.
pub(super) fn catalogue(operations: &[Operation]) -> Vec<Value> {
    let own = operations
        .iter()
        .flat_map(|operation| operation.doc.problems);
    let all: BTreeMap<(u16, &str), &Row> = rows::ALL
        .iter()
        .chain(own)
        .map(|row| ((row.status, row.code), row))
        .collect();
    all.values()
        .map(|row| {
            json!({
                "code": row.code,
                "status": row.status,
                "title": row.title,
                "retryable": row.retryable(),
            })
        })
        .collect()
}

/// Whether the operation changes one thing that has a version.
pub(super) fn honours_if_match(row: &Route) -> bool {
    matches!(row.method, Method::PUT | Method::DELETE) && row.parameters().next().is_some()
}

pub(super) fn by_status(all: &[Row]) -> BTreeMap<u16, Vec<Row>> {
    let mut statuses: BTreeMap<u16, Vec<Row>> = BTreeMap::new();
    for row in all {
        statuses.entry(row.status).or_default().push(*row);
    }
    // The gateway's own throttle stands before every route.
    statuses.entry(429).or_default();
    statuses
}

/// `SkuTakenOrSlugTaken`.
pub(super) fn response_name(status: u16, rows: &[Row]) -> String {
    if rows.is_empty() {
        return format!("Gateway{status}");
    }
    let names: Vec<String> = rows
        .iter()
        .map(|row| manifest::logical_id(&row.code.replace('_', "-")))
        .collect();
    names.join("Or")
}

pub(super) fn response(status: u16, rows: &[Row]) -> Value {
    let mut more = Vec::new();
    if matches!(status, 429 | 503) || rows.contains(&rows::IDEMPOTENCY_IN_FLIGHT) {
        more.push("Retry-After");
    }
    if status == 401 {
        more.push("WWW-Authenticate");
    }
    let titles: Vec<String> = rows
        .iter()
        .map(|row| format!("`{}`: {}.", row.code, row.title))
        .collect();
    let mut content = serde_json::Map::new();
    if !rows.is_empty() {
        let codes: Vec<&str> = rows.iter().map(|row| row.code).collect();
        let examples: serde_json::Map<String, Value> = rows
            .iter()
            .map(|row| (row.code.into(), json!({ "value": example(row) })))
            .collect();
        content.insert(
            "application/problem+json".into(),
            json!({
                "schema": {
                    "allOf": [
                        { "$ref": "#/components/schemas/Problem" },
                        { "properties": { "status": { "const": status }, "code": { "enum": codes } } },
                    ],
                },
                "examples": examples,
            }),
        );
    }
    if status == 429 {
        content.insert(
            "application/json".into(),
            json!({ "schema": { "$ref": "#/components/schemas/GatewayMessage" } }),
        );
    }
    let description = if titles.is_empty() {
        String::from("The gateway's throttle.")
    } else {
        titles.join(" ")
    };
    json!({ "description": description, "headers": components::references(&more), "content": content })
}

fn example(row: &Row) -> Value {
    let errors = if *row == rows::VALIDATION_FAILED {
        json!([{ "pointer": "/name", "detail": "is missing" }])
    } else {
        json!([])
    };
    json!({
        "success": false,
        "type": format!("/docs#{}", row.code),
        "title": row.title,
        "status": row.status,
        "detail": format!("{}.", row.title),
        "code": row.code,
        "instance": "7f0f3f5e-8a70-4a3e-9d0e-0b6f5a9d2c11",
        "errors": errors,
    })
}

pub(super) fn schema() -> Value {
    let text = |description: &str, longest: u32| json!({ "type": "string", "description": description, "maxLength": longest });
    json!({
        "type": "object",
        "description": "A failure (RFC 9457). Some have further members, which their code says.",
        "required": ["success", "type", "title", "status", "detail", "code", "instance", "errors"],
        "properties": {
            "success": { "const": false },
            "type": { "type": "string", "format": "uri-reference", "description": "The documentation of this kind of failure.", "maxLength": 2048 },
            "title": text("What kind of failure it is, for people.", 255),
            "status": { "type": "integer", "format": "int32", "minimum": 400, "maximum": 599, "description": "The HTTP status." },
            "detail": text("What happened this time, for people.", 8192),
            "code": { "type": "string", "pattern": "^[a-z][a-z0-9_]*$", "description": "What kind of failure it is, for programs. It does not change.", "maxLength": 64 },
            "instance": text("The request's id.", 128),
            "errors": {
                "type": "array",
                "description": "Every fault of the request, each with the JSON pointer of its field.",
                "maxItems": 10_000,
                "items": {
                    "type": "object",
                    "required": ["pointer", "detail"],
                    "properties": {
                        "pointer": text("The field (RFC 6901); empty for the whole.", 2048),
                        "detail": text("What is wrong with it.", 2048),
                    },
                },
            },
        },
    })
}

/// What the gateway itself says where it throttles.
pub(super) fn gateway_message() -> Value {
    json!({
        "type": "object",
        "description": "An answer of the gateway's own.",
        "required": ["message"],
        "properties": { "message": { "type": "string", "maxLength": 255 } },
    })
}
