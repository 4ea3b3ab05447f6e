//! The root template.

use super::{Resources, api, import, location, reference, service, storage};
use manifest::logical_id;
use serde_json::{Map, Value, json};

pub(super) fn template() -> Value {
    let mut resources = Resources::default();
    for table in manifest::resources::TABLES {
        storage::table(&mut resources, table);
    }
    for topic in manifest::resources::TOPICS {
        storage::topic(&mut resources, topic);
    }
    for bucket in manifest::resources::BUCKETS {
        storage::bucket(&mut resources, bucket);
    }
    for secret in manifest::resources::SECRETS {
        storage::secret(&mut resources, secret);
    }
    api::api(&mut resources);
    for name in manifest::services::names() {
        let parameters: Map<String, Value> = service::imports(name)
            .into_iter()
            .map(|import| (import.name, import.value))
            .collect();
        resources.add(
            logical_id(name),
            "AWS::Serverless::Application",
            json!({ "Location": location(name), "Parameters": parameters }),
        );
    }
    json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Transform": "AWS::Serverless-2016-10-31",
        "Description": "UltraMarket: what services share, and one application a service.",
        "Parameters": parameters(),
        "Conditions": {
            "IsProduction": { "Fn::Equals": [reference("Stage"), "prod"] },
            "IsLocal": { "Fn::Not": [{ "Fn::Equals": [reference("LocalGateway"), ""] }] },
            "IsAws": { "Fn::Equals": [reference("LocalGateway"), ""] },
            "HasPublicUrl": { "Fn::Not": [{ "Fn::Equals": [reference("PublicUrl"), ""] }] },
            "HasJwtIssuer": { "Fn::Not": [{ "Fn::Equals": [reference("JwtIssuer"), ""] }] },
            "HasOrigins": { "Fn::Not": [{ "Fn::Equals": [reference("CorsAllowedOrigins"), ""] }] },
        },
        "Resources": resources.0,
        "Outputs": {
            "ApiUrl": { "Description": "Where the API is reached.", "Value": import::public_url() },
            "ApiId": { "Description": "The id of the HTTP API.", "Value": reference("HttpApi") },
        },
    })
}

fn parameters() -> Value {
    let mut parameters = of_the_walk();
    for setting in manifest::settings::ALL {
        parameters[setting.parameter] = json!({
            "Type": "String",
            "Default": setting.default,
            "AllowedPattern": setting.pattern,
            "Description": setting.description,
        });
    }
    parameters
}

/// What every endpoint is told, and what shapes the stage itself.
fn of_the_walk() -> Value {
    json!({
        "Stage": {
            "Type": "String",
            "Default": "dev",
            "AllowedPattern": "[a-z][a-z0-9-]{0,14}",
            "Description": "Goes in front of every name, so that stages share an account. `prod` is protected from deletion.",
        },
        "Architecture": {
            "Type": "String",
            "Default": "arm64",
            "AllowedValues": ["arm64", "x86_64"],
            "Description": "What the functions are built for.",
        },
        "PublicUrl": {
            "Type": "String",
            "Default": "",
            "Description": "Where the API is reached, without a slash at the end; empty for the HTTP API's own URL.",
        },
        "LocalGateway": {
            "Type": "String",
            "Default": "",
            "Description": "On a local cloud, the URL of its gateway. Empty on AWS.",
        },
        "JwtIssuer": {
            "Type": "String",
            "Default": "",
            "Description": "The issuer that access tokens must name; empty for the public URL.",
        },
        "JwtAudience": {
            "Type": "String",
            "Default": "ultramarket",
            "Description": "The audience that access tokens must name.",
        },
        "CorsAllowedOrigins": {
            "Type": "String",
            "Default": "",
            "Description": "Origins that browsers may call from, separated by commas.",
        },
        "DefaultCurrency": {
            "Type": "String",
            "Default": "USD",
            "AllowedPattern": "[A-Z]{3}",
            "Description": "The currency of prices without one (ISO 4217).",
        },
        "OpenSearchEndpoint": {
            "Type": "String",
            "Default": "",
            "Description": "The search engine's URL; empty when there is none.",
        },
    })
}
