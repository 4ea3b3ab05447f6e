use super::*;
use aws::{Environment, OutboxItem, testing};
use serde_dynamo::AttributeValue;
use serde_json::json;
use std::collections::{BTreeSet, HashMap};

const CREATED: &str = "products.product-created.v1";
const CHANGED: &str = "products.product-changed.v1";
const UNTOLD: &str = "ghosts.ghost-seen.v1";

/// A record as the stream of a table brings it.
fn record(event_type: &str, number: usize) -> StreamRecord {
    let id = kernel::EventId::generate(
        kernel::Timestamp::from_seconds(0),
        [u8::try_from(number).unwrap(); 10],
    );
    let envelope = json!({
        "id": id,
        "type": event_type,
        "source": contracts::source_of(event_type),
        "occurredAt": "2026-01-01T00:00:00.000Z",
        "data": { "number": number },
    });
    let text = |text: String| AttributeValue::S(text);
    let image = HashMap::from([
        ("pk".to_owned(), text(format!("~outbox#{id}"))),
        ("sk".to_owned(), text("~outbox".into())),
        ("type".to_owned(), text("outbox".into())),
        ("event_type".to_owned(), text(event_type.into())),
        ("envelope".to_owned(), text(envelope.to_string())),
        ("expires".to_owned(), AttributeValue::N("1767830400".into())),
    ]);
    StreamRecord {
        sequence_number: number.to_string(),
        item: OutboxItem::of_image(&image.into()).unwrap().unwrap(),
    }
}

fn numbers(records: &[(String, Setback)]) -> Vec<&str> {
    records.iter().map(|(number, _)| number.as_str()).collect()
}

/// An environment in which every service's topic is this one.
fn with_topics(environment: Environment, arn: &str) -> Environment {
    let topics = manifest::resources::TOPICS.iter();
    topics.fold(environment, |known, topic| known.with(topic.env(), arn))
}

/// A topic of the test's own, and a queue that hears this type and version on it.
async fn heard(event_type: &str, version: &str) -> (Aws, String, Topics) {
    let aws = testing::cloud(&[]).await.unwrap();
    let queue = testing::create_queue(&aws).await.unwrap();
    let topic = testing::create_topic(&aws).await.unwrap();
    let filter = json!({ "type": [event_type], "version": [version] }).to_string();
    testing::subscribe(&aws, &topic, &queue, &filter)
        .await
        .unwrap();
    let environment = with_topics(aws.environment().clone(), &topic);
    let aws = Aws::connect(environment).await.unwrap();
    let topics = Topics::start(&aws).await.unwrap();
    (aws, queue, topics)
}

#[test]
fn batches_keep_the_order_and_hold_one_topic_and_ten_records() {
    let mut records: Vec<_> = (0..12).map(|number| record(CREATED, number)).collect();
    records.extend([record(UNTOLD, 12), record(CHANGED, 13), record(CREATED, 14)]);
    let cut: Vec<Vec<&str>> = batches(&records)
        .map(|batch| {
            batch
                .iter()
                .map(|record| record.sequence_number.as_str())
                .collect()
        })
        .collect();
    let expected: [&[&str]; 4] = [
        &["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
        &["10", "11"],
        &["12"],
        &["13", "14"],
    ];
    assert_eq!(cut, expected);
}

#[test]
fn the_relay_may_publish_to_every_topic() {
    let grants = manifest::grants_of(RelayOutbox::ROW.name);
    for topic in resources::TOPICS {
        assert!(
            grants.iter().any(
                |grant| matches!(grant, manifest::Grant::Publishes(granted) if granted == topic)
            ),
            "{}",
            topic.name()
        );
    }
}

#[tokio::test]
async fn envelopes_are_published_unchanged_with_the_attributes_that_consumers_filter_by() {
    let (aws, queue, topics) = heard(CHANGED, "v1").await;
    let records: Vec<_> = (0..23)
        .map(|number| record(if number % 2 == 0 { CHANGED } else { CREATED }, number))
        .collect();
    let expected: BTreeSet<String> = records
        .iter()
        .filter(|record| record.item.event_type == CHANGED)
        .map(|record| record.item.envelope.clone())
        .collect();
    let failed = RelayOutbox::relay(&topics, records).await;
    assert_eq!(numbers(&failed), [""; 0]);
    let told = testing::receive(&aws, &queue, 12).await.unwrap();
    assert_eq!(told.len(), 12);
    assert_eq!(told.into_iter().collect::<BTreeSet<_>>(), expected);
}

#[tokio::test]
async fn what_comes_after_a_failure_waits_for_it() {
    let (aws, queue, topics) = heard(CREATED, "v1").await;
    let before = record(CREATED, 1);
    let expected = before.item.envelope.clone();
    let records = vec![before, record(UNTOLD, 2), record(CREATED, 3)];
    let failed = RelayOutbox::relay(&topics, records).await;
    assert_eq!(numbers(&failed), ["2", "3"]);
    assert!(failed[0].1.to_string().contains(UNTOLD), "{}", failed[0].1);
    assert_eq!(testing::receive(&aws, &queue, 1).await.unwrap(), [expected]);
}

#[tokio::test]
async fn a_topic_that_is_down_fails_its_records_and_none_is_tried_beyond_them() {
    let environment = Environment::of([
        // Nobody is there, and no other test is given this port.
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:9"),
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
    ]);
    let environment = with_topics(environment, "arn:aws:sns:eu-central-1:000000000000:none");
    let topics = Topics::start(&Aws::connect(environment).await.unwrap())
        .await
        .unwrap();
    let records: Vec<_> = (0..12).map(|number| record(CREATED, number)).collect();
    let failed = RelayOutbox::relay(&topics, records).await;
    assert_eq!(failed.len(), 12);
    let waiting = failed
        .iter()
        .filter(|(_, why)| why.to_string().contains("waits"));
    assert_eq!(waiting.count(), 2, "only the first ten were tried");
}
