//! What brings records and the clock to a function.

use super::function::trust;
use super::import::{stream_parameter, topic_parameter};
use super::{Resources, attribute, only_tls, physical, reference};
use manifest::consumers::Hears;
use manifest::{Schedule, Source, logical_id};
use serde_json::{Value, json};

const FOURTEEN_DAYS: u32 = 14 * 24 * 60 * 60;

/// As old as Lambda lets an event become.
const SIX_HOURS: u32 = 6 * 60 * 60;

pub(super) fn source(resources: &mut Resources, source: &Source) {
    match source.hears {
        Hears::Events(types) => {
            queue(resources, source, &topics(types));
            for service in topics(types) {
                subscription(resources, source, service, types);
            }
        }
        Hears::Work => queue(resources, source, &[]),
        Hears::Outboxes => {
            dead_letters(resources, source.name, json!([]));
            for table in crate::policy::outboxes() {
                stream(resources, source, table.name);
            }
        }
    }
}

/// How old a stream's record may become while it is tried: well within the day that DynamoDB keeps
/// it, so that it can still be handed to the dead letters.
const RECORD_AGE_S: u32 = 6 * 3600;

/// The services whose topics carry these events, each once.
pub(crate) fn topics(types: &[&'static str]) -> Vec<&'static str> {
    let mut services = Vec::new();
    for service in types.iter().filter_map(|event| event.split('.').next()) {
        if !services.contains(&service) {
            services.push(service);
        }
    }
    services
}

fn queue(resources: &mut Resources, source: &Source, topics: &[&str]) {
    let id = logical_id(source.name);
    let queue = format!("{id}Queue");
    let letters = format!("{id}DeadLetters");
    let topics: Vec<Value> = topics
        .iter()
        .map(|name| reference(topic_parameter(name)))
        .collect();
    let from_topics = |queue: &str| {
        (!topics.is_empty()).then(|| {
            json!({
                "Sid": "FromTopics",
                "Effect": "Allow",
                "Principal": { "Service": "sns.amazonaws.com" },
                "Action": "sqs:SendMessage",
                "Resource": attribute(queue, "Arn"),
                "Condition": { "ArnEquals": { "aws:SourceArn": topics } },
            })
        })
    };
    // What SNS could not deliver to the queue ends in the same place.
    dead_letters(
        resources,
        source.name,
        from_topics(&letters).into_iter().collect(),
    );
    resources.add(
        &queue,
        "AWS::SQS::Queue",
        json!({
            "QueueName": physical(source.name),
            "SqsManagedSseEnabled": true,
            "VisibilityTimeout": source.visibility_s(),
            "MessageRetentionPeriod": FOURTEEN_DAYS,
            "RedrivePolicy": {
                "deadLetterTargetArn": attribute(&letters, "Arn"),
                "maxReceiveCount": source.tries,
            },
        }),
    );
    queue_policy(resources, &queue, from_topics(&queue).into_iter().collect());
    let mut mapping = json!({
        "FunctionName": reference(&id),
        "EventSourceArn": attribute(&queue, "Arn"),
        "BatchSize": source.batch,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
    });
    if let Some(most) = source.concurrency {
        mapping["ScalingConfig"] = json!({ "MaximumConcurrency": most });
    }
    if source.batch > 10 {
        // SQS hands over more than ten only to who waits a moment.
        mapping["MaximumBatchingWindowInSeconds"] = json!(1);
    }
    resources.add(
        format!("{id}Source"),
        "AWS::Lambda::EventSourceMapping",
        mapping,
    );
}

fn dead_letters(resources: &mut Resources, function: &str, statements: Value) {
    let letters = format!("{}DeadLetters", logical_id(function));
    resources.add(
        &letters,
        "AWS::SQS::Queue",
        json!({
            "QueueName": physical(format!("{function}-dead")),
            "SqsManagedSseEnabled": true,
            "MessageRetentionPeriod": FOURTEEN_DAYS,
        }),
    );
    queue_policy(resources, &letters, statements);
}

/// Keeps out whoever comes without TLS, and lets in those that the statements name.
fn queue_policy(resources: &mut Resources, queue: &str, statements: Value) {
    let statements = match statements {
        Value::Array(statements) => statements,
        _ => Vec::new(),
    };
    let policy = format!("{queue}Policy");
    let alone = statements.is_empty();
    let tls = only_tls("sqs:*", attribute(queue, "Arn"));
    let tls = if alone {
        tls
    } else {
        json!({ "Fn::If": ["IsAws", tls, reference("AWS::NoValue")] })
    };
    let all: Vec<Value> = statements.into_iter().chain([tls]).collect();
    resources.add(
        &policy,
        "AWS::SQS::QueuePolicy",
        json!({
            "Queues": [reference(queue)],
            "PolicyDocument": { "Version": "2012-10-17", "Statement": all },
        }),
    );
    if alone {
        resources.with(&policy, "Condition", json!("IsAws"));
    }
}

fn subscription(resources: &mut Resources, source: &Source, service: &str, types: &[&str]) {
    let id = logical_id(source.name);
    let wanted: Vec<&&str> = types
        .iter()
        .filter(|event| event.split('.').next() == Some(service))
        .collect();
    resources.add(
        format!("{id}Hears{}", logical_id(service)),
        "AWS::SNS::Subscription",
        json!({
            "TopicArn": reference(topic_parameter(service)),
            "Protocol": "sqs",
            "Endpoint": attribute(format!("{id}Queue"), "Arn"),
            "RawMessageDelivery": true,
            "FilterPolicy": { "type": wanted },
            "RedrivePolicy": {
                "deadLetterTargetArn": attribute(format!("{id}DeadLetters"), "Arn"),
            },
        }),
    );
}

/// A stream's source would try for ever and block its shard: it is bounded, halves a failing
/// batch, and leaves the place of what it gave up on in the dead-letter queue.
fn stream(resources: &mut Resources, source: &Source, table: &str) {
    let id = logical_id(source.name);
    let pattern = json!({
        "eventName": ["INSERT"],
        "dynamodb": { "NewImage": { "type": { "S": ["outbox"] } } },
    });
    resources.add(
        format!("{id}From{}", logical_id(table)),
        "AWS::Lambda::EventSourceMapping",
        json!({
            "FunctionName": reference(&id),
            "EventSourceArn": reference(stream_parameter(table)),
            "StartingPosition": "TRIM_HORIZON",
            "BatchSize": source.batch,
            "MaximumRetryAttempts": source.tries - 1,
            "MaximumRecordAgeInSeconds": RECORD_AGE_S,
            "BisectBatchOnFunctionError": true,
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
            "FilterCriteria": { "Filters": [{ "Pattern": pattern.to_string() }] },
            "DestinationConfig": {
                "OnFailure": { "Destination": attribute(format!("{id}DeadLetters"), "Arn") },
            },
        }),
    );
}

pub(super) fn schedule(resources: &mut Resources, schedule: &Schedule) {
    let id = logical_id(schedule.name);
    let role = format!("{id}ScheduleRole");
    let letters = format!("{id}DeadLetters");
    dead_letters(resources, schedule.name, json!([]));
    failures(resources, schedule);
    resources.add(
        &role,
        "AWS::IAM::Role",
        json!({
            "AssumeRolePolicyDocument": trust("scheduler.amazonaws.com"),
            "Policies": [{
                "PolicyName": "start",
                "PolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Sid": "Start",
                            "Effect": "Allow",
                            "Action": ["lambda:InvokeFunction"],
                            "Resource": [attribute(&id, "Arn")],
                        },
                        {
                            "Sid": "DeadLetters",
                            "Effect": "Allow",
                            "Action": ["sqs:SendMessage"],
                            "Resource": [attribute(&letters, "Arn")],
                        },
                    ],
                },
            }],
        }),
    );
    resources.add(
        format!("{id}Schedule"),
        "AWS::Scheduler::Schedule",
        json!({
            "Name": super::function::function_name(schedule.name),
            "ScheduleExpression": every(schedule.every_minutes),
            "FlexibleTimeWindow": { "Mode": "OFF" },
            "Target": {
                "Arn": attribute(&id, "Arn"),
                "RoleArn": attribute(&role, "Arn"),
                "Input": scheduled_event("<aws.scheduler.scheduled-time>").to_string(),
                // The next run does what a missed one would have done.
                "RetryPolicy": {
                    "MaximumEventAgeInSeconds": schedule.every_minutes * 60,
                    "MaximumRetryAttempts": 2,
                },
                "DeadLetterConfig": { "Arn": attribute(&letters, "Arn") },
            },
        }),
    );
}

/// The clock only hands an event over: what becomes of the run is between Lambda and the function.
/// A run that fails is tried twice more while it is younger than the next, and then told of.
fn failures(resources: &mut Resources, schedule: &Schedule) {
    let id = logical_id(schedule.name);
    resources.add(
        format!("{id}Failures"),
        "AWS::Lambda::EventInvokeConfig",
        json!({
            "FunctionName": reference(&id),
            "Qualifier": "$LATEST",
            "MaximumEventAgeInSeconds": (schedule.every_minutes * 60).min(SIX_HOURS),
            "MaximumRetryAttempts": 2,
            "DestinationConfig": {
                "OnFailure": { "Destination": attribute(format!("{id}DeadLetters"), "Arn") },
            },
        }),
    );
}

/// `rate(1 minute)`, `rate(15 minutes)`: the singular is demanded.
pub(crate) fn every(minutes: u32) -> String {
    let unit = if minutes == 1 { "minute" } else { "minutes" };
    format!("rate({minutes} {unit})")
}

/// What a scheduled function is handed.
pub(crate) fn scheduled_event(time: &str) -> Value {
    json!({ "source": "aws.scheduler", "detail-type": "Scheduled Event", "time": time })
}
