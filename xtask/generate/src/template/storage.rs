//! Tables, topics, buckets and secrets: what has state stands in the root.

use super::import::{bucket_id, secret_id, table_id, topic_id};
use super::{Resources, attribute, only_tls, physical, reference, sub};
use manifest::resources::MadeBy;
use manifest::{Bucket, Index, Projection, Secret, Table, Topic};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The attribute by which items go away.
pub(crate) const EXPIRES: &str = "expires";

pub(super) fn table(resources: &mut Resources, table: &Table) {
    let names: BTreeSet<&str> = table
        .indexes
        .iter()
        .flat_map(|index| [index.partition, index.sort])
        .chain(["pk", "sk"])
        .collect();
    let attributes: Vec<Value> = names
        .into_iter()
        .map(|name| json!({ "AttributeName": name, "AttributeType": "S" }))
        .collect();
    let mut properties = json!({
        "TableName": physical(table.name),
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": attributes,
        "KeySchema": keys("pk", "sk"),
        "PointInTimeRecoverySpecification": { "PointInTimeRecoveryEnabled": true },
        "SSESpecification": { "SSEEnabled": true },
        "TimeToLiveSpecification": { "AttributeName": EXPIRES, "Enabled": true },
        "DeletionProtectionEnabled": { "Fn::If": ["IsProduction", true, false] },
    });
    if !table.indexes.is_empty() {
        properties["GlobalSecondaryIndexes"] = table.indexes.iter().map(index).collect();
    }
    if table.outbox {
        properties["StreamSpecification"] = json!({ "StreamViewType": "NEW_IMAGE" });
    }
    let id = table_id(table);
    resources.add(&id, "AWS::DynamoDB::Table", properties);
    // In production the table protects itself from being deleted.
    resources.with(&id, "DeletionPolicy", json!("Delete"));
    resources.with(&id, "UpdateReplacePolicy", json!("Retain"));
}

fn keys(partition: &str, sort: &str) -> Value {
    json!([
        { "AttributeName": partition, "KeyType": "HASH" },
        { "AttributeName": sort, "KeyType": "RANGE" },
    ])
}

fn index(index: &Index) -> Value {
    let projection = match index.projection {
        Projection::Keys => json!({ "ProjectionType": "KEYS_ONLY" }),
        Projection::All => json!({ "ProjectionType": "ALL" }),
        Projection::Include(attributes) => {
            json!({ "ProjectionType": "INCLUDE", "NonKeyAttributes": attributes })
        }
    };
    json!({
        "IndexName": index.name,
        "KeySchema": keys(index.partition, index.sort),
        "Projection": projection,
    })
}

pub(super) fn topic(resources: &mut Resources, topic: &Topic) {
    let id = topic_id(topic);
    resources.add(
        &id,
        "AWS::SNS::Topic",
        json!({ "TopicName": physical(topic.name()), "KmsMasterKeyId": "alias/aws/sns" }),
    );
    let policy = format!("{id}Policy");
    resources.add(
        &policy,
        "AWS::SNS::TopicPolicy",
        json!({
            "Topics": [reference(&id)],
            "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [only_tls("sns:Publish", reference(&id))],
            },
        }),
    );
    resources.with(&policy, "Condition", json!("IsAws"));
}

pub(super) fn bucket(resources: &mut Resources, bucket: &Bucket) {
    let id = bucket_id(bucket);
    let mut rules = vec![json!({
        "Id": "abandoned-uploads",
        "Status": "Enabled",
        "AbortIncompleteMultipartUpload": { "DaysAfterInitiation": 1 },
    })];
    if let Some(days) = bucket.expire_days {
        rules.push(json!({ "Id": "expire", "Status": "Enabled", "ExpirationInDays": days }));
    }
    resources.add(
        &id,
        "AWS::S3::Bucket",
        json!({
            // Bucket names are shared by all of AWS, so the account's number makes it ours.
            "BucketName": sub(format!("${{Stage}}-ultramarket-{}-${{AWS::AccountId}}", bucket.name)),
            "BucketEncryption": {
                "ServerSideEncryptionConfiguration": [
                    { "ServerSideEncryptionByDefault": { "SSEAlgorithm": "AES256" } },
                ],
            },
            "PublicAccessBlockConfiguration": {
                "BlockPublicAcls": true,
                "BlockPublicPolicy": true,
                "IgnorePublicAcls": true,
                "RestrictPublicBuckets": true,
            },
            "OwnershipControls": { "Rules": [{ "ObjectOwnership": "BucketOwnerEnforced" }] },
            "LifecycleConfiguration": { "Rules": rules },
            // Presigned uploads and downloads come from browsers too.
            "CorsConfiguration": { "Fn::If": [
                "HasOrigins",
                { "CorsRules": [{
                    "AllowedMethods": ["GET", "PUT"],
                    "AllowedHeaders": ["*"],
                    "AllowedOrigins": { "Fn::Split": [",", reference("CorsAllowedOrigins")] },
                }] },
                reference("AWS::NoValue"),
            ]},
        }),
    );
    let deletion = if bucket.expire_days.is_some() {
        "Delete"
    } else {
        "Retain"
    };
    resources.with(&id, "DeletionPolicy", json!(deletion));
    resources.with(&id, "UpdateReplacePolicy", json!(deletion));
    let policy = format!("{id}Policy");
    resources.add(
        &policy,
        "AWS::S3::BucketPolicy",
        json!({
            "Bucket": reference(&id),
            "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [only_tls(
                    "s3:*",
                    json!([attribute(&id, "Arn"), sub(format!("${{{id}.Arn}}/*"))]),
                )],
            },
        }),
    );
    resources.with(&policy, "Condition", json!("IsAws"));
}

pub(super) fn secret(resources: &mut Resources, secret: &Secret) {
    let id = secret_id(secret);
    let (description, generated) = match secret.made_by {
        MadeBy::Deployment => (
            "Made with the stack, and known to nobody.",
            json!({ "PasswordLength": 64, "ExcludePunctuation": true }),
        ),
        MadeBy::Operator => (
            "Made with a placeholder; whoever runs the stage puts the real value in.",
            json!({
                "SecretStringTemplate": "{}",
                "GenerateStringKey": "placeholder",
                "ExcludePunctuation": true,
            }),
        ),
        MadeBy::Rotation => (
            "Made with a placeholder; `cargo xtask rotate-keys` puts the real value in.",
            json!({
                "SecretStringTemplate": "{}",
                "GenerateStringKey": "placeholder",
                "ExcludePunctuation": true,
            }),
        ),
    };
    resources.add(
        &id,
        "AWS::SecretsManager::Secret",
        json!({
            "Name": physical(secret.name),
            "Description": description,
            "GenerateSecretString": generated,
        }),
    );
    resources.with(&id, "DeletionPolicy", json!("Delete"));
    resources.with(&id, "UpdateReplacePolicy", json!("Retain"));
}
