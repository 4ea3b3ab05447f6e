//! Bodies: from bytes to an endpoint's own type, with every fault told at once.

use crate::problem::{Problem, rows};
use crate::schema;
use kernel::{Faults, Pointer};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::Segment;

/// A media type without its parameters, in lower case; empty when the request names none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaType(String);

impl MediaType {
    pub(crate) fn of(header: Option<&str>) -> Self {
        let essence = header
            .unwrap_or_default()
            .split(';')
            .next()
            .unwrap_or_default();
        Self(essence.trim().to_ascii_lowercase())
    }

    /// The type and subtype.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `application/json`, or a type written in JSON such as `application/merge-patch+json`.
    pub fn is_json(&self) -> bool {
        self.0 == "application/json"
            || (self.0.starts_with("application/") && self.0.ends_with("+json"))
    }
}

/// A body as it came.
#[derive(Debug)]
pub struct Unread<'a> {
    /// What the client says it is.
    pub media: MediaType,
    /// What it sent, decoded.
    pub bytes: &'a [u8],
    /// The schema that [`Body::schema`] gave when the function started.
    pub schema: &'a Value,
}

/// What the OpenAPI document says of a body.
#[derive(Debug)]
pub struct BodyDoc {
    /// Media types, each with its schema.
    pub media: Vec<(&'static str, Schema)>,
    /// A body that works.
    pub example: Value,
    /// Whether there must be one.
    pub required: bool,
}

/// What an endpoint reads from a request's body.
pub trait Body: Sized + Send + 'static {
    /// The JSON schema that is checked, made once when the function starts; null for none.
    fn schema() -> Value;

    /// Reads the body.
    ///
    /// # Errors
    /// 400, 415 or 422.
    fn read(unread: Unread<'_>) -> Result<Self, Problem>;

    /// Describes it; none for endpoints without a body.
    fn describe(generator: &mut SchemaGenerator) -> Option<BodyDoc>;
}

/// No body; what a client sends all the same is not looked at.
impl Body for () {
    fn schema() -> Value {
        Value::Null
    }

    fn read(_unread: Unread<'_>) -> Result<Self, Problem> {
        Ok(())
    }

    fn describe(_generator: &mut SchemaGenerator) -> Option<BodyDoc> {
        None
    }
}

/// A JSON body. Its schema comes from its type; what a schema cannot say, `check` does.
pub trait JsonBody: DeserializeOwned + JsonSchema + Send + 'static {
    /// Whether a request without a body says as much as `{}`, where every field may be left out.
    const OPTIONAL: bool = false;

    /// Rules over several fields. They see the document as it came, so that their faults are told
    /// together with the schema's.
    fn check(_document: &Value, _faults: &mut Faults) {}

    /// A body that works, for the documentation and the sample event.
    fn example() -> Value;
}

impl<T: JsonBody> Body for T {
    fn schema() -> Value {
        schema::of::<T>()
    }

    fn read(unread: Unread<'_>) -> Result<Self, Problem> {
        if T::OPTIONAL && unread.bytes.is_empty() && unread.media.as_str().is_empty() {
            return read_json(b"{}", unread.schema);
        }
        if !unread.media.is_json() {
            return Err(Problem::new(rows::UNSUPPORTED_MEDIA_TYPE)
                .detail("Send the body as application/json."));
        }
        read_json(unread.bytes, unread.schema)
    }

    fn describe(generator: &mut SchemaGenerator) -> Option<BodyDoc> {
        let schema = generator.subschema_for::<T>();
        Some(BodyDoc {
            media: vec![("application/json", schema)],
            example: T::example(),
            required: !T::OPTIONAL,
        })
    }
}

