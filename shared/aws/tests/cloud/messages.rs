use std::time::Duration;

use aws::{Aws, KeySet, Message, SigningKey, SigningKeys, testing};

use crate::{cloud, noon};

/// A connection that knows a new queue and a new topic.
async fn connected() -> (Aws, String) {
    let aws = cloud().await;
    let url = testing::create_queue(&aws).await.unwrap();
    let arn = testing::create_topic(&aws).await.unwrap();
    let source = &manifest::consumers::PRODUCTS_ON_IMPORT_CHUNK;
    let environment = aws
        .environment()
        .clone()
        .with(source.queue_env(), &url)
        .with(manifest::resources::PRODUCTS_EVENTS.env(), arn);
    (Aws::connect(environment).await.unwrap(), url)
}

#[tokio::test]
async fn all_messages_are_sent_however_many() {
    let (aws, url) = connected().await;
    let queue = aws
        .queue(&manifest::consumers::PRODUCTS_ON_IMPORT_CHUNK)
        .unwrap();
    let messages: Vec<String> = (0..23).map(|n| format!("chunk {n}")).collect();
    queue.send(&messages).await.unwrap();
    queue.send(&[]).await.unwrap();
    let mut received = testing::receive(&aws, &url, 23).await.unwrap();
    received.sort_unstable();
    let mut expected = messages;
    expected.sort_unstable();
    assert_eq!(received, expected);
}

#[tokio::test]
async fn a_message_that_cannot_be_sent_is_an_error() {
    let (aws, _) = connected().await;
    let queue = aws
        .queue(&manifest::consumers::PRODUCTS_ON_IMPORT_CHUNK)
        .unwrap();
    assert!(queue.send(&[String::new()]).await.is_err());
}

#[tokio::test]
async fn each_published_message_has_a_result() {
    let (aws, _) = connected().await;
    let topic = aws.topic(&manifest::resources::PRODUCTS_EVENTS).unwrap();
    let message = |n: usize| Message {
        body: format!("event {n}"),
        attributes: vec![("type".into(), "shelves.shelf-added.v1".into())],
    };
    let messages: Vec<Message> = (0..12).map(message).collect();
    let results = topic.publish(&messages).await;
    assert_eq!(results.len(), 12);
    assert!(results.iter().all(Result::is_ok), "{results:?}");

    let environment = aws.environment().clone().with(
        "PRODUCTS_TOPIC_ARN",
        "arn:aws:sns:eu-central-1:000000000000:none",
    );
    let none = Aws::connect(environment).await.unwrap();
    let none = none.topic(&manifest::resources::PRODUCTS_EVENTS).unwrap();
    let results = none.publish(&messages).await;
    assert_eq!(results.len(), 12);
    assert!(results.iter().all(Result::is_err), "{results:?}");
}

#[tokio::test]
async fn a_key_that_was_turned_signs_after_five_minutes() {
    let aws = cloud().await;
    let set = |kid: &str| {
        let key = SigningKey {
            kid: kid.into(),
            pem: String::new(),
            made_at: noon(),
            retired_at: None,
        };
        let set = KeySet {
            current: kid.into(),
            keys: vec![key],
        };
        serde_json::to_string(&set).unwrap()
    };
    let arn = testing::create_secret(&aws, "a placeholder").await.unwrap();
    let keys = SigningKeys::new(aws.secrets(), arn.clone());
    let error = keys.current(noon()).await.unwrap_err();
    assert!(matches!(error, aws::SecretError::Absent), "{error:?}");

    aws.secrets().replace(&arn, &set("one")).await.unwrap();
    assert_eq!(keys.current(noon()).await.unwrap().kid, "one");
    aws.secrets().replace(&arn, &set("two")).await.unwrap();
    let almost = noon().plus(Duration::from_secs(299));
    assert_eq!(keys.current(almost).await.unwrap().kid, "one");
    let then = noon().plus(Duration::from_secs(300));
    assert_eq!(keys.current(then).await.unwrap().kid, "two");
}

#[tokio::test]
async fn a_secret_is_read_and_an_absent_one_is_absent() {
    let aws = cloud().await;
    let arn = testing::create_secret(&aws, "a canary").await.unwrap();
    assert_eq!(aws.secrets().read(&arn).await.unwrap(), "a canary");
    let error = aws.secrets().read("no-such-secret").await.unwrap_err();
    assert!(matches!(error, aws::SecretError::Absent), "{error:?}");
}
