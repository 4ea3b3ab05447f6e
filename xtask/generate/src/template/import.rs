//! What a service's stack takes from the root.

use super::{attribute, reference};
use manifest::{Bucket, Secret, Table, Topic, logical_id};
use serde_json::{Value, json};

/// One parameter of a service's template.
pub(super) struct Import {
    /// Its name; for resources also their name in the root.
    pub name: String,
    /// What the root passes.
    pub value: Value,
    /// What is said of it.
    pub description: String,
}

/// Everything that a service can take.
pub(super) fn all() -> Vec<Import> {
    let mut imports = vec![
        import("Stage", reference("Stage"), "The stage's name."),
        import(
            "LocalGateway",
            reference("LocalGateway"),
            "Set on a local cloud only.",
        ),
        import(
            "Architecture",
            reference("Architecture"),
            "What the functions are built for.",
        ),
        import("HttpApi", reference("HttpApi"), "The id of the HTTP API."),
        import(
            "PublicUrl",
            public_url(),
            "Where the API is reached from outside.",
        ),
        import(
            "JwtIssuer",
            issuer(),
            "The issuer that access tokens must name.",
        ),
        import(
            "JwtAudience",
            reference("JwtAudience"),
            "The audience that access tokens must name.",
        ),
        import(
            "CorsAllowedOrigins",
            reference("CorsAllowedOrigins"),
            "Origins that browsers may call from, separated by commas.",
        ),
        import(
            "DefaultCurrency",
            reference("DefaultCurrency"),
            "The currency of prices without one.",
        ),
        import(
            "OpenSearchEndpoint",
            reference("OpenSearchEndpoint"),
            "The search engine's URL; empty when there is none.",
        ),
    ];
    for setting in manifest::settings::ALL {
        imports.push(import(
            setting.parameter,
            reference(setting.parameter),
            setting.description,
        ));
    }
    for table in manifest::resources::TABLES {
        let id = table_id(table);
        imports.push(import(
            &id,
            reference(&id),
            &format!("The table of {}.", table.name),
        ));
        if table.outbox {
            imports.push(import(
                &stream_id(table),
                attribute(&id, "StreamArn"),
                &format!("The stream of {}' table.", table.name),
            ));
        }
    }
    for topic in manifest::resources::TOPICS {
        let id = topic_id(topic);
        imports.push(import(
            &id,
            reference(&id),
            &format!("The topic of {}' events.", topic.service),
        ));
    }
    for bucket in manifest::resources::BUCKETS {
        let id = bucket_id(bucket);
        imports.push(import(
            &id,
            reference(&id),
            &format!("The bucket {}.", bucket.name),
        ));
    }
    for secret in manifest::resources::SECRETS {
        let id = secret_id(secret);
        imports.push(import(
            &id,
            reference(&id),
            &format!("The secret {}.", secret.name),
        ));
    }
    imports
}

fn import(name: &str, value: Value, description: &str) -> Import {
    Import {
        name: name.into(),
        value,
        description: description.into(),
    }
}

/// Where the API is reached from outside: as told, or behind the local gateway, or at the URL
/// that the HTTP API gets by itself.
pub(super) fn public_url() -> Value {
    json!({ "Fn::If": [
        "HasPublicUrl",
        { "Ref": "PublicUrl" },
        { "Fn::If": [
            "IsLocal",
            { "Fn::Sub": "${LocalGateway}/_aws/execute-api/${HttpApi}" },
            { "Fn::Sub": "https://${HttpApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}" },
        ]},
    ]})
}

/// The issuer of tokens is the API itself unless told otherwise.
fn issuer() -> Value {
    json!({ "Fn::If": ["HasJwtIssuer", { "Ref": "JwtIssuer" }, public_url()] })
}

pub(super) fn table_id(table: &Table) -> String {
    table_parameter(table.name)
}

pub(super) fn table_parameter(name: &str) -> String {
    format!("{}Table", logical_id(name))
}

pub(super) fn stream_id(table: &Table) -> String {
    stream_parameter(table.name)
}

pub(super) fn stream_parameter(table: &str) -> String {
    format!("{}Stream", logical_id(table))
}

pub(super) fn topic_id(topic: &Topic) -> String {
    topic_parameter(topic.service)
}

pub(super) fn topic_parameter(service: &str) -> String {
    format!("{}Topic", logical_id(service))
}

pub(super) fn bucket_id(bucket: &Bucket) -> String {
    bucket_parameter(bucket.name)
}

pub(super) fn bucket_parameter(name: &str) -> String {
    format!("{}Bucket", logical_id(name))
}

pub(super) fn secret_id(secret: &Secret) -> String {
    secret_parameter(secret.name)
}

pub(super) fn secret_parameter(name: &str) -> String {
    format!("{}Secret", logical_id(name))
}