/// Reads a JSON document as `T`, telling all of its faults. Imports use it for their rows.
///
/// # Errors
/// 400 for text that is not JSON, 422 for a document that breaks the schema or a rule.
pub fn read_json<T: JsonBody>(bytes: &[u8], schema: &Value) -> Result<T, Problem> {
    let document: Value = serde_json::from_slice(bytes).map_err(|error| {
        Problem::new(rows::MALFORMED_JSON).detail(format!("The body is not JSON: {error}."))
    })?;
    let mut faults = Faults::new();
    schema::check(schema, &document, &mut faults);
    // Rules over fields have nothing to say of what is no object.
    if document.is_object() {
        T::check(&document, &mut faults);
    }
    faults.into_result()?;
    // The text is read, not the checked document: amounts keep every digit only in the text.
    typed(bytes)
}

/// Reads checked JSON as a type. What the schema cannot say and the type still refuses, such as a
/// number with too many digits, is told with its place.
pub(crate) fn typed<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut text = serde_json::Deserializer::from_slice(bytes);
    serde_path_to_error::deserialize(&mut text).map_err(|error| {
        let place = error
            .path()
            .iter()
            .fold(Pointer::root(), |at, step| match step {
                Segment::Seq { index } => at.index(*index),
                Segment::Map { key } => at.field(key),
                Segment::Enum { .. } | Segment::Unknown => at,
            });
        Problem::new(rows::VALIDATION_FAILED).fault(place, error.into_inner().to_string())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize, JsonSchema)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Line {
        #[allow(dead_code)]
        unit_price: kernel::Amount,
    }

    #[derive(Debug, serde::Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    struct Order {
        #[allow(dead_code)]
        lines: Vec<Line>,
    }

    impl JsonBody for Order {
        fn example() -> Value {
            serde_json::json!({ "lines": [] })
        }
    }

    #[test]
    fn what_only_the_type_refuses_is_told_with_its_place() {
        let text = br#"{"lines": [{"unitPrice": 1e400}]}"#;
        let schema = schema::of::<Order>();
        let refused = read_json::<Order>(text, &schema);
        match refused {
            Err(problem) if problem.row() == rows::VALIDATION_FAILED => {
                assert_eq!(problem.faults()[0].pointer, "/lines/0/unitPrice");
            }
            Err(problem) => assert_eq!(problem.row(), rows::MALFORMED_JSON),
            Ok(order) => panic!("{order:?}"),
        }
        let long = br#"{"lines": [{"unitPrice": 0.1234567890123456789012345}]}"#;
        let refused = read_json::<Order>(long, &schema).unwrap_err();
        assert_eq!(refused.faults()[0].pointer, "/lines/0/unitPrice");
    }

    #[test]
    fn nothing_is_an_empty_document_where_every_field_may_be_left_out() {
        #[derive(Debug, PartialEq, serde::Deserialize, JsonSchema)]
        struct Optional {
            #[serde(default)]
            reason: Option<String>,
        }
        impl JsonBody for Optional {
            const OPTIONAL: bool = true;

            fn example() -> Value {
                serde_json::json!({})
            }
        }
        let schema = schema::of::<Optional>();
        let read = |media, bytes| {
            let media = MediaType::of(media);
            let schema = &schema;
            Optional::read(Unread {
                media,
                bytes,
                schema,
            })
        };
        assert_eq!(read(None, b"").unwrap(), Optional { reason: None });
        let cases: [(Option<&str>, &[u8], _); 2] = [
            (Some("application/json"), b"", rows::MALFORMED_JSON),
            (None, b"{}", rows::UNSUPPORTED_MEDIA_TYPE),
        ];
        for (media, bytes, row) in cases {
            assert_eq!(read(media, bytes).unwrap_err().row(), row);
        }
    }

    #[test]
    fn text_that_is_not_json_is_400() {
        for text in ["", "{", "{\"lines\": [}", "\u{0}"] {
            let refused = read_json::<Order>(text.as_bytes(), &schema::of::<Order>());
            assert_eq!(refused.unwrap_err().row(), rows::MALFORMED_JSON, "{text}");
        }
    }
}
