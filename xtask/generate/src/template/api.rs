//! The HTTP API and its stage.

use super::{Resources, attribute, reference, sub};
use manifest::{Route, logical_id, routes, services};
use serde_json::{Map, Value, json};

/// What a route that says nothing else may take: the throttle of reading the shop.
const DEFAULT: manifest::Throttle = manifest::Rate::Browse.throttle();

pub(super) fn api(resources: &mut Resources) {
    resources.add(
        "HttpApi",
        "AWS::ApiGatewayV2::Api",
        json!({
            "Name": sub("${Stage}-ultramarket"),
            "Description": "The shop's HTTP API.",
            "ProtocolType": "HTTP",
        }),
    );
    resources.add(
        "AccessLogs",
        "AWS::Logs::LogGroup",
        json!({ "LogGroupName": sub("/aws/vendedlogs/${Stage}-ultramarket-api"), "RetentionInDays": 30 }),
    );
    resources.with("AccessLogs", "DeletionPolicy", json!("Delete"));
    resources.with("AccessLogs", "UpdateReplacePolicy", json!("Delete"));
    resources.add(
        "HttpApiStage",
        "AWS::ApiGatewayV2::Stage",
        json!({
            "ApiId": reference("HttpApi"),
            "StageName": "$default",
            "AutoDeploy": true,
            "AccessLogSettings": {
                "DestinationArn": attribute("AccessLogs", "Arn"),
                "Format": access_log_format(),
            },
            "DefaultRouteSettings": settings(DEFAULT),
            "RouteSettings": route_settings(),
        }),
    );
    // The settings name routes, which the services make.
    let services: Vec<Value> = services::names()
        .map(|name| json!(logical_id(name)))
        .collect();
    resources.with("HttpApiStage", "DependsOn", Value::Array(services));
}

fn settings(throttle: manifest::Throttle) -> Value {
    json!({
        "ThrottlingRateLimit": throttle.per_second,
        "ThrottlingBurstLimit": throttle.burst,
    })
}

fn route_settings() -> Value {
    let others = routes::ALL
        .iter()
        .filter(|route| route.rate.throttle() != DEFAULT);
    let entries: Map<String, Value> = others
        .map(|route| (route_key(route), settings(route.rate.throttle())))
        .collect();
    Value::Object(entries)
}

/// The gateway's name of a route, `GET /api/v1/products`.
pub(crate) fn route_key(route: &Route) -> String {
    match route.method {
        manifest::Method::ANY => String::from(route.path),
        method => format!("{} {}", method.as_str(), route.path),
    }
}

/// Methods that a path does not have and that a path with a parameter would take in its place:
/// `PUT /products/export` would be a `PUT /products/{id}`. They go to the fallback, for 405.
pub(crate) fn shadowed() -> Vec<(&'static str, &'static str)> {
    let mut found = Vec::new();
    for route in routes::ALL {
        let others = routes::ALL
            .iter()
            .filter(|other| covers(other.path, route.path));
        for other in others {
            let entry = (other.method.as_str(), route.path);
            let taken = routes::ALL
                .iter()
                .any(|it| (it.method.as_str(), it.path) == entry);
            if !taken && !found.contains(&entry) {
                found.push(entry);
            }
        }
    }
    found
}

/// Whether every request for `path` would also fit the wider path.
fn covers(wider: &str, path: &str) -> bool {
    wider != path
        && wider.split('/').count() == path.split('/').count()
        && wider
            .split('/')
            .zip(path.split('/'))
            .all(|(wide, part)| wide.starts_with('{') || wide == part)
}

/// One line a request, without the caller's address.
fn access_log_format() -> String {
    json!({
        "requestId": "$context.requestId",
        "routeKey": "$context.routeKey",
        "status": "$context.status",
        "protocol": "$context.protocol",
        "responseLength": "$context.responseLength",
        "responseLatency": "$context.responseLatency",
        "integrationLatency": "$context.integrationLatency",
        "integrationError": "$context.integrationErrorMessage",
    })
    .to_string()
}
