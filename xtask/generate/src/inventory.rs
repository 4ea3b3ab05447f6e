//! `infra/manifest.json`: the manifest for readers that are not Rust.

use crate::environment::{self, COMMON, Origin};
use crate::policy::{self, Resource, Statement};
use crate::template::{EXPIRES, every, route_key, shadowed, topics};
use manifest::consumers::Hears;
use manifest::resources::MadeBy;
use manifest::{Function, Grant, Projection, Route, Source, Table, Trigger, Who, logical_id};
use serde_json::{Map, Value, json};

pub(crate) fn text() -> anyhow::Result<String> {
    let inventory = json!({
        "generated": "by `cargo xtask gen`; edit shared/manifest instead",
        "product": "ultramarket",
        "services": manifest::services::ALL.iter().map(|service| json!({
            "name": service.name,
            "p99Ms": service.p99_ms,
        })).collect::<Vec<_>>(),
        "functions": manifest::functions().iter().map(function).collect::<Vec<_>>(),
        "tables": manifest::resources::TABLES.iter().map(|it| table(it)).collect::<Vec<_>>(),
        "topics": manifest::resources::TOPICS.iter().map(|topic| json!({
            "service": topic.service,
            "name": topic.name(),
            "env": topic.env(),
        })).collect::<Vec<_>>(),
        "buckets": manifest::resources::BUCKETS.iter().map(|bucket| json!({
            "name": bucket.name,
            "env": bucket.env(),
            "expireDays": bucket.expire_days,
        })).collect::<Vec<_>>(),
        "secrets": manifest::resources::SECRETS.iter().map(|secret| json!({
            "name": secret.name,
            "env": secret.env(),
            "madeBy": match secret.made_by {
                MadeBy::Deployment => "deployment",
                MadeBy::Operator => "operator",
                MadeBy::Rotation => "rotation",
            },
        })).collect::<Vec<_>>(),
        "settings": manifest::settings::ALL.iter().map(|setting| json!({
            "parameter": setting.parameter,
            "env": setting.env,
            "default": setting.default,
            "pattern": setting.pattern,
            "description": setting.description,
        })).collect::<Vec<_>>(),
        "domains": manifest::resources::DOMAINS.iter().map(|domain| json!({
            "name": domain.name,
            "env": domain.env,
        })).collect::<Vec<_>>(),
    });
    Ok(serde_json::to_string_pretty(&inventory)? + "\n")
}

fn function(function: &Function) -> Value {
    let variables: Map<String, Value> = COMMON
        .iter()
        .map(|(name, from)| (String::from(*name), *from))
        .chain(environment::environment(function))
        .map(|(name, from)| (name, origin(from)))
        .collect();
    json!({
        "name": function.name,
        "logicalId": logical_id(function.name),
        "service": function.service,
        "package": function.service,
        "code": format!("target/lambda/{}", function.name),
        "memoryMb": function.sizing.memory_mb,
        "timeoutSeconds": function.sizing.timeout_s,
        "critical": function.critical,
        "trigger": trigger(&function.trigger),
        "env": variables,
        "grants": manifest::grants_of(function.name).iter().map(grant).collect::<Vec<_>>(),
        "statements": policy::statements(function).iter().map(statement).collect::<Vec<_>>(),
    })
}

fn trigger(trigger: &Trigger) -> Value {
    match trigger {
        Trigger::Http(route) => http(route),
        Trigger::Records(source) => records(source),
        Trigger::Clock(schedule) => json!({
            "type": "schedule",
            "everyMinutes": schedule.every_minutes,
            "expression": every(schedule.every_minutes),
        }),
    }
}

fn http(route: &Route) -> Value {
    let throttle = route.rate.throttle();
    let (who, permission) = match route.who {
        Who::Public => ("public", None),
        Who::Visitor => ("visitor", None),
        Who::Guest => ("guest", None),
        Who::Shopper => ("shopper", None),
        Who::Can(permission) => ("permission", Some(permission)),
        Who::Signature => ("signature", None),
    };
    let also: Vec<String> = match route.method {
        manifest::Method::ANY => shadowed()
            .iter()
            .map(|(method, path)| format!("{method} {path}"))
            .collect(),
        _ => Vec::new(),
    };
    json!({
        "type": "http",
        "method": route.method.as_str(),
        "path": route.path,
        "routeKey": route_key(route),
        "alsoRouteKeys": also,
        "who": who,
        "permission": permission,
        "rate": format!("{:?}", route.rate).to_lowercase(),
        "throttle": { "perSecond": throttle.per_second, "burst": throttle.burst },
        "bucket": route.rate.bucket().map(|bucket| json!({
            "capacity": bucket.capacity,
            "perMinute": bucket.per_minute,
        })),
        "onceOnly": route.once_only(),
        "bodyBytes": route.body_bytes,
    })
}

