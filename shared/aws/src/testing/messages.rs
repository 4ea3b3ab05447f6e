//! Buckets, queues, topics and secrets of a test's own.

use std::time::Duration;

use aws_types::SdkConfig;
use tokio::time::Instant;
use uuid::Uuid;

use super::MADE_WITHIN;
use crate::connect::timeouts;
use crate::{Aws, Cause};

/// How long messages may be on their way.
const ARRIVED_WITHIN: Duration = Duration::from_secs(60);

/// How a service is called where that is no part of what is tested.
fn config(aws: &Aws, service: &str) -> SdkConfig {
    let config = aws.config(service).into_builder();
    config
        .timeout_config(timeouts(MADE_WITHIN, MADE_WITHIN))
        .build()
}

fn name() -> String {
    format!("test-{}", Uuid::now_v7())
}

/// Makes a bucket and answers its name, for the environment.
pub async fn create_bucket(aws: &Aws) -> Result<String, Cause> {
    let name = name();
    let config = aws_sdk_s3::config::Builder::from(&config(aws, "S3"))
        .force_path_style(true)
        .build();
    let place = aws_sdk_s3::types::CreateBucketConfiguration::builder()
        .location_constraint(aws.region().into())
        .build();
    aws_sdk_s3::Client::from_conf(config)
        .create_bucket()
        .bucket(&name)
        .set_create_bucket_configuration((aws.region() != "us-east-1").then_some(place))
        .send()
        .await?;
    Ok(name)
}

/// Makes a queue and answers its URL, for the environment.
pub async fn create_queue(aws: &Aws) -> Result<String, Cause> {
    let answer = aws_sdk_sqs::Client::new(&config(aws, "SQS"))
        .create_queue()
        .queue_name(name())
        .send()
        .await?;
    answer
        .queue_url
        .ok_or_else(|| "a queue without a URL".into())
}

/// Makes a topic and answers its ARN, for the environment.
pub async fn create_topic(aws: &Aws) -> Result<String, Cause> {
    let answer = aws_sdk_sns::Client::new(&config(aws, "SNS"))
        .create_topic()
        .name(name())
        .send()
        .await?;
    answer
        .topic_arn
        .ok_or_else(|| "a topic without an ARN".into())
}

/// Has SES take mails from the stage's sender.
pub async fn verify_sender(aws: &Aws) -> Result<(), Cause> {
    let sender = aws.environment().setting(&manifest::settings::MAIL_SENDER);
    aws_sdk_ses::Client::new(&config(aws, "SES"))
        .verify_email_identity()
        .email_address(sender)
        .send()
        .await?;
    Ok(())
}

/// Has a queue hear a topic: the messages that pass the filter policy, as they were published.
pub async fn subscribe(aws: &Aws, topic: &str, queue: &str, filter: &str) -> Result<(), Cause> {
    use aws_sdk_sqs::types::QueueAttributeName::{Policy, QueueArn};

    let queues = aws_sdk_sqs::Client::new(&config(aws, "SQS"));
    let attributes = queues
        .get_queue_attributes()
        .queue_url(queue)
        .attribute_names(QueueArn)
        .send()
        .await?
        .attributes
        .unwrap_or_default();
    let arn = attributes.get(&QueueArn).ok_or("a queue without an ARN")?;
    // A topic delivers only where the queue's own policy admits it.
    let policy = serde_json::json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
        }],
    });
    queues
        .set_queue_attributes()
        .queue_url(queue)
        .attributes(Policy, policy.to_string())
        .send()
        .await?;
    aws_sdk_sns::Client::new(&config(aws, "SNS"))
        .subscribe()
        .topic_arn(topic)
        .protocol("sqs")
        .endpoint(arn)
        .attributes("RawMessageDelivery", "true")
        .attributes("FilterPolicy", filter)
        .send()
        .await?;
    Ok(())
}

/// Makes a secret and answers its ARN, for the environment.
pub async fn create_secret(aws: &Aws, value: &str) -> Result<String, Cause> {
    let answer = aws_sdk_secretsmanager::Client::new(&config(aws, "SECRETS_MANAGER"))
        .create_secret()
        .name(name())
        .secret_string(value)
        .send()
        .await?;
    answer.arn.ok_or_else(|| "a secret without an ARN".into())
}

/// Takes so many messages off a queue, as soon as they have arrived, and all that is there then.
pub async fn receive(aws: &Aws, url: &str, count: usize) -> Result<Vec<String>, Cause> {
    let until = Instant::now() + ARRIVED_WITHIN;
    let mut bodies = receive_all(aws, url).await?;
    while bodies.len() < count && Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(50)).await;
        bodies.extend(receive_all(aws, url).await?);
    }
    Ok(bodies)
}

/// Takes every message off a queue that has arrived.
pub async fn receive_all(aws: &Aws, url: &str) -> Result<Vec<String>, Cause> {
    let client = aws_sdk_sqs::Client::new(&config(aws, "SQS"));
    let mut bodies = Vec::new();
    loop {
        let answer = client
            .receive_message()
            .queue_url(url)
            .max_number_of_messages(10)
            .send()
            .await?;
        let messages = answer.messages.unwrap_or_default();
        if messages.is_empty() {
            return Ok(bodies);
        }
        for message in messages {
            if let Some(handle) = &message.receipt_handle {
                let delete = client.delete_message().queue_url(url);
                delete.receipt_handle(handle).send().await?;
            }
            bodies.extend(message.body);
        }
    }
}
