//! What an endpoint gives back, and how it is written.

use crate::answer::{self, Answer, JSON};
use kernel::Cursor;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// Makes absolute links from paths below the API's root, so that they hold behind any prefix.
#[derive(Debug, Clone)]
pub struct Links(Arc<str>);

impl Links {
    /// Links below this URL; with an empty one they stay paths.
    pub fn new(root: &str) -> Self {
        Self(root.trim_end_matches('/').into())
    }

    /// The link to a path that starts with a slash; a whole URL stays what it is.
    pub fn to(&self, path: &str) -> String {
        if path.starts_with('/') {
            format!("{}{path}", self.0)
        } else {
            path.to_owned()
        }
    }

    /// The path that the root has on its host: empty, or with a slash at its start only.
    pub fn prefix(&self) -> &str {
        let host = self.0.split_once("://").map_or(&*self.0, |(_, rest)| rest);
        host.find('/').map_or("", |at| &host[at..])
    }
}

/// A successful answer.
pub trait Reply: Send + Sized + 'static {
    /// Writes it.
    fn into_answer(self, links: &Links) -> Answer;
    /// Describes it for the OpenAPI document.
    fn describe(generator: &mut SchemaGenerator) -> ReplyDoc;
    /// Describes what else it may be, each with a status of its own.
    fn otherwise(_generator: &mut SchemaGenerator) -> Vec<ReplyDoc> {
        Vec::new()
    }
}

/// What the OpenAPI document says of a reply.
#[derive(Debug)]
pub struct ReplyDoc {
    /// The status.
    pub status: u16,
    /// Media type and schema of the body, where there is one. The schema is the whole body's.
    pub body: Option<(&'static str, Schema)>,
    /// Headers that only this kind of reply has.
    pub headers: &'static [&'static str],
}

/// 200 with one thing in the envelope.
#[derive(Debug)]
pub struct Data<T> {
    data: T,
    meta: Map<String, Value>,
    version: Option<u64>,
}

impl<T> Data<T> {
    /// The thing.
    pub fn new(data: T) -> Self {
        Self {
            data,
            meta: Map::new(),
            version: None,
        }
    }

    /// Its version, which becomes the `ETag`.
    #[must_use]
    pub fn version(mut self, version: u64) -> Self {
        self.version = Some(version);
        self
    }

    /// A member of `meta`.
    #[must_use]
    pub fn meta(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.meta.insert(name.to_owned(), value.into());
        self
    }
}

/// 201 with a `Location`.
#[derive(Debug)]
pub struct Created<T> {
    path: String,
    data: Data<T>,
}

impl<T> Created<T> {
    /// The new thing, at a path below the API's root or at a URL elsewhere.
    pub fn at(path: impl Into<String>, data: T) -> Self {
        Self {
            path: path.into(),
            data: Data::new(data),
        }
    }

    /// Its version, which becomes the `ETag`.
    #[must_use]
    pub fn version(mut self, version: u64) -> Self {
        self.data.version = Some(version);
        self
    }
}

/// 202 for work that goes on elsewhere; `Location` says where to look.
#[derive(Debug)]
pub struct Accepted<T> {
    path: String,
    data: T,
}

impl<T> Accepted<T> {
    /// The work, and where to look how it goes.
    pub fn at(path: impl Into<String>, data: T) -> Self {
        Self {
            path: path.into(),
            data,
        }
    }
}

/// 204.
#[derive(Debug)]
pub struct NoContent;

/// 200 with a page of things.
#[derive(Debug)]
pub struct List<T> {
    items: Vec<T>,
    meta: Map<String, Value>,
}

impl<T> List<T> {
    /// A page that was asked for with `limit`, and where the next one starts.
    pub fn new(items: Vec<T>, limit: u32, next: Option<Cursor>) -> Self {
        let next = next.map_or(Value::Null, |cursor| cursor.to_string().into());
        let meta = Map::from_iter([("limit".into(), limit.into()), ("nextCursor".into(), next)]);
        Self { items, meta }
    }

    /// Everything there is, in one page.
    pub fn whole(items: Vec<T>) -> Self {
        let meta = Map::from_iter([
            ("limit".into(), items.len().into()),
            ("nextCursor".into(), Value::Null),
        ]);
        Self { items, meta }
    }

    /// A further member of `meta`.
    #[must_use]
    pub fn meta(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.meta.insert(name.to_owned(), value.into());
        self
    }
}

/// 200 without envelope, as the platform's routes answer; or another status where it says so.
#[derive(Debug)]
pub struct Bare<T> {
    /// The status, 200 as a rule.
    pub status: u16,
    /// The whole body.
    pub body: T,
}

/// 200 with bytes of some media type.
#[derive(Debug)]
pub struct Content {
    /// The media type.
    pub media: &'static str,
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Further headers.
    pub headers: Vec<(&'static str, String)>,
}

/// 302 to another URL.
#[derive(Debug)]
pub struct Redirect(pub String);

#[derive(Serialize)]
struct Envelope<'a, T> {
    success: bool,
    data: &'a T,
    #[serde(skip_serializing_if = "Map::is_empty")]
    meta: &'a Map<String, Value>,
}

fn enveloped<T: Serialize>(status: u16, data: &T, meta: &Map<String, Value>) -> Answer {
    answer::json(
        status,
        JSON,
        &Envelope {
            success: true,
            data,
            meta,
        },
    )
}

