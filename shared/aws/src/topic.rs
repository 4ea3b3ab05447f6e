//! A topic that events are published to.

use aws_sdk_sns::types::{MessageAttributeValue, PublishBatchRequestEntry};

use crate::{Aws, Cause, StartError};

/// A service's topic.
#[derive(Debug, Clone)]
pub struct Topic {
    client: aws_sdk_sns::Client,
    arn: String,
}

/// A message, and what subscriptions filter it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The text.
    pub body: String,
    /// String attributes by their names.
    pub attributes: Vec<(String, String)>,
}

/// Why a message was not published.
#[derive(Debug, thiserror::Error)]
pub enum TopicError {
    /// Trying again may help.
    #[error("the topic is not available")]
    Unavailable(#[source] Cause),
    /// The message or the call was wrong.
    #[error("the topic refused a message")]
    Fault(#[source] Cause),
}

/// SNS takes ten messages at once, of 256 KiB together.
const BATCH: usize = 10;
const BATCH_BYTES: usize = 256 * 1024;

impl Aws {
    /// A topic; its ARN comes from the variable that the manifest names.
    pub fn topic(&self, topic: &manifest::Topic) -> Result<Topic, StartError> {
        Ok(Topic {
            arn: self.environment().required(&topic.env())?,
            client: aws_sdk_sns::Client::new(&self.config("SNS")),
        })
    }
}

impl Topic {
    /// Publishes messages and says of each, in order, what came of it. A batch that fails whole
    /// fails for each of its messages.
    pub async fn publish(&self, messages: &[Message]) -> Vec<Result<(), TopicError>> {
        let mut results = Vec::with_capacity(messages.len());
        let mut rest = messages;
        while !rest.is_empty() {
            let (batch, after) = rest.split_at(batch_len(rest));
            results.extend(self.batch(batch).await);
            rest = after;
        }
        results
    }

    async fn batch(&self, messages: &[Message]) -> Vec<Result<(), TopicError>> {
        let sent = match entries(messages) {
            Ok(entries) => {
                self.client
                    .publish_batch()
                    .topic_arn(&self.arn)
                    .set_publish_batch_request_entries(Some(entries))
                    .send()
                    .await
            }
            Err(fault) => return messages.iter().map(|_| Err(fault_of(&fault))).collect(),
        };
        match sent {
            Ok(answer) => {
                let mut results: Vec<Result<(), TopicError>> = messages
                    .iter()
                    .map(|_| Err(TopicError::Unavailable("the answer leaves it out".into())))
                    .collect();
                for done in answer.successful() {
                    if let Some(result) = done.id().and_then(|id| at(&mut results, id)) {
                        *result = Ok(());
                    }
                }
                for failed in answer.failed() {
                    let why = format!("{}: {}", failed.code(), failed.message().unwrap_or("?"));
                    if let Some(result) = at(&mut results, failed.id()) {
                        *result = Err(if failed.sender_fault() {
                            TopicError::Fault(why.into())
                        } else {
                            TopicError::Unavailable(why.into())
                        });
                    }
                }
                results
            }
            Err(error) => {
                let fault = crate::error::is_fault(&error);
                let why = crate::error::chain(&error);
                messages
                    .iter()
                    .map(|_| {
                        Err(if fault {
                            fault_of(&why)
                        } else {
                            TopicError::Unavailable(why.clone().into())
                        })
                    })
                    .collect()
            }
        }
    }
}

fn fault_of(why: &str) -> TopicError {
    TopicError::Fault(why.to_owned().into())
}

fn at<'a, T>(results: &'a mut [T], id: &str) -> Option<&'a mut T> {
    results.get_mut(id.parse::<usize>().ok()?)
}

/// How many of the messages go in the next batch: at least one, which SNS may refuse.
fn batch_len(messages: &[Message]) -> usize {
    let mut bytes = 0;
    messages
        .iter()
        .take(BATCH)
        .take_while(|message| {
            bytes += size(message);
            bytes <= BATCH_BYTES
        })
        .count()
        .max(1)
}

fn size(message: &Message) -> usize {
    let attributes: usize = message
        .attributes
        .iter()
        .map(|(name, value)| name.len() + "String".len() + value.len())
        .sum();
    message.body.len() + attributes
}

fn entries(messages: &[Message]) -> Result<Vec<PublishBatchRequestEntry>, String> {
    let entry = |(id, message): (usize, &Message)| {
        let mut entry = PublishBatchRequestEntry::builder()
            .id(id.to_string())
            .message(&message.body);
        for (name, value) in &message.attributes {
            let value = MessageAttributeValue::builder()
                .data_type("String")
                .string_value(value)
                .build()
                .map_err(|error| error.to_string())?;
            entry = entry.message_attributes(name, value);
        }
        entry.build().map_err(|error| error.to_string())
    };
    messages.iter().enumerate().map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(bytes: usize) -> Message {
        Message {
            body: "x".repeat(bytes),
            attributes: Vec::new(),
        }
    }

    #[test]
    fn batches_hold_to_ten_messages_and_to_their_bytes() {
        assert_eq!(batch_len(&vec![message(1); 25]), 10);
        assert_eq!(batch_len(&vec![message(100 * 1024); 5]), 2);
        assert_eq!(batch_len(&[message(BATCH_BYTES), message(1)]), 1);
        assert_eq!(batch_len(&[message(BATCH_BYTES + 1)]), 1);
    }
}
