//! A queue that work is sent to.

use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;

use crate::retry::Patience;
use crate::{Aws, Cause, StartError};

/// A consumer's queue.
#[derive(Debug, Clone)]
pub struct Queue {
    pub(crate) client: aws_sdk_sqs::Client,
    pub(crate) url: String,
}

/// Why not all messages were sent; some may have been.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// Trying again may help.
    #[error("the queue is not available")]
    Unavailable(#[source] Cause),
    /// A message or the call was wrong.
    #[error("the queue refused it")]
    Fault(#[source] Cause),
}

impl QueueError {
    pub(crate) fn of<E>(error: SdkError<E>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        if crate::error::is_fault(&error) {
            Self::Fault(Box::new(error))
        } else {
            Self::Unavailable(Box::new(error))
        }
    }
}

/// SQS takes ten messages at once; 256 KiB together is what every region takes.
const BATCH: usize = 10;
const BATCH_BYTES: usize = 256 * 1024;

impl Aws {
    /// A consumer's queue; its URL comes from the variable that the manifest names.
    pub fn queue(&self, source: &manifest::Source) -> Result<Queue, StartError> {
        Ok(Queue {
            url: self.environment().required(&source.queue_env())?,
            client: aws_sdk_sqs::Client::new(&self.config("SQS")),
        })
    }
}

impl Queue {
    /// Sends all messages. After an error some may have been sent: a consumer hears twice anyway,
    /// so sending all of them again is safe.
    pub async fn send(&self, messages: &[String]) -> Result<(), QueueError> {
        let mut rest = messages;
        while !rest.is_empty() {
            let (batch, after) = rest.split_at(batch_len(rest));
            self.batch(batch).await?;
            rest = after;
        }
        Ok(())
    }

    /// Sends at most ten. SQS answers well when it took only some of them; the others are sent
    /// again for a while.
    async fn batch(&self, messages: &[String]) -> Result<(), QueueError> {
        let mut left = messages
            .iter()
            .enumerate()
            .map(|(id, message)| {
                SendMessageBatchRequestEntry::builder()
                    .id(id.to_string())
                    .message_body(message)
                    .build()
            })
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| QueueError::Fault(Box::new(error)))?;
        let mut patience = Patience::new();
        loop {
            let answer = self
                .client
                .send_message_batch()
                .queue_url(&self.url)
                .set_entries(Some(left.clone()))
                .send()
                .await
                .map_err(QueueError::of)?;
            if let Some(failed) = answer.failed().iter().find(|failed| failed.sender_fault()) {
                return Err(QueueError::Fault(failed.code().into()));
            }
            left.retain(|entry| {
                answer
                    .failed()
                    .iter()
                    .any(|failed| failed.id() == entry.id())
            });
            if left.is_empty() {
                return Ok(());
            }
            if !patience.wait().await {
                return Err(QueueError::Unavailable("messages stay unsent".into()));
            }
        }
    }
}

/// How many of the messages go in the next batch: at least one, which SQS may refuse.
fn batch_len(messages: &[String]) -> usize {
    let mut bytes = 0;
    messages
        .iter()
        .take(BATCH)
        .take_while(|message| {
            bytes += message.len();
            bytes <= BATCH_BYTES
        })
        .count()
        .max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_hold_to_ten_messages_and_to_their_bytes() {
        let message = |bytes: usize| "x".repeat(bytes);
        assert_eq!(batch_len(&vec![message(1); 25]), 10);
        assert_eq!(batch_len(&vec![message(100 * 1024); 5]), 2);
        assert_eq!(batch_len(&[message(BATCH_BYTES + 1)]), 1);
    }
}
