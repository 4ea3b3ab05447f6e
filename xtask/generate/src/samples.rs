//! `events/<function>.json`: one event for each function, as Lambda hands it over.

use crate::openapi::{parameter_example, path_example};
use anyhow::{Context, bail};
use edge::{Function, Kind, Operation};
use manifest::consumers::Hears;
use manifest::{Route, Source, Table, Trigger, Who};
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};
use std::path::PathBuf;

const ACCOUNT: &str = "000000000000";
const REGION: &str = "us-east-1";
/// 2026-01-31T09:05:07Z.
const TIME_MS: u64 = 1_769_850_307_000;

pub(crate) fn outputs(functions: &[Function]) -> anyhow::Result<Vec<(PathBuf, String)>> {
    let mut files = Vec::new();
    let operations = crate::services::operations();
    for function in manifest::functions() {
        let described = functions.iter().find(|it| it.name == function.name);
        let Some(described) = described else { continue };
        let event = match (&described.kind, function.trigger) {
            (Kind::Endpoint(operation), Trigger::Http(_)) => request(operation, &operations),
            (Kind::Fallback, Trigger::Http(route)) => unknown_path(route),
            (kind, Trigger::Records(source)) => records(kind, source)?,
            (Kind::Schedule, Trigger::Clock(_)) => {
                crate::template::scheduled_event("2026-01-31T09:05:07Z")
            }
            _ => bail!(
                "{} is another kind of function than its row says",
                function.name
            ),
        };
        let text = serde_json::to_string_pretty(&event)? + "\n";
        files.push((
            PathBuf::from(format!("events/{}.json", function.name)),
            text,
        ));
    }
    Ok(files)
}

fn request(operation: &Operation, others: &[Operation]) -> Value {
    let row = operation.row;
    let mut parameters = Map::new();
    let mut path = String::from(row.path);
    for name in row.parameters() {
        let example = path_example(operation, name, others).unwrap_or_else(|| json!("example"));
        let text = plain(&example);
        path = path.replace(&format!("{{{name}}}"), &text);
        parameters.insert(name.into(), json!(text));
    }
    let query = query(&(operation.query)());
    let mut generator = SchemaSettings::draft2020_12()
        .for_deserialize()
        .into_generator();
    let body = (operation.body)(&mut generator).map(|doc| {
        // A file needs nothing that was there before; what names an upload does.
        let own =
            |schema: &schemars::Schema| Some(schema.get("examples")?.get(0)?.as_str()?.to_owned());
        let file = doc
            .media
            .iter()
            .find_map(|(media, schema)| Some((*media, own(schema)?)));
        file.unwrap_or_else(|| ("application/json", doc.example.to_string()))
    });
    gateway(row, &path, &parameters, &query, body)
}

/// A path that no route takes: what the fallback is for.
fn unknown_path(route: &Route) -> Value {
    gateway(route, "/api/v1/nowhere", &Map::new(), &[], None)
}

/// The parameters that must be there, and `limit` to show the form of a query.
fn query(schema: &Value) -> Vec<(String, String)> {
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    let properties = schema["properties"].as_object().into_iter().flatten();
    properties
        .filter_map(|(name, rules)| {
            if name == "limit" {
                return Some((name.clone(), String::from("20")));
            }
            let needed = required.iter().any(|it| it == name);
            needed.then(|| {
                (
                    name.clone(),
                    parameter_example(rules).map_or_else(String::new, |it| plain(&it)),
                )
            })
        })
        .collect()
}

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// A request as an HTTP API hands it over, payload 2.0.
fn gateway(
    row: &Route,
    path: &str,
    parameters: &Map<String, Value>,
    query: &[(String, String)],
    body: Option<(&str, String)>,
) -> Value {
    let method = match row.method {
        manifest::Method::ANY => "GET",
        method => method.as_str(),
    };
    let route_key = crate::template::route_key(row);
    let mut headers = Map::from_iter([
        ("accept".into(), json!("application/json")),
        ("host".into(), json!("localhost")),
        ("user-agent".into(), json!("sample")),
        ("x-forwarded-for".into(), json!("127.0.0.1")),
    ]);
    // Who invokes the sample puts a token in; shown to everybody, it stays a placeholder.
    if matches!(row.who, Who::Can(_) | Who::Shopper) {
        headers.insert("authorization".into(), json!("Bearer ${ADMIN_TOKEN}"));
    }
    if let Some((media, _)) = &body {
        headers.insert("content-type".into(), json!(media));
    }
    headers.sort_keys();
    let raw_query: Vec<String> = query
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let mut event = json!({
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": path,
        "rawQueryString": raw_query.join("&"),
        "headers": headers,
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": "local",
            "domainName": "localhost",
            "domainPrefix": "localhost",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": "sample",
            },
            "requestId": format!("sample-{}", row.name),
            "routeKey": route_key,
            "stage": "$default",
            "time": "31/Jan/2026:09:05:07 +0000",
            "timeEpoch": TIME_MS,
        },
        "isBase64Encoded": false,
    });
    if !query.is_empty() {
        event["queryStringParameters"] = query
            .iter()
            .map(|(name, value)| (name.clone(), json!(value)))
            .collect();
    }
    if !parameters.is_empty() {
        event["pathParameters"] = json!(parameters);
    }
    if let Some((_, text)) = body {
        event["body"] = json!(text);
    }
    event
}