fn envelope_schema(data: Schema, meta: Option<Value>) -> Schema {
    let mut schema = json!({
        "type": "object",
        "properties": { "success": { "const": true }, "data": data, "meta": { "type": "object" } },
        "required": ["success", "data"],
    });
    if let Some(meta) = meta {
        schema["properties"]["meta"] = meta;
        schema["required"] = json!(["success", "data", "meta"]);
    }
    Schema::try_from(schema).unwrap_or_default()
}

fn with_tag(mut answer: Answer, version: Option<u64>) -> Answer {
    if let Some(version) = version {
        answer
            .headers
            .push(("etag".into(), format!("\"v{version}\"")));
    }
    answer
}

impl<T: Serialize + JsonSchema + Send + 'static> Reply for Data<T> {
    fn into_answer(self, _links: &Links) -> Answer {
        with_tag(enveloped(200, &self.data, &self.meta), self.version)
    }

    fn describe(generator: &mut SchemaGenerator) -> ReplyDoc {
        let data = generator.subschema_for::<T>();
        ReplyDoc {
            status: 200,
            body: Some((JSON, envelope_schema(data, None))),
            headers: &["ETag"],
        }
    }
}

impl<T: Serialize + JsonSchema + Send + 'static> Reply for Created<T> {
    fn into_answer(self, links: &Links) -> Answer {
        let mut answer = with_tag(
            enveloped(201, &self.data.data, &self.data.meta),
            self.data.version,
        );
        answer
            .headers
            .push(("location".into(), links.to(&self.path)));
        answer
    }

    fn describe(generator: &mut SchemaGenerator) -> ReplyDoc {
        let data = generator.subschema_for::<T>();
        ReplyDoc {
            status: 201,
            body: Some((JSON, envelope_schema(data, None))),
            headers: &["Location", "ETag"],
        }
    }
}

impl<T: Serialize + JsonSchema + Send + 'static> Reply for Accepted<T> {
    fn into_answer(self, links: &Links) -> Answer {
        let mut answer = enveloped(202, &self.data, &Map::new());
        answer
            .headers
            .push(("location".into(), links.to(&self.path)));
        answer
    }

    fn describe(generator: &mut SchemaGenerator) -> ReplyDoc {
        let data = generator.subschema_for::<T>();
        ReplyDoc {
            status: 202,
            body: Some((JSON, envelope_schema(data, None))),
            headers: &["Location"],
        }
    }
}

impl Reply for NoContent {
    fn into_answer(self, _links: &Links) -> Answer {
        Answer {
            status: 204,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    fn describe(_generator: &mut SchemaGenerator) -> ReplyDoc {
        ReplyDoc {
            status: 204,
            body: None,
            headers: &[],
        }
    }
}

impl<T: Serialize + JsonSchema + Send + 'static> Reply for List<T> {
    fn into_answer(self, _links: &Links) -> Answer {
        enveloped(200, &self.items, &self.meta)
    }

    fn describe(generator: &mut SchemaGenerator) -> ReplyDoc {
        let item = generator.subschema_for::<T>();
        let data = Schema::try_from(json!({ "type": "array", "items": item })).unwrap_or_default();
        let meta = json!({
            "type": "object",
            "properties": {
                "limit": { "type": "integer", "minimum": 0 },
                "nextCursor": { "type": ["string", "null"], "description": "Where the next page starts; null at the end." },
            },
            "required": ["limit", "nextCursor"],
        });
        ReplyDoc {
            status: 200,
            body: Some((JSON, envelope_schema(data, Some(meta)))),
            headers: &["ETag"],
        }
    }
}

impl<T: Serialize + JsonSchema + Send + 'static> Reply for Bare<T> {
    fn into_answer(self, _links: &Links) -> Answer {
        answer::json(self.status, JSON, &self.body)
    }

    fn describe(generator: &mut SchemaGenerator) -> ReplyDoc {
        let body = generator.subschema_for::<T>();
        ReplyDoc {
            status: 200,
            body: Some((JSON, body)),
            headers: &[],
        }
    }
}

impl Reply for Content {
    fn into_answer(self, _links: &Links) -> Answer {
        let mut headers = vec![("content-type".to_owned(), self.media.to_owned())];
        headers.extend(
            self.headers
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value)),
        );
        Answer {
            status: 200,
            headers,
            body: self.bytes,
        }
    }

    fn describe(_generator: &mut SchemaGenerator) -> ReplyDoc {
        let schema = Schema::try_from(json!({ "type": "string" })).unwrap_or_default();
        ReplyDoc {
            status: 200,
            body: Some(("*/*", schema)),
            headers: &[],
        }
    }
}

impl Reply for Redirect {
    fn into_answer(self, _links: &Links) -> Answer {
        Answer {
            status: 302,
            headers: vec![("location".into(), self.0)],
            body: Vec::new(),
        }
    }

    fn describe(_generator: &mut SchemaGenerator) -> ReplyDoc {
        ReplyDoc {
            status: 302,
            body: None,
            headers: &["Location"],
        }
    }
}

/// One of two replies, where an endpoint answers small things itself and sends on for large ones.
impl<A: Reply, B: Reply> Reply for futures_util::future::Either<A, B> {
    fn into_answer(self, links: &Links) -> Answer {
        match self {
            Self::Left(reply) => reply.into_answer(links),
            Self::Right(reply) => reply.into_answer(links),
        }
    }

    fn describe(generator: &mut SchemaGenerator) -> ReplyDoc {
        A::describe(generator)
    }

    fn otherwise(generator: &mut SchemaGenerator) -> Vec<ReplyDoc> {
        vec![B::describe(generator)]
    }
}
