//! A function, its role and log group; for endpoints the route.

use super::import::{
    bucket_parameter, secret_parameter, stream_parameter, table_parameter, topic_parameter,
};
use super::{Resources, api, attribute, reference, sub};
use crate::environment::{self, Origin};
use crate::policy::{self, Resource, Statement};
use manifest::settings::MAIL_SENDER;
use manifest::{Function, Route, logical_id};
use serde_json::{Map, Value, json};

/// Days that a function's log lines are kept.
const RETENTION_DAYS: u32 = 30;

pub(super) fn function(resources: &mut Resources, function: &Function) {
    let id = logical_id(function.name);
    let logs = format!("{id}Logs");
    let role = format!("{id}Role");
    let mut variables = Map::new();
    for (name, origin) in environment::environment(function) {
        variables.insert(name, value(origin));
    }
    let mut properties = json!({
        "FunctionName": function_name(function.name),
        "CodeUri": format!("../../target/lambda/{}/", function.name),
        "MemorySize": function.sizing.memory_mb,
        "Timeout": function.sizing.timeout_s,
        "Role": attribute(&role, "Arn"),
        "LoggingConfig": { "LogGroup": reference(&logs) },
    });
    if !variables.is_empty() {
        properties["Environment"] = json!({ "Variables": variables });
    }
    resources.add(&id, "AWS::Serverless::Function", properties);

    let statements: Vec<Value> = policy::statements(function).iter().map(statement).collect();
    resources.add(
        &role,
        "AWS::IAM::Role",
        json!({
            "Description": sub(format!("What ${{Stage}}-{} may do.", function.name)),
            "AssumeRolePolicyDocument": trust("lambda.amazonaws.com"),
            "Policies": [{
                "PolicyName": "grants",
                "PolicyDocument": { "Version": "2012-10-17", "Statement": statements },
            }],
        }),
    );
    resources.add(
        &logs,
        "AWS::Logs::LogGroup",
        json!({
            "LogGroupName": sub(format!("/aws/lambda/${{Stage}}-{}", function.name)),
            "RetentionInDays": RETENTION_DAYS,
        }),
    );
    resources.with(&logs, "DeletionPolicy", json!("Delete"));
    resources.with(&logs, "UpdateReplacePolicy", json!("Delete"));
}

pub(super) fn function_name(name: &str) -> Value {
    sub(format!("${{Stage}}-{name}"))
}

/// Lets a service of AWS take on a role.
pub(super) fn trust(service: &str) -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": { "Service": service },
            "Action": "sts:AssumeRole",
        }],
    })
}

fn statement(statement: &Statement) -> Value {
    let mut value = json!({
        "Sid": statement.sid,
        "Effect": "Allow",
        "Action": statement.actions,
        "Resource": statement.resources.iter().map(arn).collect::<Vec<_>>(),
    });
    if !statement.leading_keys.is_empty() {
        value["Condition"] = json!({
            "ForAllValues:StringLike": { "dynamodb:LeadingKeys": statement.leading_keys },
        });
    }
    if statement.as_sender {
        value["Condition"] = json!({
            "StringEquals": { "ses:FromAddress": reference(MAIL_SENDER.parameter) },
        });
    }
    value
}

/// A variable's value in a service's template.
pub(super) fn value(origin: Origin) -> Value {
    reference(match origin {
        Origin::Setting(name) => String::from(name),
        Origin::Table(name) => table_parameter(name),
        Origin::Topic(service) => topic_parameter(service),
        Origin::Queue(function) => format!("{}Queue", logical_id(function)),
        Origin::Bucket(name) => bucket_parameter(name),
        Origin::Secret(name) => secret_parameter(name),
    })
}

