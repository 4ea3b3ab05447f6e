use std::collections::BTreeSet;
use std::time::Duration;

use kernel::OrderId;
use manifest::resources::ORDERS;

use super::*;
use crate::order::Buyer;
use crate::testing::{NOW, order};

const MINUTE: Duration = Duration::from_mins(1);

async fn store() -> Store {
    let aws = aws::testing::cloud(&[&ORDERS]).await.unwrap();
    Store::new(aws.table(&ORDERS).unwrap())
}

fn user(name: &str) -> UserId {
    UserId::derive("", name)
}

/// An order that was placed so many minutes after the others.
fn placed(number: u32, buyer: &str, status: OrderStatus) -> Order {
    Order {
        id: OrderId::derive("", &number.to_string()),
        buyer: Buyer::User(user(buyer)),
        status,
        number: number.into(),
        created_at: NOW.plus(MINUTE * number),
        ..order()
    }
}

/// Thirty orders, a minute apart: every third is Bob's, every fifth is paid.
async fn filled() -> Store {
    let store = store().await;
    for number in 0..30 {
        let buyer = if number % 3 == 0 { "bob" } else { "ann" };
        let status = match number % 5 {
            0 => OrderStatus::Paid,
            _ => OrderStatus::PendingPayment,
        };
        store.put_order(&placed(number, buyer, status)).await;
    }
    store
}

fn listing() -> Listing {
    Listing {
        limit: 7,
        ..Listing::default()
    }
}

/// The numbers of a list, page by page.
async fn numbers(store: &Store, mut listing: Listing) -> Vec<u64> {
    let mut numbers = Vec::new();
    for _ in 0..30 {
        let listed = store.list_orders(&listing).await.unwrap();
        assert!(listed.orders.len() <= listing.limit);
        numbers.extend(listed.orders.iter().map(|order| order.number));
        listing.after = listed.next;
        if listing.after.is_none() {
            return numbers;
        }
    }
    panic!("the list does not end: {numbers:?}");
}

fn wanted(is_wanted: impl Fn(u64) -> bool) -> Vec<u64> {
    (0..30).rev().filter(|number| is_wanted(*number)).collect()
}

#[tokio::test]
async fn every_list_has_all_that_is_asked_for_once_the_newest_first() {
    let store = filled().await;
    let paid = Some(OrderStatus::Paid);
    let (ann, bob) = (Some(user("ann")), Some(user("bob")));
    let (from, to) = (Some(NOW.plus(MINUTE * 10)), Some(NOW.plus(MINUTE * 20)));
    let cases = [
        (listing(), wanted(|_| true)),
        (
            Listing {
                user: bob,
                ..listing()
            },
            wanted(|n| n % 3 == 0),
        ),
        (
            Listing {
                status: paid,
                ..listing()
            },
            wanted(|n| n % 5 == 0),
        ),
        (
            Listing {
                user: ann,
                status: paid,
                ..listing()
            },
            wanted(|n| n % 3 != 0 && n % 5 == 0),
        ),
        (
            Listing {
                from,
                to,
                ..listing()
            },
            wanted(|n| (10..20).contains(&n)),
        ),
        (
            Listing {
                from,
                to,
                status: paid,
                ..listing()
            },
            wanted(|n| n == 10 || n == 15),
        ),
        (
            Listing {
                from,
                user: bob,
                ..listing()
            },
            wanted(|n| n >= 10 && n % 3 == 0),
        ),
        (
            Listing {
                from: to,
                to: from,
                ..listing()
            },
            Vec::new(),
        ),
        (
            Listing {
                user: Some(user("nobody")),
                ..listing()
            },
            Vec::new(),
        ),
    ];
    for (listing, expected) in cases {
        for limit in [1, 7, 100] {
            let listing = Listing {
                limit,
                ..listing.clone()
            };
            assert_eq!(
                numbers(&store, listing.clone()).await,
                expected,
                "{listing:?}"
            );
        }
    }
}

#[tokio::test]
async fn what_is_placed_while_somebody_pages_moves_nothing() {
    let store = filled().await;
    let first = store.list_orders(&listing()).await.unwrap();
    store.put_order(&placed(99, "ann", OrderStatus::Paid)).await;
    let rest = Listing {
        after: first.next,
        limit: 100,
        ..listing()
    };
    let rest = store.list_orders(&rest).await.unwrap();
    let listed = first.orders.iter().chain(&rest.orders);
    let numbers: Vec<u64> = listed.map(|order| order.number).collect();
    assert_eq!(numbers, wanted(|_| true));
}

#[tokio::test]
async fn an_order_that_has_moved_on_is_in_the_list_of_its_new_status() {
    let store = store().await;
    store
        .put_order(&placed(1, "ann", OrderStatus::PendingPayment))
        .await;
    store
        .put_order(&placed(1, "ann", OrderStatus::Cancelled))
        .await;
    for (status, count) in [
        (OrderStatus::PendingPayment, 0),
        (OrderStatus::Cancelled, 1),
    ] {
        let asked = Listing {
            status: Some(status),
            ..listing()
        };
        assert_eq!(numbers(&store, asked).await.len(), count, "{status:?}");
    }
}

#[test]
fn a_place_beyond_the_asked_time_shows_nothing_that_was_not_asked_for() {
    let range = |after: &str| {
        let asked = Listing {
            from: Some(NOW),
            to: Some(NOW.plus(MINUTE)),
            after: Some(after.to_owned()),
            ..listing()
        };
        asked.range()
    };
    assert_eq!(range("\u{10ffff}").1, NOW.plus(MINUTE).to_string());
    let (least, most) = range("2000");
    assert!(least > most, "nothing is read");
}

#[test]
fn orders_are_spread_over_all_shards() {
    let ids = (0..200).map(|number| OrderId::derive("", &number.to_string()));
    let shards: BTreeSet<u32> = ids.map(super::super::order_items::shard_of).collect();
    assert_eq!(shards.len(), SHARDS as usize);
}
