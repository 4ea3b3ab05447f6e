use aws::{AttributeValue, Attributes, Condition, Item, Key, TableError, Update, decode};
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};

use crate::{Shelf, table};

#[tokio::test]
async fn an_item_is_read_as_it_was_written_and_gone_when_deleted() {
    let table = table().await;
    let shelf = Shelf::new("1");
    let key = shelf.key();
    assert_eq!(table.get::<Shelf>(key.clone()).await.unwrap(), None);
    table.put(&shelf, Condition::absent()).await.unwrap();
    assert_eq!(table.get(key.clone()).await.unwrap(), Some(shelf.clone()));
    assert_eq!(table.peek(key.clone()).await.unwrap(), Some(shelf.clone()));

    let refused = table
        .delete(key.clone(), Condition::version(2))
        .await
        .unwrap_err();
    assert!(refused.is_refused());
    table
        .delete(key.clone(), Condition::version(1))
        .await
        .unwrap();
    assert_eq!(table.get::<Shelf>(key.clone()).await.unwrap(), None);
    table.delete(key, Condition::none()).await.unwrap();
}

#[tokio::test]
async fn of_sixteen_who_put_one_item_one_does() {
    let table = table().await;
    let puts = (0..16).map(|size| {
        let (table, mut shelf) = (table.clone(), Shelf::new("1"));
        shelf.size = size;
        async move { (size, table.put(&shelf, Condition::absent()).await) }
    });
    let results = join_all(puts).await;
    let winners: Vec<i64> = results
        .iter()
        .filter(|(_, result)| result.is_ok())
        .map(|(size, _)| *size)
        .collect();
    assert_eq!(winners.len(), 1, "{results:?}");
    let stands: Shelf = table.get(Shelf::place("1")).await.unwrap().unwrap();
    assert_eq!(stands.size, winners[0]);
    for (_, result) in results.into_iter().filter(|(_, result)| result.is_err()) {
        let Err(TableError::Refused { item: Some(item) }) = result else {
            panic!("refused without saying by what: {result:?}");
        };
        assert_eq!(decode::<Shelf>(item).unwrap(), stands);
    }
}

#[tokio::test]
async fn a_version_is_written_once() {
    let table = table().await;
    table
        .put(&Shelf::new("1"), Condition::none())
        .await
        .unwrap();
    let writes = (0..16).map(|size| {
        let (table, mut shelf) = (table.clone(), Shelf::new("1"));
        shelf.size = size;
        shelf.version = 2;
        async move { table.put(&shelf, Condition::version(1)).await }
    });
    let won = join_all(writes).await.iter().filter(|r| r.is_ok()).count();
    assert_eq!(won, 1);
}

#[tokio::test]
async fn updates_change_reserved_words_and_add_up_in_a_race() {
    let table = table().await;
    table
        .put(&Shelf::new("1"), Condition::none())
        .await
        .unwrap();
    let adds = (0..16).map(|_| {
        let update = Update::new()
            .add("size", 1)
            .set("status", "used")
            .set_if_absent("data", "first")
            .when(Condition::expression("size < :most").value(":most", 10))
            .when(Condition::present());
        table.update(Shelf::place("1"), update)
    });
    let done = join_all(adds).await.iter().filter(|r| r.is_ok()).count();
    assert_eq!(done, 10);
    let update = Update::new().remove("data").set("label", "full");
    let after = table.update(Shelf::place("1"), update).await.unwrap();
    assert!(!after.contains_key("data"));
    let shelf: Shelf = decode(after).unwrap();
    assert_eq!((shelf.size, shelf.status.as_str()), (10, "used"));
    assert_eq!(shelf.label, "full");
}

#[tokio::test]
async fn an_update_may_make_an_item_that_reads_back() {
    let table = table().await;
    let update = Update::new()
        .making::<Shelf>()
        .set("id", "9")
        .set("room", "attic")
        .set("rank", "1")
        .set("label", "")
        .set("status", "new")
        .set("version", 1)
        .add("size", 3);
    table.update(Shelf::place("9"), update).await.unwrap();
    let made: Shelf = table.get(Shelf::place("9")).await.unwrap().unwrap();
    assert_eq!((made.size, made.room.as_str()), (3, "attic"));
    let refused = table
        .update(
            Shelf::place("none"),
            Update::new().set("size", 1).when(Condition::present()),
        )
        .await
        .unwrap_err();
    assert!(
        matches!(refused, TableError::Refused { item: None }),
        "{refused:?}"
    );
}

