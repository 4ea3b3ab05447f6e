//! Tables of a test's own in the local cloud. Behind the feature `testing`, so that no function
//! can make a table.

use std::time::Duration;

use aws_sdk_dynamodb::operation::create_table::CreateTableError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType,
    ProjectionType, ScalarAttributeType, StreamSpecification, StreamViewType,
};
use uuid::Uuid;

mod messages;

pub use messages::{
    create_bucket, create_queue, create_secret, create_topic, receive, receive_all, subscribe,
    verify_sender,
};

use crate::connect::timeouts;
use crate::item::{PK, SK, TYPE, text};
use crate::outbox::OUTBOX_TYPE;
use crate::{AttributeValue, Aws, Cause, Environment, StartError, Table};

/// Where the local cloud is. `cargo xtask test` starts one and says so.
const ENDPOINT: &str = "AWS_ENDPOINT_URL";

/// How long something of a test's own may take to be made. It is no part of what is tested, so a local
/// cloud that has much to do is waited for.
const MADE_WITHIN: Duration = Duration::from_secs(60);

/// The local cloud's variables, and names of a test's own for these tables.
///
/// A test without a cloud has tested nothing, so it is an error that no endpoint is set; and
/// there is no other way to an endpoint here, so a test never meets a real account.
pub fn environment(tables: &[&manifest::Table]) -> Result<Environment, StartError> {
    let process = Environment::process();
    let Some(endpoint) = process.optional(ENDPOINT) else {
        return Err(StartError::malformed(
            ENDPOINT,
            "it must name a local cloud for tests to run against; `cargo xtask test` starts one",
        ));
    };
    let or = |name: &str, otherwise: &str| {
        process
            .optional(name)
            .unwrap_or_else(|| otherwise.to_owned())
    };
    let environment = Environment::of([
        (ENDPOINT, endpoint),
        ("AWS_REGION", or("AWS_REGION", "eu-central-1")),
        ("AWS_ACCESS_KEY_ID", or("AWS_ACCESS_KEY_ID", "test")),
        ("AWS_SECRET_ACCESS_KEY", or("AWS_SECRET_ACCESS_KEY", "test")),
        ("AWS_SESSION_TOKEN", or("AWS_SESSION_TOKEN", "")),
    ]);
    Ok(tables.iter().fold(environment, |environment, table| {
        let name = format!("test-{}-{}", table.name, Uuid::now_v7());
        environment.with(table.env(), name)
    }))
}

/// A connection to the local cloud with new, empty tables of the test's own.
pub async fn cloud(tables: &[&manifest::Table]) -> Result<Aws, Cause> {
    let aws = Aws::connect(environment(tables)?).await?;
    for table in tables {
        create_table(&aws, table).await?;
    }
    Ok(aws)
}

/// Makes a table as the manifest has it, under the name that the environment has for it.
pub async fn create_table(aws: &Aws, table: &manifest::Table) -> Result<Table, Cause> {
    let made = aws.table(table)?;
    let mut attributes = vec![PK, SK];
    for index in table.indexes {
        attributes.extend([index.partition, index.sort]);
    }
    attributes.sort_unstable();
    attributes.dedup();
    let definitions = attributes
        .into_iter()
        .map(|name| {
            AttributeDefinition::builder()
                .attribute_name(name)
                .attribute_type(ScalarAttributeType::S)
                .build()
        })
        .collect::<Result<Vec<_>, _>>()?;
    let indexes = table
        .indexes
        .iter()
        .map(index)
        .collect::<Result<Vec<_>, Cause>>()?;
    let stream = StreamSpecification::builder()
        .stream_enabled(true)
        .stream_view_type(StreamViewType::NewImage)
        .build()?;
    let created = aws
        .dynamodb()
        .create_table()
        .table_name(made.name())
        .billing_mode(BillingMode::PayPerRequest)
        .set_attribute_definitions(Some(definitions))
        .set_key_schema(Some(keys(PK, SK)?))
        .set_global_secondary_indexes((!indexes.is_empty()).then_some(indexes))
        .set_stream_specification(table.outbox.then_some(stream))
        .customize()
        .config_override(
            aws_sdk_dynamodb::config::Builder::new()
                .timeout_config(timeouts(MADE_WITHIN, MADE_WITHIN)),
        )
        .send()
        .await;
    match created {
        // No two tables have one name: the client has asked twice, since the answer was late.
        Err(error)
            if error
                .as_service_error()
                .is_some_and(CreateTableError::is_resource_in_use_exception) =>
        {
            Ok(made)
        }
        other => Ok(other.map(|_| made)?),
    }
}

/// The types of the events that were told in a table, sorted. It reads the whole table, as only a
/// test's own may be.
pub async fn told(table: &Table) -> Result<Vec<String>, Cause> {
    let mut types = in_outbox(table, "event_type").await?;
    types.sort_unstable();
    Ok(types)
}

/// The events that were told in a table, each in its envelope as it is published.
pub async fn envelopes(table: &Table) -> Result<Vec<String>, Cause> {
    in_outbox(table, "envelope").await
}

/// An attribute of all that the outbox of a table holds.
async fn in_outbox(table: &Table, attribute: &str) -> Result<Vec<String>, Cause> {
    let mut found = Vec::new();
    let mut pages = table
        .client()
        .scan()
        .table_name(table.name())
        .consistent_read(true)
        .filter_expression("#type = :outbox")
        .expression_attribute_names("#type", TYPE)
        .expression_attribute_values(":outbox", AttributeValue::S(OUTBOX_TYPE.to_owned()))
        .into_paginator()
        .items()
        .send();
    while let Some(event) = pages.next().await {
        found.extend(text(&event?, attribute).map(str::to_owned));
    }
    Ok(found)
}

fn keys(partition: &str, sort: &str) -> Result<Vec<KeySchemaElement>, Cause> {
    [(partition, KeyType::Hash), (sort, KeyType::Range)]
        .into_iter()
        .map(|(name, kind)| {
            Ok(KeySchemaElement::builder()
                .attribute_name(name)
                .key_type(kind)
                .build()?)
        })
        .collect()
}

fn index(index: &manifest::Index) -> Result<GlobalSecondaryIndex, Cause> {
    let projection = aws_sdk_dynamodb::types::Projection::builder();
    let projection = match index.projection {
        manifest::Projection::All => projection.projection_type(ProjectionType::All),
        manifest::Projection::Keys => projection.projection_type(ProjectionType::KeysOnly),
        manifest::Projection::Include(attributes) => projection
            .projection_type(ProjectionType::Include)
            .set_non_key_attributes(Some(
                attributes.iter().map(|name| (*name).to_owned()).collect(),
            )),
    };
    Ok(GlobalSecondaryIndex::builder()
        .index_name(index.name)
        .set_key_schema(Some(keys(index.partition, index.sort)?))
        .projection(projection.build())
        .build()?)
}
