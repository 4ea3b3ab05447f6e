//! The schemas of all operations, collected so that shared types are said once.
//!
//! A type may read and write differently (a field that may be left out in a body is always there in
//! an answer), so bodies and answers are generated apart and put together afterwards.

use super::tidy::tidy;
use edge::{BodyDoc, Operation, ReplyDoc};
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Where OpenAPI keeps schemas.
const HOME: &str = "#/components/schemas/";

/// Names that types of a single endpoint have; the operation's name is put in front.
const PLAIN: &[&str] = &["Answer", "Body", "Data", "Item", "Query", "Reply", "View"];

/// Schemas of every operation, and the definitions that they refer to.
pub(super) struct Shapes {
    pub operations: Vec<Shape>,
    pub definitions: Map<String, Value>,
}

/// What one operation reads and answers.
pub(super) struct Shape {
    pub params: Value,
    pub query: Value,
    pub body: Option<RequestBody>,
    pub reply: Reply,
    /// What else it answers.
    pub otherwise: Vec<Reply>,
}

/// What an operation reads.
pub(super) struct RequestBody {
    /// Media types with their schemas.
    pub media: Vec<(String, Value)>,
    pub example: Value,
    pub required: bool,
}

impl Shape {
    fn replies(&mut self) -> impl Iterator<Item = &mut Value> {
        let all = std::iter::once(&mut self.reply).chain(&mut self.otherwise);
        all.filter_map(|reply| reply.body.as_mut())
            .map(|(_, schema)| schema)
    }

    fn bodies(&mut self) -> impl Iterator<Item = &mut Value> {
        self.body
            .iter_mut()
            .flat_map(|body| &mut body.media)
            .map(|(_, schema)| schema)
    }
}

/// An operation's successful answer.
pub(super) struct Reply {
    pub status: u16,
    pub body: Option<(String, Value)>,
    pub headers: Vec<String>,
}

pub(super) fn collect(operations: &[Operation]) -> Shapes {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut written = settings.clone().for_serialize().into_generator();
    let mut read = settings.for_deserialize().into_generator();
    let mut shapes: Vec<Shape> = operations
        .iter()
        .map(|operation| Shape {
            params: (operation.params)(),
            query: (operation.query)(),
            body: (operation.body)(&mut read).map(body),
            reply: reply((operation.reply)(&mut written)),
            otherwise: (operation.otherwise)(&mut written)
                .into_iter()
                .map(reply)
                .collect(),
        })
        .collect();

    let mut definitions = Map::new();
    let written = adopt(&mut definitions, written.take_definitions(true));
    let read = adopt(&mut definitions, read.take_definitions(true));
    for shape in &mut shapes {
        shape.replies().for_each(|schema| rename(schema, &written));
        shape.bodies().for_each(|schema| rename(schema, &read));
        for document in [&mut shape.params, &mut shape.query] {
            let own = document.as_object_mut().and_then(|it| it.remove("$defs"));
            relocate(document);
            let Some(Value::Object(mut own)) = own else {
                continue;
            };
            own.values_mut().for_each(relocate);
            let names = adopt(&mut definitions, own);
            rename(document, &names);
        }
    }
    name_by_operation(operations, &mut shapes, &mut definitions);
    definitions.values_mut().for_each(tidy);
    for shape in &mut shapes {
        tidy(&mut shape.params);
        tidy(&mut shape.query);
        shape.replies().for_each(tidy);
        shape.bodies().for_each(tidy);
    }
    definitions.sort_keys();
    Shapes {
        operations: shapes,
        definitions,
    }
}

fn body(doc: BodyDoc) -> RequestBody {
    let media = doc
        .media
        .into_iter()
        .map(|(media, schema)| (media.into(), schema.to_value()));
    RequestBody {
        media: media.collect(),
        example: doc.example,
        required: doc.required,
    }
}

fn reply(doc: ReplyDoc) -> Reply {
    Reply {
        status: doc.status,
        body: doc
            .body
            .map(|(media, schema)| (media.into(), schema.to_value())),
        headers: doc.headers.iter().map(|name| String::from(*name)).collect(),
    }
}

