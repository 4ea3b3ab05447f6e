use aws::{Condition, Key, Position, Table, TableError};
use futures_util::future::join_all;
use serde::Deserialize;

use crate::{BY_RANK, Shelf, table};

/// What the index carries.
#[derive(Debug, Deserialize)]
struct Card {
    pk: String,
    sk: String,
    rank: String,
    label: String,
}

/// Shelves `00`, `01`, … in the hall, three of each rank.
async fn hall(table: &Table, count: usize) {
    let writes = (0..count).map(|n| {
        let mut shelf = Shelf::new(format!("{n:02}"));
        shelf.rank = format!("{:02}", n / 3);
        shelf.label = if n % 2 == 0 { "even" } else { "odd" }.into();
        async move { table.put(&shelf, Condition::none()).await }
    });
    for result in join_all(writes).await {
        result.unwrap();
    }
}

async fn walk(table: &Table, limit: usize, descending: bool) -> Vec<String> {
    let (mut seen, mut position) = (Vec::new(), None);
    loop {
        let mut query = table
            .query("hall")
            .index(&BY_RANK)
            .limit(limit)
            .start(position.take());
        if descending {
            query = query.descending();
        }
        let slice = query.project::<Card>().await.unwrap();
        assert!(slice.items.len() <= limit);
        seen.extend(slice.items.into_iter().map(|card| card.pk));
        match slice.last {
            Some(last) => position = Some(last),
            None => return seen,
        }
    }
}

#[tokio::test]
async fn pages_meet_every_item_once_though_sort_keys_are_equal() {
    let table = table().await;
    hall(&table, 20).await;
    let whole = walk(&table, 100, false).await;
    assert_eq!(whole.len(), 20);
    let mut sorted = whole.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(sorted.len(), 20);
    for limit in [1, 2, 3, 7, 20, 21] {
        assert_eq!(walk(&table, limit, false).await, whole, "limit {limit}");
    }
    let back = walk(&table, 7, true).await;
    assert_eq!(back, whole.into_iter().rev().collect::<Vec<_>>());
}

#[tokio::test]
async fn the_last_page_says_that_it_is_the_last() {
    let table = table().await;
    hall(&table, 6).await;
    for (limit, rest) in [(5, true), (6, false), (7, false)] {
        let query = table.query("hall").index(&BY_RANK).limit(limit);
        let slice = query.project::<Card>().await.unwrap();
        assert_eq!(slice.last.is_some(), rest, "limit {limit}");
    }
    let all = table.query("hall").index(&BY_RANK);
    assert_eq!(all.project::<Card>().await.unwrap().items.len(), 6);
    let none = table.query("cellar").index(&BY_RANK).limit(5);
    let none = none.project::<Card>().await.unwrap();
    assert!(none.items.is_empty() && none.last.is_none());
}

#[tokio::test]
async fn ranges_and_filters_choose() {
    let table = table().await;
    hall(&table, 12).await;
    let hall = || table.query("hall").index(&BY_RANK);
    let cases = [
        (hall().prefix("0"), 12),
        (hall().prefix("02"), 3),
        (hall().after("02"), 3),
        (hall().before("02"), 6),
        (hall().between("01", "02"), 6),
        (
            hall().filter(Condition::expression("label = :even").value(":even", "even")),
            6,
        ),
    ];
    for (query, expected) in cases {
        let text = format!("{query:?}");
        let slice = query.project::<Card>().await.unwrap();
        assert_eq!(slice.items.len(), expected, "{text}");
        assert!(slice.items.is_sorted_by_key(|card| card.rank.clone()));
        assert!(slice.items.iter().all(|card| card.sk == "shelf"));
    }
    let two = hall().after("01").before("03").project::<Card>().await;
    assert!(matches!(two, Err(TableError::Fault(_))));
}

#[tokio::test]
async fn a_filtered_listing_goes_on_where_it_stopped() {
    let table = table().await;
    hall(&table, 20).await;
    let (mut seen, mut position) = (Vec::new(), None);
    loop {
        let slice = table
            .query("hall")
            .index(&BY_RANK)
            .filter(Condition::expression("label = :odd").value(":odd", "odd"))
            .limit(3)
            .start(position.take())
            .project::<Card>()
            .await
            .unwrap();
        assert!(slice.items.iter().all(|card| card.label == "odd"));
        seen.extend(slice.items.into_iter().map(|card| card.pk));
        match slice.last {
            Some(last) => position = Some(last),
            None => break,
        }
    }
    let unique: std::collections::BTreeSet<_> = seen.iter().collect();
    assert_eq!((seen.len(), unique.len()), (10, 10));
}

#[tokio::test]
async fn a_position_of_another_query_is_refused_before_it_is_sent() {
    let table = table().await;
    hall(&table, 6).await;
    let query = || table.query("hall").index(&BY_RANK);
    // Which of the items with equal sort keys is the first is the table's own affair.
    let first = query().limit(1).project::<Card>().await.unwrap();
    let key = Key::new(&first.items[0].pk, &first.items[0].sk);
    let good = Position::in_index(&BY_RANK, "hall", "00", &key);
    assert_eq!(first.last, Some(good.clone()));
    let rest = query().start(good.clone()).project::<Card>().await.unwrap();
    assert_eq!(rest.items.len(), 5);
    let text = serde_json::to_string(&good).unwrap();
    assert_eq!(serde_json::from_str::<Position>(&text).unwrap(), good);

    for (name, query) in [
        ("table's", query().start(Position::after(&key))),
        (
            "another room's",
            query().start(Position::in_index(&BY_RANK, "attic", "00", &key)),
        ),
        ("out of range", query().after("01").start(good.clone())),
        ("an index's", table.query("hall").start(good.clone())),
    ] {
        let error = query.project::<Card>().await.unwrap_err();
        assert!(matches!(error, TableError::Position), "{name}: {error:?}");
    }
}

#[tokio::test]
async fn a_partition_of_more_than_a_megabyte_is_read_whole() {
    use serde::Serialize;

    #[derive(Debug, Serialize, Deserialize)]
    struct Page {
        number: String,
        text: String,
    }
    impl aws::Item for Page {
        const TYPE: &'static str = "page";
        fn key(&self) -> Key {
            Key::new("book", self.number.clone())
        }
    }

    let table = table().await;
    for n in 0..6 {
        let page = Page {
            number: format!("{n}"),
            text: "x".repeat(390 * 1024),
        };
        table.put(&page, Condition::none()).await.unwrap();
    }
    let whole = table
        .query("book")
        .consistent()
        .run::<Page>()
        .await
        .unwrap();
    assert_eq!((whole.items.len(), whole.last), (6, None));
    let five = table.query("book").limit(5).run::<Page>().await.unwrap();
    assert_eq!(five.items.len(), 5, "a page's end is not the answer's");
    let rest = table.query("book").start(five.last).run::<Page>();
    let rest = rest.await.unwrap().items;
    let numbers: Vec<_> = rest.iter().map(|page| page.number.as_str()).collect();
    assert_eq!(numbers, ["5"]);
}