/// A resource's ARN in a service's template.
fn arn(resource: &Resource) -> Value {
    let table = |name: &str, rest: &str| {
        sub(format!(
            "arn:${{AWS::Partition}}:dynamodb:${{AWS::Region}}:${{AWS::AccountId}}:table/${{{}}}{rest}",
            table_parameter(name)
        ))
    };
    let bucket = |name: &str, rest: &str| {
        sub(format!(
            "arn:${{AWS::Partition}}:s3:::${{{}}}{rest}",
            bucket_parameter(name)
        ))
    };
    match *resource {
        Resource::Table(name) => table(name, ""),
        Resource::Indexes(name) => table(name, "/index/*"),
        Resource::Streams(name) => table(name, "/stream/*"),
        Resource::Stream(name) => reference(stream_parameter(name)),
        Resource::Topic(service) => reference(topic_parameter(service)),
        Resource::Queue(function) => attribute(format!("{}Queue", logical_id(function)), "Arn"),
        Resource::DeadLetters(function) => {
            attribute(format!("{}DeadLetters", logical_id(function)), "Arn")
        }
        Resource::Bucket(name) => bucket(name, ""),
        Resource::Objects(name, prefix) => bucket(name, &format!("/{prefix}*")),
        // Secrets Manager ends an ARN with six characters of its own.
        Resource::Secret(name) => sub(format!(
            "arn:${{AWS::Partition}}:secretsmanager:${{AWS::Region}}:${{AWS::AccountId}}:secret:${{Stage}}-ultramarket-{name}-??????"
        )),
        Resource::Sender => sub(format!(
            "arn:${{AWS::Partition}}:ses:${{AWS::Region}}:${{AWS::AccountId}}:identity/${{{}}}",
            MAIL_SENDER.parameter
        )),
        Resource::SenderDomain => json!({ "Fn::Sub": [
            "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/${Domain}",
            { "Domain": {
                "Fn::Select": [1, { "Fn::Split": ["@", reference(MAIL_SENDER.parameter)] }],
            }},
        ]}),
        Resource::DomainItself(name) => sub(format!(
            "arn:${{AWS::Partition}}:es:${{AWS::Region}}:${{AWS::AccountId}}:domain/${{Stage}}-{name}"
        )),
        Resource::Domain(name) => sub(format!(
            "arn:${{AWS::Partition}}:es:${{AWS::Region}}:${{AWS::AccountId}}:domain/${{Stage}}-{name}/*"
        )),
        Resource::Logs(function) => attribute(format!("{}Logs", logical_id(function)), "Arn"),
        Resource::Anything => json!("*"),
    }
}

/// The gateway's way to a function. SAM's own events are not used: they would put the API into
/// the service's stack.
pub(super) fn route(resources: &mut Resources, route: &Route) {
    let id = logical_id(route.name);
    let integration = format!("{id}Integration");
    resources.add(
        &integration,
        "AWS::ApiGatewayV2::Integration",
        json!({
            "ApiId": reference("HttpApi"),
            "IntegrationType": "AWS_PROXY",
            "IntegrationUri": sub(format!(
                "arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}:lambda:path/2015-03-31/functions/${{{id}.Arn}}/invocations"
            )),
            "PayloadFormatVersion": "2.0",
            // A second more than the function has, so that the function's answer wins.
            "TimeoutInMillis": (route.sizing.timeout_s + 1) * 1000,
        }),
    );
    let mut answers = |id: String, key: String| {
        resources.add(
            id,
            "AWS::ApiGatewayV2::Route",
            json!({
                "ApiId": reference("HttpApi"),
                "RouteKey": key,
                // Tokens are checked by the function itself.
                "AuthorizationType": "NONE",
                "Target": sub(format!("integrations/${{{integration}}}")),
            }),
        );
    };
    answers(format!("{id}Route"), api::route_key(route));
    if route.method == manifest::Method::ANY {
        for (method, path) in api::shadowed() {
            let words = path.replace(|it: char| !it.is_ascii_alphanumeric(), "-");
            let name = logical_id(&format!("{}-{words}", method.to_lowercase()));
            answers(format!("{id}On{name}"), format!("{method} {path}"));
        }
    }
    resources.add(
        format!("{id}Permission"),
        "AWS::Lambda::Permission",
        json!({
            "Action": "lambda:InvokeFunction",
            "FunctionName": reference(&id),
            "Principal": "apigateway.amazonaws.com",
            "SourceArn": sub(format!(
                "arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{HttpApi}}/*/{}",
                permitted(route)
            )),
        }),
    );
}

/// The route's part of the calling ARN; parameters stand for anything. The fallback is there for
/// every request.
fn permitted(route: &Route) -> String {
    if route.method == manifest::Method::ANY {
        return String::from("*");
    }
    let path: Vec<&str> = route
        .path
        .split('/')
        .map(|part| if part.starts_with('{') { "*" } else { part })
        .collect();
    format!("{}{}", route.method.as_str(), path.join("/"))
}