fn records(source: &Source) -> Value {
    let mut value = json!({ "type": "", "batch": source.batch, "tries": source.tries });
    match source.hears {
        Hears::Events(types) => {
            value["type"] = json!("events");
            value["events"] = json!(types);
            value["topics"] = json!(topics(types));
        }
        Hears::Work => value["type"] = json!("work"),
        Hears::Outboxes => {
            value["type"] = json!("outboxes");
            value["tables"] = policy::outboxes().map(|table| table.name).collect();
        }
    }
    if source.has_queue() {
        value["queue"] = json!(source.name);
        value["queueEnv"] = json!(source.queue_env());
        value["visibilitySeconds"] = json!(source.visibility_s());
        value["concurrency"] = json!(source.concurrency);
    }
    value
}

fn origin(origin: Origin) -> Value {
    match origin {
        Origin::Setting(name) => json!({ "setting": name }),
        Origin::Table(name) => json!({ "table": name }),
        Origin::Topic(service) => json!({ "topic": service }),
        Origin::Queue(function) => json!({ "queue": function }),
        Origin::Bucket(name) => json!({ "bucket": name }),
        Origin::Secret(name) => json!({ "secret": name }),
    }
}

fn grant(grant: &Grant) -> Value {
    match grant {
        Grant::Reads(table) => json!({ "kind": "reads", "table": table.name }),
        Grant::Writes(table) => json!({ "kind": "writes", "table": table.name }),
        Grant::WritesUnder(table, prefix) => {
            json!({ "kind": "writes-under", "table": table.name, "prefix": prefix })
        }
        Grant::Publishes(topic) => json!({ "kind": "publishes", "topic": topic.service }),
        Grant::Sends(source) => json!({ "kind": "sends", "queue": source.name }),
        Grant::Gets(bucket, prefix) => {
            json!({ "kind": "gets", "bucket": bucket.name, "prefix": prefix })
        }
        Grant::Puts(bucket, prefix) => {
            json!({ "kind": "puts", "bucket": bucket.name, "prefix": prefix })
        }
        Grant::Searches(domain) => json!({ "kind": "searches", "domain": domain.name }),
        Grant::Indexes(domain) => json!({ "kind": "indexes", "domain": domain.name }),
        Grant::Describes(domain) => json!({ "kind": "describes", "domain": domain.name }),
        Grant::Reveals(secret) => json!({ "kind": "reveals", "secret": secret.name }),
        Grant::Mails => json!({ "kind": "mails" }),
        Grant::Told(setting) => json!({ "kind": "told", "setting": setting.parameter }),
    }
}

fn statement(statement: &Statement) -> Value {
    json!({
        "sid": statement.sid,
        "actions": statement.actions,
        "resources": statement.resources.iter().map(resource).collect::<Vec<_>>(),
        "leadingKeys": statement.leading_keys,
        "asSender": statement.as_sender,
    })
}

fn resource(resource: &Resource) -> Value {
    match *resource {
        Resource::Table(name) => json!({ "table": name }),
        Resource::Indexes(name) => json!({ "indexesOf": name }),
        Resource::Stream(name) => json!({ "streamOf": name }),
        Resource::Streams(name) => json!({ "allStreamsOf": name }),
        Resource::Topic(service) => json!({ "topic": service }),
        Resource::Queue(function) => json!({ "queue": function }),
        Resource::DeadLetters(function) => json!({ "deadLettersOf": function }),
        Resource::Bucket(name) => json!({ "bucket": name }),
        Resource::Objects(bucket, prefix) => json!({ "objectsOf": bucket, "prefix": prefix }),
        Resource::Secret(name) => json!({ "secret": name }),
        Resource::Sender => json!({ "identityOf": "sender" }),
        Resource::SenderDomain => json!({ "identityOf": "sender-domain" }),
        Resource::DomainItself(name) => json!({ "domainItself": name }),
        Resource::Domain(name) => json!({ "domain": name }),
        Resource::Logs(function) => json!({ "logsOf": function }),
        Resource::Anything => json!("*"),
    }
}

fn table(table: &Table) -> Value {
    let indexes: Vec<Value> = table
        .indexes
        .iter()
        .map(|index| {
            let (projection, attributes): (&str, &[&str]) = match index.projection {
                Projection::Keys => ("KEYS_ONLY", &[]),
                Projection::Include(attributes) => ("INCLUDE", attributes),
                Projection::All => ("ALL", &[]),
            };
            json!({
                "name": index.name,
                "partitionKey": index.partition,
                "sortKey": index.sort,
                "projection": projection,
                "attributes": attributes,
            })
        })
        .collect();
    json!({
        "name": table.name,
        "env": table.env(),
        "partitionKey": "pk",
        "sortKey": "sk",
        "ttl": EXPIRES,
        "stream": table.outbox,
        "indexes": indexes,
    })
}