#[tokio::test]
async fn many_keys_are_read_in_their_order() {
    let table = table().await;
    let writes = (0..250).filter(|n| n % 10 != 3).map(|n| {
        let (table, shelf) = (table.clone(), Shelf::new(format!("{n}")));
        async move { table.put(&shelf, Condition::none()).await }
    });
    for result in join_all(writes).await {
        result.unwrap();
    }
    // Backwards, every tenth absent, the first key twice.
    let mut wanted: Vec<u32> = (0..250).rev().collect();
    wanted.push(249);
    let keys: Vec<Key> = wanted
        .iter()
        .map(|n| Shelf::place(&n.to_string()))
        .collect();
    let found: Vec<Shelf> = table.batch_get(&keys).await.unwrap();
    let ids: Vec<String> = found.into_iter().map(|shelf| shelf.id).collect();
    let expected: Vec<String> = wanted
        .iter()
        .filter(|n| **n % 10 != 3)
        .map(ToString::to_string)
        .collect();
    assert_eq!(ids, expected);
    assert!(table.batch_get::<Shelf>(&[]).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_item_beyond_the_limit_is_too_large_and_one_below_is_not() {
    let table = table().await;
    let mut shelf = Shelf::new("1");
    shelf.label = "x".repeat(399 * 1024);
    table.put(&shelf, Condition::none()).await.unwrap();
    shelf.label = "x".repeat(400 * 1024);
    let error = table.put(&shelf, Condition::none()).await.unwrap_err();
    assert!(matches!(error, TableError::TooLarge), "{error:?}");
}

/// The shelf as a later release knows it: with its width in millimetres.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct WideShelf {
    id: String,
    width_mm: u64,
}

impl Item for WideShelf {
    const TYPE: &'static str = "wide";
    const SCHEMA: u32 = 2;

    fn key(&self) -> Key {
        Key::new(format!("wide#{}", self.id), "wide")
    }

    fn upcast(item: &mut Attributes, from: u32) {
        if from < 2
            && let Some(AttributeValue::N(width)) = item.remove("width_cm")
        {
            item.insert("width_mm".into(), AttributeValue::N(format!("{width}0")));
        }
    }
}

#[derive(Serialize, Deserialize)]
struct OldWideShelf {
    id: String,
    width_cm: u64,
}

impl Item for OldWideShelf {
    const TYPE: &'static str = "wide";

    fn key(&self) -> Key {
        Key::new(format!("wide#{}", self.id), "wide")
    }
}

#[tokio::test]
async fn an_item_that_an_older_release_wrote_is_brought_up_and_not_the_other_way() {
    let table = table().await;
    let old = OldWideShelf {
        id: "1".into(),
        width_cm: 90,
    };
    table.put(&old, Condition::none()).await.unwrap();
    let wide: WideShelf = table.get(old.key()).await.unwrap().unwrap();
    assert_eq!(wide.width_mm, 900);

    table.put(&wide, Condition::present()).await.unwrap();
    let read = table.get::<OldWideShelf>(old.key()).await;
    assert!(matches!(read, Err(TableError::Corrupt(_))));
    let read = table.get::<Shelf>(old.key()).await;
    assert!(matches!(read, Err(TableError::Corrupt(_))), "another type");
}

#[tokio::test]
async fn warming_reads_nothing_and_a_table_that_is_not_there_is_a_fault() {
    table().await.warm().await.unwrap();
    let environment = aws::testing::environment(&[&crate::SHELVES]).unwrap();
    let aws = aws::Aws::connect(environment).await.unwrap();
    let table = aws.table(&crate::SHELVES).unwrap();
    let error = table.warm().await.unwrap_err();
    assert!(matches!(error, TableError::Fault(_)), "{error:?}");
}

#[tokio::test]
async fn a_connection_that_a_read_has_opened_is_not_opened_again() {
    const ABSENT: manifest::Table = manifest::Table {
        name: "absent",
        indexes: &[],
        outbox: false,
    };
    let environment = aws::testing::environment(&[&crate::SHELVES, &ABSENT]).unwrap();
    let aws = aws::Aws::connect(environment).await.unwrap();
    let shelves = aws::testing::create_table(&aws, &crate::SHELVES)
        .await
        .unwrap();
    let absent = aws.table(&ABSENT).unwrap();
    shelves.get::<Shelf>(Shelf::new("1").key()).await.unwrap();
    absent.warm().await.unwrap();
    assert!(absent.reach().await.is_err(), "it was asked all the same");
}
