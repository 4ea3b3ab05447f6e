//! Query strings: typed by a schema like bodies, unknown parameters refused.

use crate::problem::Problem;
use crate::{body, schema};
use kernel::{Faults, Pointer};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// What an endpoint reads from the query string.
pub trait Query: Sized + Send + 'static {
    /// The schema, made once when the function starts; null for none.
    fn schema() -> Value;

    /// Reads the pairs.
    ///
    /// # Errors
    /// 422 with every fault.
    fn read(pairs: &[(String, String)], schema: &Value) -> Result<Self, Problem>;
}

/// Types that are read from query strings: a flat struct whose fields are all optional or lists.
/// A list is written comma-separated.
pub trait QueryParams: DeserializeOwned + JsonSchema + Send + 'static {}

impl Query for () {
    fn schema() -> Value {
        serde_json::json!({ "type": "object", "additionalProperties": false })
    }

    fn read(pairs: &[(String, String)], schema: &Value) -> Result<Self, Problem> {
        document(pairs, schema).map(|_| ())
    }
}

impl<T: QueryParams> Query for T {
    fn schema() -> Value {
        schema::of::<T>()
    }

    fn read(pairs: &[(String, String)], schema: &Value) -> Result<Self, Problem> {
        let document = document(pairs, schema)?;
        // Written out again, so that amounts are read from their digits.
        body::typed(document.to_string().as_bytes())
    }
}

fn document(pairs: &[(String, String)], schema: &Value) -> Result<Value, Problem> {
    let mut faults = Faults::new();
    let mut members = Map::new();
    for (name, text) in pairs {
        let kind = schema.get("properties").and_then(|known| known.get(name));
        let value = kind.map_or_else(
            || Value::String(text.clone()),
            |rules| typed(schema, rules, text),
        );
        if members.insert(name.clone(), value).is_some() {
            faults.add(Pointer::root().field(name), "is given twice");
        }
    }
    let document = Value::Object(members);
    schema::check(schema, &document, &mut faults);
    if faults.is_empty() {
        return Ok(document);
    }
    // A query string has no null to offer, though the type that it is read as has.
    let mut told = Faults::new();
    for fault in faults.into_vec() {
        told.add(fault.pointer, fault.detail.trim_end_matches(" or null"));
    }
    Err(told.into())
}

/// The text as the type that the schema asks for; where it cannot be that, it stays text, and the
/// check says what is wrong.
fn typed(root: &Value, rules: &Value, text: &str) -> Value {
    let rules = rules
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|reference| root.pointer(reference.trim_start_matches('#')))
        .unwrap_or(rules);
    if let Some(Value::Array(branches)) = rules.get("anyOf") {
        // A type that also takes text is given the text: amounts keep every digit that way.
        let mut readings = branches.iter().map(|branch| typed(root, branch, text));
        return readings
            .clone()
            .find(Value::is_string)
            .or_else(|| readings.next())
            .unwrap_or_else(|| Value::String(text.to_owned()));
    }
    let named = |wanted: &str| match rules.get("type") {
        Some(Value::String(name)) => name == wanted,
        Some(Value::Array(names)) => names.iter().any(|name| name == wanted),
        _ => false,
    };
    let text_value = || Value::String(text.to_owned());
    if named("array") {
        let items = rules.get("items").unwrap_or(&Value::Null);
        let parts = text.split(',').filter(|part| !part.is_empty());
        return Value::Array(parts.map(|part| typed(root, items, part)).collect());
    }
    let digits = text
        .strip_prefix('-')
        .unwrap_or(text)
        .bytes()
        .all(|byte| byte.is_ascii_digit());
    if named("integer") && digits {
        return text
            .parse::<u64>()
            .map(Value::from)
            .or_else(|_| text.parse::<i64>().map(Value::from))
            .unwrap_or_else(|_| text_value());
    }
    let is_decimal = |text: &str| {
        text.bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
    };
    if named("number") && is_decimal(text.strip_prefix('-').unwrap_or(text)) {
        return text
            .parse::<f64>()
            .map_or_else(|_| text_value(), Value::from);
    }
    if named("boolean") {
        return text
            .parse::<bool>()
            .map_or_else(|_| text_value(), Value::from);
    }
    text_value()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize, JsonSchema, PartialEq)]
    #[serde(deny_unknown_fields, rename_all = "camelCase")]
    struct Sample {
        limit: Option<u32>,
        verified: Option<bool>,
        #[serde(default)]
        ids: Vec<String>,
        brand: Option<String>,
        rating: Option<f64>,
    }

    impl QueryParams for Sample {}

    fn read(text: &str) -> Result<Sample, Problem> {
        let pairs: Vec<_> = text
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        Sample::read(&pairs, &<Sample as Query>::schema())
    }

    #[test]
    fn parameters_arrive_as_their_types() {
        let sample = read("limit=5&verified=true&ids=a,b&brand=7&rating=4.5").unwrap();
        let expected = Sample {
            limit: Some(5),
            verified: Some(true),
            ids: vec!["a".into(), "b".into()],
            brand: Some("7".into()),
            rating: Some(4.5),
        };
        assert_eq!(sample, expected);
    }

    #[test]
    fn unknown_wrong_and_repeated_parameters_are_all_told() {
        for number in ["rating=inf", "rating=1e3", "rating=.", "rating="] {
            let refused = read(number).unwrap_err();
            assert_eq!(refused.faults()[0].detail, "must be a number", "{number}");
        }
        let signed = read("limit=+5").unwrap_err();
        assert_eq!(signed.faults()[0].detail, "must be a whole number");
        let problem = read("limit=x&limit=3&page=1&verified=maybe").unwrap_err();
        let answer = problem.into_answer(&crate::Links::new(""), "r");
        let body: Value = serde_json::from_slice(&answer.body).unwrap();
        let mut pointers: Vec<_> = body["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|e| e["pointer"].as_str().unwrap())
            .collect();
        pointers.sort_unstable();
        assert_eq!(pointers, ["/limit", "/page", "/verified"]);
    }
}
