//! What was given up after all its tries, for those who look after a stage: queues of dead letters
//! are read by hand. Never in a function.

use aws_sdk_sqs::operation::get_queue_url::GetQueueUrlError;
use aws_sdk_sqs::types::{MessageSystemAttributeName, QueueAttributeName};
use kernel::Timestamp;

use crate::{Aws, Queue, QueueError};

/// A letter that was taken from the queue for a while: it comes back by itself, unless it is
/// [given back](Queue::give_back) before or [thrown away](Queue::discard).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// The message's id; a consumer's log names it as the request.
    pub id: String,
    /// The message as it was sent.
    pub body: String,
    /// When it was sent first, tries included.
    pub sent_at: Option<Timestamp>,
    receipt: String,
}

/// SQS hands over ten messages at once.
const BATCH: i32 = 10;

impl Aws {
    /// A queue by its name; none when there is no such queue.
    ///
    /// # Errors
    /// When SQS cannot be asked, or does not let the caller.
    pub async fn queue_named(&self, name: &str) -> Result<Option<Queue>, QueueError> {
        let client = aws_sdk_sqs::Client::new(&self.config("SQS"));
        match client.get_queue_url().queue_name(name).send().await {
            Ok(answer) => Ok(answer.queue_url.map(|url| Queue { client, url })),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(GetQueueUrlError::is_queue_does_not_exist) =>
            {
                Ok(None)
            }
            Err(error) => Err(QueueError::of(error)),
        }
    }
}

impl Queue {
    /// How many messages there are, more or less: SQS counts over many machines. Those that
    /// somebody has taken for a while count too, for they come back.
    ///
    /// # Errors
    /// When SQS cannot be asked, or does not let the caller.
    pub async fn count(&self) -> Result<u64, QueueError> {
        let counted = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
        ];
        let answer = self
            .client
            .get_queue_attributes()
            .queue_url(&self.url)
            .set_attribute_names(Some(counted.to_vec()))
            .send()
            .await
            .map_err(QueueError::of)?;
        let counts = counted.iter().filter_map(|name| {
            let count = answer.attributes()?.get(name)?;
            count.parse::<u64>().ok()
        });
        Ok(counts.sum())
    }

    /// Takes some letters, at most ten, for so many seconds. None when the queue is empty.
    ///
    /// # Errors
    /// When SQS cannot be asked, or does not let the caller.
    pub async fn take(&self, seconds: u16) -> Result<Vec<DeadLetter>, QueueError> {
        let answer = self
            .client
            .receive_message()
            .queue_url(&self.url)
            .max_number_of_messages(BATCH)
            .visibility_timeout(seconds.into())
            // A long poll asks every machine of the queue, so that "empty" is true.
            .wait_time_seconds(1)
            .message_system_attribute_names(MessageSystemAttributeName::SentTimestamp)
            .send()
            .await
            .map_err(QueueError::of)?;
        let letter = |message: aws_sdk_sqs::types::Message| {
            let sent = message
                .attributes()
                .and_then(|all| all.get(&MessageSystemAttributeName::SentTimestamp));
            Some(DeadLetter {
                sent_at: sent.and_then(|at| at.parse().ok().map(Timestamp::from_millis)),
                id: message.message_id?,
                body: message.body?,
                receipt: message.receipt_handle?,
            })
        };
        let messages = answer.messages.unwrap_or_default();
        Ok(messages.into_iter().filter_map(letter).collect())
    }

    /// Lets others take the letter at once.
    ///
    /// # Errors
    /// When SQS cannot be asked, or does not let the caller.
    pub async fn give_back(&self, letter: &DeadLetter) -> Result<(), QueueError> {
        self.client
            .change_message_visibility()
            .queue_url(&self.url)
            .receipt_handle(&letter.receipt)
            .visibility_timeout(0)
            .send()
            .await
            .map_err(QueueError::of)?;
        Ok(())
    }

    /// Throws the letter away.
    ///
    /// # Errors
    /// When SQS cannot be asked, or does not let the caller.
    pub async fn discard(&self, letter: &DeadLetter) -> Result<(), QueueError> {
        self.client
            .delete_message()
            .queue_url(&self.url)
            .receipt_handle(&letter.receipt)
            .send()
            .await
            .map_err(QueueError::of)?;
        Ok(())
    }
}
