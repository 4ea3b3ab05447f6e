//! Publishes what the tables' outboxes hold: each event to the topic of the service that tells it.

use aws::{Aws, Message, StartError, Topic};
use edge::{App, Relay, Setback, StreamRecord};
use manifest::{Source, consumers, resources};

/// Publishes the outboxes.
pub struct RelayOutbox;

/// The topics, each with the name of the service whose events it carries.
pub struct Topics(Vec<(&'static str, Topic)>);

/// Messages that SNS takes at once.
const BATCH: usize = 10;

impl App for Topics {
    async fn start(aws: &Aws) -> Result<Self, StartError> {
        let topics = resources::TOPICS
            .iter()
            .map(|topic| Ok((topic.service, aws.topic(topic)?)));
        Ok(Self(topics.collect::<Result<_, StartError>>()?))
    }
}

impl Topics {
    fn of(&self, source: &str) -> Option<&Topic> {
        self.0
            .iter()
            .find(|(service, _)| *service == source)
            .map(|(_, topic)| topic)
    }
}

impl Relay for RelayOutbox {
    const ROW: &'static Source = &consumers::PLATFORM_RELAY_OUTBOX;
    type App = Topics;

    /// Publishes the records in their order, and stops at the first batch in which one fails:
    /// Lambda comes again with everything from there on, so whatever was published beyond it
    /// would be published twice, and before it.
    async fn relay(topics: &Topics, records: Vec<StreamRecord>) -> Vec<(String, Setback)> {
        let mut failed = Vec::new();
        for batch in batches(&records) {
            if failed.is_empty() {
                failed = publish(topics, batch).await;
            } else {
                failed.extend(failures(batch, |_| {
                    Some("waits for an earlier event".into())
                }));
            }
        }
        failed
    }
}

/// Publishes a batch of one topic.
async fn publish(topics: &Topics, batch: &[StreamRecord]) -> Vec<(String, Setback)> {
    let Some(topic) = batch
        .first()
        .and_then(|record| topics.of(record.item.source()))
    else {
        return failures(batch, |record| {
            Some(format!("no topic carries {}", record.item.event_type).into())
        });
    };
    let messages: Vec<Message> = batch.iter().map(message).collect();
    let mut outcomes = topic.publish(&messages).await.into_iter();
    failures(batch, |_| match outcomes.next() {
        Some(outcome) => outcome.err().map(Into::into),
        None => Some("the topic did not say what came of it".into()),
    })
}

/// The records in order, cut where the topic changes and after as many as SNS takes at once.
fn batches(records: &[StreamRecord]) -> impl Iterator<Item = &[StreamRecord]> {
    records
        .chunk_by(|one, next| one.item.source() == next.item.source())
        .flat_map(|run| run.chunks(BATCH))
}

fn message(record: &StreamRecord) -> Message {
    let event_type = &record.item.event_type;
    Message {
        body: record.item.envelope.clone(),
        attributes: vec![
            ("type".into(), event_type.clone()),
            ("version".into(), contracts::version_of(event_type).into()),
        ],
    }
}

fn failures(
    batch: &[StreamRecord],
    mut outcome: impl FnMut(&StreamRecord) -> Option<Setback>,
) -> Vec<(String, Setback)> {
    batch
        .iter()
        .filter_map(|record| Some((record.sequence_number.clone(), outcome(record)?)))
        .collect()
}

#[cfg(test)]
mod tests;
