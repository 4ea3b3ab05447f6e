//! Schemas as OpenAPI's readers like them.

use serde_json::{Map, Value, json};

fn is_integer(members: &Map<String, Value>) -> bool {
    match members.get("type") {
        Some(Value::String(name)) => name == "integer",
        Some(Value::Array(names)) => names.iter().any(|name| name == "integer"),
        _ => false,
    }
}

/// An integer with bounds of its own and no format.
fn unnamed(members: &Map<String, Value>) -> (&'static str, Value, Value) {
    let most = members.get("maximum").and_then(Value::as_i64);
    if most.is_some_and(|most| most <= i64::from(i32::MAX)) {
        return ("int32", json!(i32::MIN), json!(i32::MAX));
    }
    ("int64", json!(-EXACT), json!(EXACT))
}

/// JSON numbers are exact up to here everywhere.
const EXACT: i64 = 9_007_199_254_740_991;

/// Says the bounds of integers by number: OpenAPI knows two formats of them, Rust has ten.
pub(super) fn tidy(schema: &mut Value) {
    let Value::Object(members) = schema else {
        if let Value::Array(items) = schema {
            items.iter_mut().for_each(tidy);
        }
        return;
    };
    members.remove("$schema");
    let bounds = match members.get("format").and_then(Value::as_str) {
        Some("uint8") => Some(("int32", json!(0), json!(u8::MAX))),
        Some("uint16") => Some(("int32", json!(0), json!(u16::MAX))),
        Some("uint32") => Some(("int64", json!(0), json!(u32::MAX))),
        Some("uint64" | "uint") => Some(("int64", json!(0), json!(EXACT))),
        Some("int32") => Some(("int32", json!(i32::MIN), json!(i32::MAX))),
        Some("int64" | "int") => Some(("int64", json!(-EXACT), json!(EXACT))),
        None if is_integer(members) => Some(unnamed(members)),
        _ => None,
    };
    if let Some((format, least, most)) = bounds {
        members.insert("format".into(), json!(format));
        if !members.contains_key("exclusiveMinimum") {
            members.entry("minimum").or_insert(least);
        }
        if !members.contains_key("exclusiveMaximum") {
            members.entry("maximum").or_insert(most);
        }
    }
    for (key, value) in members {
        if !matches!(
            key.as_str(),
            "example" | "examples" | "default" | "const" | "enum"
        ) {
            tidy(value);
        }
    }
}