fn records(kind: &Kind, source: &Source) -> anyhow::Result<Value> {
    match (kind, source.hears) {
        (Kind::Consumer, Hears::Events(types)) => {
            let records: anyhow::Result<Vec<Value>> = types
                .iter()
                .enumerate()
                .map(|(index, event_type)| {
                    Ok(message(
                        source,
                        index,
                        &sample(event_type)?,
                        Some(event_type),
                    ))
                })
                .collect();
            Ok(json!({ "Records": records? }))
        }
        (Kind::Worker(example), Hears::Work) => {
            let body = serde_json::to_string(&example())?;
            Ok(json!({ "Records": [message(source, 0, &body, None)] }))
        }
        (Kind::Relay, Hears::Outboxes) => {
            let mut records = Vec::new();
            for table in crate::policy::outboxes() {
                records.extend(outbox(table)?);
            }
            Ok(json!({ "Records": records }))
        }
        _ => bail!(
            "{} is another kind of function than its row says",
            source.name
        ),
    }
}

/// The contract's sample of an event, on one line.
fn sample(event_type: &str) -> anyhow::Result<String> {
    let all = contracts::events();
    let event = all.iter().find(|event| event.event_type == event_type);
    let event = event.with_context(|| format!("shared/contracts does not know {event_type}"))?;
    let envelope: Value = serde_json::from_str(event.sample)?;
    Ok(envelope.to_string())
}

fn message(source: &Source, index: usize, body: &str, event_type: Option<&str>) -> Value {
    let attribute = |value: &str| json!({ "stringValue": value, "dataType": "String" });
    let attributes = event_type.map_or_else(
        || json!({}),
        |it| json!({ "type": attribute(it), "version": attribute(contracts::version_of(it)) }),
    );
    json!({
        "messageId": format!("00000000-0000-4000-8000-{index:012}"),
        "receiptHandle": "sample",
        "body": body,
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": TIME_MS.to_string(),
            "SenderId": ACCOUNT,
            "ApproximateFirstReceiveTimestamp": TIME_MS.to_string(),
        },
        "messageAttributes": attributes,
        "eventSource": "aws:sqs",
        "eventSourceARN": format!("arn:aws:sqs:{REGION}:{ACCOUNT}:dev-ultramarket-{}", source.name),
        "awsRegion": REGION,
    })
}

/// One insert into a table's outbox for each event of its service.
fn outbox(table: &Table) -> anyhow::Result<Vec<Value>> {
    let own = contracts::events();
    let own = own
        .iter()
        .filter(|event| contracts::source_of(event.event_type) == table.name);
    own.enumerate()
        .map(|(index, event)| {
            let envelope: Value = serde_json::from_str(event.sample)?;
            let id = envelope["id"].as_str().unwrap_or_default();
            let keys = json!({ "pk": { "S": format!("~outbox#{id}") }, "sk": { "S": "~outbox" } });
            let mut image = keys.clone();
            for (name, value) in [
                ("type", json!({ "S": "outbox" })),
                    ("event_type", json!({ "S": event.event_type })),
                ("envelope", json!({ "S": envelope.to_string() })),
                ("expires", json!({ "N": (TIME_MS / 1000 + 7 * 86_400).to_string() })),
            ] {
                image[name] = value;
            }
            Ok(json!({
                "eventID": format!("{index:032}"),
                "eventName": "INSERT",
                "eventVersion": "1.1",
                "eventSource": "aws:dynamodb",
                "awsRegion": REGION,
                "dynamodb": {
                    "ApproximateCreationDateTime": TIME_MS / 1000,
                    "Keys": keys,
                    "NewImage": image,
                    "SequenceNumber": format!("{:021}", index + 1),
                    "SizeBytes": envelope.to_string().len(),
                    "StreamViewType": "NEW_IMAGE",
                },
                "eventSourceARN": format!(
                    "arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/dev-ultramarket-{}/stream/2026-01-31T00:00:00.000",
                    table.name
                ),
            }))
        })
        .collect()
}
