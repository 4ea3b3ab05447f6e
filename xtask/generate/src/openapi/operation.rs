//! One operation.

use super::components::{self, Components};
use super::problems;
use super::schemas::{Reply, RequestBody, Shape};
use edge::Operation;
use manifest::{Method, Route, Who};
use serde_json::{Map, Value, json};

/// `CreateProduct` → `createProduct`.
pub(crate) fn operation_id(operation: &Operation) -> String {
    let name = (operation.name)();
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_ascii_lowercase().to_string() + letters.as_str()
    })
}

pub(super) fn describe(
    operation: &Operation,
    shape: &Shape,
    all: &[Operation],
    components: &mut Components,
) -> Value {
    let row = operation.row;
    let mut value = json!({
        "operationId": operation_id(operation),
        "summary": operation.doc.summary,
        "description": detail(operation),
        "tags": [row.service],
        "security": security(row),
    });
    value["x-function"] = json!({
        "name": row.name,
        "memoryMb": row.sizing.memory_mb,
        "timeoutSeconds": row.sizing.timeout_s,
    });
    if let Who::Can(permission) = row.who {
        value["x-permission"] = json!(permission);
    }
    let parameters = super::parameters::parameters(operation, shape, all);
    if !parameters.is_empty() {
        value["parameters"] = Value::Array(parameters);
    }
    if let Some(read) = &shape.body {
        value["requestBody"] = body(read, row.body_bytes);
    }
    let mut responses = Map::new();
    responses.insert(
        shape.reply.status.to_string(),
        success(operation, shape, all, components),
    );
    for other in &shape.otherwise {
        responses.insert(other.status.to_string(), answer(row, other));
    }
    if row.method == Method::GET && operation.revalidated {
        responses.insert("304".into(), components.not_modified());
    }
    let reads_json = shape
        .body
        .iter()
        .flat_map(|body| &body.media)
        .any(|(media, _)| media == "application/json");
    let rows = problems::rows_of(operation, reads_json, shape.body.is_some());
    for (status, rows) in problems::by_status(&rows) {
        responses.insert(status.to_string(), components.problem(status, &rows));
    }
    responses.sort_keys();
    value["responses"] = Value::Object(responses);
    value
}

/// The endpoint's own words, and who may call.
fn detail(operation: &Operation) -> String {
    let who = match operation.row.who {
        Who::Public => String::from("Anybody may call it."),
        Who::Visitor => String::from(
            "Anybody may call it; a token, when there is one, must be good and may show more.",
        ),
        Who::Guest if wants_cart(operation.row) => {
            String::from("For who is signed in, and for guests, whose cart a token names.")
        }
        Who::Guest => {
            String::from("For who is signed in, and for guests with the token of the order.")
        }
        Who::Shopper => String::from("For who is signed in."),
        Who::Can(permission) => format!("Takes the permission `{permission}`."),
        Who::Signature => String::from("The caller signs the body."),
    };
    if operation.doc.detail.is_empty() {
        return who;
    }
    format!("{}\n\n{who}", operation.doc.detail)
}

/// Whether a guest comes with a cart: to it, or to make an order of it. To an order that is there,
/// a guest comes with its key.
fn wants_cart(row: &Route) -> bool {
    row.name.starts_with("cart-") || (row.service == "orders" && row.parameters().next().is_none())
}

fn security(row: &Route) -> Value {
    match row.who {
        Who::Public => json!([]),
        Who::Signature => json!([{ "stripeSignature": [] }]),
        Who::Visitor => json!([{}, { "bearer": [] }]),
        Who::Guest if wants_cart(row) => json!([{}, { "cartToken": [] }, { "bearer": [] }]),
        Who::Guest => json!([{}, { "orderToken": [] }, { "bearer": [] }]),
        Who::Shopper | Who::Can(_) => json!([{ "bearer": [] }]),
    }
}

fn body(body: &RequestBody, most: usize) -> Value {
    let content: Map<String, Value> = body
        .media
        .iter()
        .map(|(name, schema)| {
            let mut entry = json!({ "schema": schema });
            if schema["type"] == "string" && schema["maxLength"].is_null() {
                // Text of a media type of its own is bounded as a whole.
                entry["schema"]["maxLength"] = json!(most);
            }
            if name == "application/json" && schema["examples"].is_null() {
                entry["example"] = body.example.clone();
            }
            (name.clone(), entry)
        })
        .collect();
    json!({ "required": body.required, "content": content })
}

fn success(
    operation: &Operation,
    shape: &Shape,
    all: &[Operation],
    components: &Components,
) -> Value {
    let mut response = answer(operation.row, &shape.reply);
    if let Some((_, schema)) = &shape.reply.body {
        let links = links(operation, schema, all, components);
        if !links.is_empty() {
            response["links"] = Value::Object(links);
        }
    }
    response
}

fn answer(row: &Route, reply: &Reply) -> Value {
    let mut more: Vec<&str> = reply.headers.iter().map(String::as_str).collect();
    if row.once_only() {
        more.push("Idempotent-Replayed");
    }
    if row.method == Method::GET && reply.status == 200 && !more.contains(&"ETag") {
        // The walk tags by its content what has no version of its own.
        more.push("ETag");
    }
    let mut response = json!({
        "description": said(reply.status),
        "headers": components::references(&more),
    });
    if let Some((media, schema)) = &reply.body {
        response["content"] = json!({ media: { "schema": schema } });
    }
    response
}

fn said(status: u16) -> &'static str {
    match status {
        201 => "Made; `Location` says where it is.",
        202 => "Taken on; `Location` says where to look how it goes.",
        204 => "Done.",
        302 => "It is elsewhere.",
        _ => "It is here.",
    }
}

/// From what a POST made to what can be done with it: every operation on `{path}/{id}` and below.
fn links(
    operation: &Operation,
    schema: &Value,
    all: &[Operation],
    components: &Components,
) -> Map<String, Value> {
    let row = operation.row;
    if row.method != Method::POST || !has_id(schema, components) {
        return Map::new();
    }
    let below = format!("{}/{{", row.path);
    all.iter()
        .filter(|other| other.row.path.starts_with(&below) && other.row.parameters().count() == 1)
        .filter_map(|other| {
            let parameter = other.row.parameters().next()?;
            let id = operation_id(other);
            let link = json!({
                "operationId": id,
                "parameters": { parameter: "$response.body#/data/id" },
            });
            Some((id, link))
        })
        .collect()
}

/// Whether `data` has an `id`.
fn has_id(schema: &Value, components: &Components) -> bool {
    let data = &schema["properties"]["data"];
    let data = data["$ref"]
        .as_str()
        .and_then(|target| components.schema(target.rsplit('/').next()?))
        .unwrap_or(data);
    data["properties"]["id"].is_object()
}
