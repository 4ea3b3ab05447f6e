//! What a function's role allows: one statement a grant, and what its trigger needs.

use manifest::consumers::Hears;
use manifest::{Function, Grant, Route, Source, Trigger, grants_of, resources};

/// One statement of a role's policy, before resources have ARNs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Says what it is for.
    pub sid: String,
    /// The actions allowed.
    pub actions: Vec<&'static str>,
    /// What they are allowed on.
    pub resources: Vec<Resource>,
    /// Patterns of the only partition keys allowed, where the grant is for some items of a table.
    pub leading_keys: Vec<String>,
    /// Whether mails may come from the stage's sender only.
    pub as_sender: bool,
}

/// Something a statement names, by the manifest's own names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resource {
    /// A table.
    Table(&'static str),
    /// All indexes of a table.
    Indexes(&'static str),
    /// A table's current stream.
    Stream(&'static str),
    /// A table's streams, old and new.
    Streams(&'static str),
    /// A service's topic.
    Topic(&'static str),
    /// A consumer's queue.
    Queue(&'static str),
    /// A function's dead-letter queue.
    DeadLetters(&'static str),
    /// A bucket itself.
    Bucket(&'static str),
    /// The objects of a bucket under a prefix.
    Objects(&'static str, &'static str),
    /// A secret.
    Secret(&'static str),
    /// The stage's sender of mails, as an identity of its own.
    Sender,
    /// The domain of the stage's sender.
    SenderDomain,
    /// A search domain, without what it holds.
    DomainItself(&'static str),
    /// Everything that a search domain holds.
    Domain(&'static str),
    /// A function's log group.
    Logs(&'static str),
    /// Everything: for actions that know no resource.
    Anything,
}

const READS: &[&str] = &[
    "dynamodb:BatchGetItem",
    "dynamodb:GetItem",
    "dynamodb:Query",
];
const WRITES: &[&str] = &[
    "dynamodb:BatchGetItem",
    "dynamodb:ConditionCheckItem",
    "dynamodb:DeleteItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:UpdateItem",
];

const WRITES_UNDER: &[&str] = &[
    "dynamodb:ConditionCheckItem",
    "dynamodb:DeleteItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
];

/// Everything a function's role allows.
pub fn statements(function: &Function) -> Vec<Statement> {
    let mut all = vec![
        allow(
            "Logs",
            &["logs:CreateLogStream", "logs:PutLogEvents"],
            [Resource::Logs(function.name)],
        ),
        // X-Ray has no resources to name.
        allow(
            "Traces",
            &["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
            [Resource::Anything],
        ),
    ];
    match function.trigger {
        Trigger::Http(route) => all.extend(keys(route)),
        Trigger::Records(source) => all.extend(records(source)),
        Trigger::Clock(schedule) => all.push(dead_letters(schedule.name)),
    }
    all.extend(grants_of(function.name).iter().flat_map(granted));
    all
}

fn allow(
    sid: impl Into<String>,
    actions: &[&'static str],
    resources: impl IntoIterator<Item = Resource>,
) -> Statement {
    Statement {
        sid: sid.into(),
        actions: actions.to_vec(),
        resources: resources.into_iter().collect(),
        leading_keys: Vec::new(),
        as_sender: false,
    }
}

/// Who checks tokens reads the public keys and the versions of users' tokens, and nothing else of
/// the platform's table.
fn keys(route: &Route) -> Option<Statement> {
    route.admits_tokens().then(|| Statement {
        leading_keys: vec![
            String::from(resources::PUBLIC_KEYS),
            format!("{}*", resources::TOKEN_VERSIONS),
        ],
        ..allow(
            "TokenChecks",
            &["dynamodb:GetItem"],
            [Resource::Table(resources::PLATFORM.name)],
        )
    })
}

/// What Lambda does in the function's name to fetch its records.
fn records(source: &Source) -> Vec<Statement> {
    if source.hears != Hears::Outboxes {
        let actions = [
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
            "sqs:ReceiveMessage",
        ];
        return vec![allow("Queue", &actions, [Resource::Queue(source.name)])];
    }
    let outboxes = || outboxes().map(|table| table.name);
    vec![
        allow(
            "Streams",
            &[
                "dynamodb:DescribeStream",
                "dynamodb:GetRecords",
                "dynamodb:GetShardIterator",
            ],
            outboxes().map(Resource::Stream),
        ),
        allow(
            "StreamNames",
            &["dynamodb:ListStreams"],
            outboxes().map(Resource::Streams),
        ),
        dead_letters(source.name),
    ]
}

/// Lambda puts what a function gave up on among its dead letters, in the function's name.
fn dead_letters(function: &'static str) -> Statement {
    allow(
        "DeadLetters",
        &["sqs:SendMessage"],
        [Resource::DeadLetters(function)],
    )
}

/// The tables whose streams the relay reads.
pub(crate) fn outboxes() -> impl Iterator<Item = &'static manifest::Table> {
    manifest::resources::TABLES
        .iter()
        .copied()
        .filter(|table| table.outbox)
}

fn granted(grant: &Grant) -> Vec<Statement> {
    let sid = |verb: &str, name: &str| format!("{verb}{}", manifest::logical_id(name));
    match *grant {
        Grant::Reads(table) => vec![allow(
            sid("Read", table.name),
            READS,
            table_and_indexes(table),
        )],
        Grant::Writes(table) => vec![allow(
            sid("Write", table.name),
            WRITES,
            table_and_indexes(table),
        )],
        Grant::WritesUnder(table, prefix) => vec![Statement {
            leading_keys: vec![format!("{prefix}*")],
            ..allow(
                sid(
                    "Write",
                    &format!("{}-{}", table.name, prefix.trim_end_matches('#')),
                ),
                WRITES_UNDER,
                [Resource::Table(table.name)],
            )
        }],
        Grant::Publishes(topic) => {
            vec![allow(
                sid("Publish", topic.service),
                &["sns:Publish"],
                [Resource::Topic(topic.service)],
            )]
        }
        Grant::Sends(source) => {
            vec![allow(
                sid("Send", source.name),
                &["sqs:SendMessage"],
                [Resource::Queue(source.name)],
            )]
        }
        Grant::Gets(bucket, prefix) => vec![
            allow(
                sid("Get", bucket.name),
                &["s3:GetObject"],
                [Resource::Objects(bucket.name, prefix)],
            ),
            // Without it S3 answers 403 for an object that is not there, not 404.
            allow(
                sid("List", bucket.name),
                &["s3:ListBucket"],
                [Resource::Bucket(bucket.name)],
            ),
        ],
        Grant::Puts(bucket, prefix) => vec![allow(
            sid("Put", bucket.name),
            &["s3:AbortMultipartUpload", "s3:PutObject"],
            [Resource::Objects(bucket.name, prefix)],
        )],
        Grant::Searches(domain) => vec![allow(
            sid("Search", domain.name),
            &["es:ESHttpGet", "es:ESHttpHead"],
            [Resource::Domain(domain.name)],
        )],
        Grant::Indexes(domain) => vec![allow(
            sid("Index", domain.name),
            &[
                "es:ESHttpDelete",
                "es:ESHttpGet",
                "es:ESHttpHead",
                "es:ESHttpPost",
                "es:ESHttpPut",
            ],
            [Resource::Domain(domain.name)],
        )],
        Grant::Describes(domain) => vec![allow(
            sid("Describe", domain.name),
            &["es:DescribeDomain"],
            [Resource::DomainItself(domain.name)],
        )],
        Grant::Reveals(secret) => vec![allow(
            sid("Reveal", secret.name),
            &["secretsmanager:GetSecretValue"],
            [Resource::Secret(secret.name)],
        )],
        // Which of the two is the verified identity is the stage's to choose.
        Grant::Mails => vec![Statement {
            as_sender: true,
            ..allow(
                "Mail",
                &["ses:SendEmail"],
                [Resource::Sender, Resource::SenderDomain],
            )
        }],
        Grant::Told(_) => Vec::new(),
    }
}

fn table_and_indexes(table: &'static manifest::Table) -> Vec<Resource> {
    let mut resources = vec![Resource::Table(table.name)];
    if !table.indexes.is_empty() {
        resources.push(Resource::Indexes(table.name));
    }
    resources
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_action_is_a_wildcard_and_only_tracing_names_no_resource() {
        for function in manifest::functions() {
            for statement in statements(&function) {
                assert!(
                    statement.actions.iter().all(|action| !action.contains('*')),
                    "{statement:?}"
                );
                if statement.resources.contains(&Resource::Anything) {
                    assert!(
                        statement
                            .actions
                            .iter()
                            .all(|action| action.starts_with("xray:"))
                    );
                }
            }
        }
    }

    #[test]
    fn statements_of_a_function_have_names_of_their_own() {
        for function in manifest::functions() {
            let sids: Vec<_> = statements(&function).into_iter().map(|it| it.sid).collect();
            let unique: HashSet<_> = sids.iter().collect();
            assert_eq!(sids.len(), unique.len(), "{}: {sids:?}", function.name);
        }
    }

    #[test]
    fn a_reader_cannot_write() {
        let written = manifest::functions().into_iter().filter(|function| {
            !grants_of(function.name)
                .iter()
                .any(|grant| matches!(grant, Grant::Writes(_)))
        });
        for function in written {
            let statements = statements(&function);
            // Under a prefix it may: that is what the grant says.
            let anywhere = statements.iter().filter(|it| it.leading_keys.is_empty());
            for action in anywhere.flat_map(|it| &it.actions) {
                for verb in ["Put", "Update", "Delete"] {
                    assert!(
                        !action.starts_with("dynamodb:") || !action.contains(verb),
                        "{}: {action}",
                        function.name
                    );
                }
            }
        }
    }

    #[test]
    fn token_checks_read_keys_and_versions_and_nothing_else() {
        let create = manifest::functions()
            .into_iter()
            .find(|it| it.name == "products-create");
        let statements = statements(&create.expect("products-create is in the manifest"));
        let keys = statements
            .iter()
            .find(|it| it.sid == "TokenChecks")
            .expect("it checks tokens");
        assert_eq!(keys.leading_keys, ["keys", "token-version#*"]);
        assert_eq!(keys.actions, ["dynamodb:GetItem"]);
    }

    /// Whose libraries write to their own tables in another service's functions, and in whose.
    const CALLED: &[(&str, &[&str])] = &[
        ("orders", &["inventory"]),
        ("payments", &["orders", "inventory"]),
    ];

    fn called(service: &str, statement: &Statement) -> bool {
        CALLED
            .iter()
            .filter(|(caller, _)| *caller == service)
            .flat_map(|(_, called)| *called)
            .any(|table| statement.resources.contains(&Resource::Table(table)))
    }

    #[test]
    fn what_writes_to_a_foreign_table_has_its_partitions_named() {
        for function in manifest::functions() {
            for statement in statements(&function) {
                let writes = statement.actions.contains(&"dynamodb:PutItem");
                let foreign = !statement
                    .resources
                    .contains(&Resource::Table(function.service));
                if writes && foreign && !called(function.service, &statement) {
                    assert!(!statement.leading_keys.is_empty(), "{statement:?}");
                }
            }
        }
    }
}
