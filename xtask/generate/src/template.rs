//! `template.yaml` and `infra/sam/<service>.yaml`.
//!
//! The root keeps what has state or is shared, and the gateway; each service is a nested
//! application with its functions and queues. A service takes what it uses of the root as
//! parameters of the same names, so that there are no cycles and no exports.

mod api;
mod consumer;
mod function;
mod import;
mod root;
mod service;
mod storage;

use serde_json::{Map, Value, json};
use std::path::PathBuf;

pub(crate) use api::{route_key, shadowed};
pub(crate) use consumer::{every, scheduled_event, topics};
pub(crate) use storage::EXPIRES;

/// The templates, by their path from the repository's root.
pub(crate) fn outputs() -> anyhow::Result<Vec<(PathBuf, String)>> {
    let mut files = vec![(
        PathBuf::from("template.yaml"),
        crate::yaml::print(&root::template())?,
    )];
    for name in manifest::services::names() {
        files.push((
            PathBuf::from(location(name)),
            crate::yaml::print(&service::template(name))?,
        ));
    }
    Ok(files)
}

/// Where a service's template is.
fn location(service: &str) -> String {
    format!("infra/sam/{service}.yaml")
}

/// Resources in the order they are added.
#[derive(Default)]
struct Resources(Map<String, Value>);

impl Resources {
    fn add(&mut self, id: impl Into<String>, kind: &str, properties: Value) {
        self.0
            .insert(id.into(), json!({ "Type": kind, "Properties": properties }));
    }

    /// Adds attributes beside the last resource's properties: conditions, policies of deletion.
    fn with(&mut self, id: &str, attribute: &str, value: Value) {
        if let Some(Value::Object(resource)) = self.0.get_mut(id) {
            resource.insert(attribute.into(), value);
        }
    }
}

fn reference(id: impl AsRef<str>) -> Value {
    json!({ "Ref": id.as_ref() })
}

fn attribute(id: impl AsRef<str>, name: &str) -> Value {
    json!({ "Fn::GetAtt": [id.as_ref(), name] })
}

fn sub(text: impl AsRef<str>) -> Value {
    json!({ "Fn::Sub": text.as_ref() })
}

/// The physical name of a thing: `<stage>-ultramarket-<thing>`.
fn physical(thing: impl AsRef<str>) -> Value {
    sub(format!("${{Stage}}-ultramarket-{}", thing.as_ref()))
}

/// Refuses whoever talks to a resource without TLS. The local cloud speaks plain HTTP.
fn only_tls(action: &str, resources: Value) -> Value {
    json!({
        "Sid": "OnlyTls",
        "Effect": "Deny",
        "Principal": "*",
        "Action": action,
        "Resource": resources,
        "Condition": { "Bool": { "aws:SecureTransport": "false" } },
    })
}

#[cfg(test)]
mod tests;
