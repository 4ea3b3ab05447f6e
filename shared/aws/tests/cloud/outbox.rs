use aws::{Condition, OutboxItem, TransactionError};
use contracts::{Envelope, Event};
use kernel::EventId;
use serde::{Deserialize, Serialize};

use crate::{Shelf, noon, table};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct ShelfAdded {
    shelf: String,
}

impl Event for ShelfAdded {
    const TYPE: &'static str = "shelves.shelf-added.v1";
}

fn added() -> Envelope<ShelfAdded> {
    let data = ShelfAdded { shelf: "1".into() };
    Envelope::new(EventId::derive("test", "added"), noon(), data).traced(Some(
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".into(),
    ))
}

#[derive(Debug, Deserialize)]
struct Row {
    sk: String,
    r#type: String,
    event_type: String,
    envelope: String,
    expires: i64,
}

#[tokio::test]
async fn an_event_is_written_with_the_state_it_tells_of_or_not_at_all() {
    let table = table().await;
    let event = added();
    let partition = format!("~outbox#{}", event.id);
    let rows = || table.query(partition.clone()).consistent().project::<Row>();
    let commit = || {
        let transaction = table.transaction();
        transaction
            .put("shelf", &Shelf::new("1"), Condition::absent())
            .publish(&event)
            .commit()
    };

    table
        .put(&Shelf::new("1"), Condition::none())
        .await
        .unwrap();
    let error: TransactionError = commit().await.unwrap_err();
    assert!(error.refused("shelf"));
    assert!(rows().await.unwrap().items.is_empty());

    table
        .delete(Shelf::place("1"), Condition::none())
        .await
        .unwrap();
    commit().await.unwrap();
    let rows = rows().await.unwrap().items;
    let [row] = rows.as_slice() else {
        panic!("{rows:?}");
    };
    assert_eq!(
        (row.sk.as_str(), row.r#type.as_str()),
        ("~outbox", "outbox")
    );
    assert_eq!(row.event_type, ShelfAdded::TYPE);
    assert_eq!(
        serde_json::from_str::<Envelope<ShelfAdded>>(&row.envelope).unwrap(),
        event
    );
    assert_eq!(row.expires, noon().seconds() + 7 * 24 * 3600);
}

/// A record's image as the stream gives it.
fn image(fields: serde_json::Value) -> serde_dynamo::Item {
    serde_json::from_value(fields).unwrap()
}

#[test]
fn the_relay_reads_events_and_leaves_everything_else() {
    let event = added();
    let envelope = serde_json::to_string(&event).unwrap();
    let fields = serde_json::json!({
        "pk": {"S": format!("~outbox#{}", event.id)},
        "sk": {"S": "~outbox"},
        "type": {"S": "outbox"},
        "event_type": {"S": "shelves.shelf-added.v1"},
        "envelope": {"S": envelope},
        "expires": {"N": "1780920000"},
    });
    let item = OutboxItem::of_image(&image(fields.clone()))
        .unwrap()
        .unwrap();
    assert_eq!(
        (item.id, item.envelope.as_str()),
        (event.id, envelope.as_str())
    );
    assert_eq!(
        (item.event_type.as_str(), item.source()),
        ("shelves.shelf-added.v1", "shelves")
    );

    let shelf = serde_json::json!({"pk": {"S": "shelf#1"}, "type": {"S": "shelf"}});
    assert_eq!(OutboxItem::of_image(&image(shelf)).unwrap(), None);

    for missing in ["pk", "event_type", "envelope", "expires"] {
        let mut broken = fields.clone();
        broken.as_object_mut().unwrap().remove(missing);
        assert!(OutboxItem::of_image(&image(broken)).is_err(), "{missing}");
    }
}