/// Adds definitions. One whose name is taken by another schema gets a name of its own, and with it
/// those that refer to it; the answer says which.
fn adopt(known: &mut Map<String, Value>, own: Map<String, Value>) -> BTreeMap<String, String> {
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    loop {
        let mut settled = true;
        for (name, schema) in &own {
            if names.contains_key(name) {
                continue;
            }
            let mut schema = schema.clone();
            rename(&mut schema, &names);
            if known.get(name).is_some_and(|other| *other != schema) {
                names.insert(name.clone(), free(known, &own, &format!("{name}Input")));
                settled = false;
            }
        }
        if settled {
            break;
        }
    }
    for (name, mut schema) in own {
        rename(&mut schema, &names);
        let name = names.get(&name).cloned().unwrap_or(name);
        known.insert(name, schema);
    }
    names
}

fn free(known: &Map<String, Value>, own: &Map<String, Value>, wanted: &str) -> String {
    let taken = |name: &str| known.contains_key(name) || own.contains_key(name);
    (1..)
        .map(|count| {
            if count == 1 {
                wanted.to_owned()
            } else {
                format!("{wanted}{count}")
            }
        })
        .find(|name| !taken(name))
        .unwrap_or_default()
}

/// `CreateProductBody` instead of `Body7`.
fn name_by_operation(
    operations: &[Operation],
    shapes: &mut [Shape],
    definitions: &mut Map<String, Value>,
) {
    let mut names = BTreeMap::new();
    for (operation, shape) in operations.iter().zip(shapes.iter_mut()) {
        let bodies: Vec<Value> = shape.bodies().map(|schema| schema.clone()).collect();
        let replies: Vec<Value> = shape.replies().map(|schema| schema.clone()).collect();
        for schema in bodies.iter().chain(&replies) {
            for target in references(schema) {
                let plain = target.trim_end_matches(|digit: char| digit.is_ascii_digit());
                if PLAIN.contains(&plain) && !names.contains_key(&target) {
                    let wanted = format!("{}{plain}", (operation.name)());
                    names.insert(target, free(definitions, &Map::new(), &wanted));
                }
            }
        }
    }
    for (old, new) in &names {
        if let Some(schema) = definitions.remove(old) {
            definitions.insert(new.clone(), schema);
        }
    }
    definitions
        .values_mut()
        .for_each(|schema| rename(schema, &names));
    for shape in shapes {
        shape.replies().for_each(|schema| rename(schema, &names));
        shape.bodies().for_each(|schema| rename(schema, &names));
    }
}

fn references(schema: &Value) -> Vec<String> {
    match schema {
        Value::Object(members) => members
            .iter()
            .flat_map(|(key, value)| match (key.as_str(), value) {
                ("$ref", Value::String(target)) => target
                    .strip_prefix(HOME)
                    .map(str::to_owned)
                    .into_iter()
                    .collect(),
                _ => references(value),
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

fn rename(schema: &mut Value, names: &BTreeMap<String, String>) {
    each_reference(schema, &|target| {
        target
            .strip_prefix(HOME)
            .and_then(|name| names.get(name))
            .map(|new| format!("{HOME}{new}"))
    });
}

/// Turns a document's own `#/$defs/X` into OpenAPI's place for it.
fn relocate(schema: &mut Value) {
    each_reference(schema, &|target| {
        target
            .strip_prefix("#/$defs/")
            .map(|name| format!("{HOME}{name}"))
    });
}

fn each_reference(schema: &mut Value, change: &dyn Fn(&str) -> Option<String>) {
    match schema {
        Value::Object(members) => {
            for (key, value) in members {
                match value {
                    Value::String(target) if key == "$ref" => {
                        if let Some(new) = change(target) {
                            *target = new;
                        }
                    }
                    _ => each_reference(value, change),
                }
            }
        }
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| each_reference(item, change)),
        _ => {}
    }
}

#[cfg(test)]
mod tests;
