use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use kernel::{CartToken, CurrencyCode};
use products::product::Product;

use super::*;
use crate::testing::{NOW, carts, is_of_a_moment, product, reprice, usd};

fn ann() -> Owner {
    Owner::User(UserId::derive("", "ann"))
}

fn guest(number: u8) -> Owner {
    Owner::Guest(CartToken::of_bytes([number; 32]).hash())
}

/// An operation that no other is.
fn once<T>() -> Answered<T> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    Answered::silent(OperationId::derive("test", &number.to_string()))
}

fn some(product: &Product, count: u64) -> Wanted {
    Wanted {
        product_id: product.id,
        variant_id: None,
        quantity: Quantity::new(count).unwrap(),
    }
}

async fn add(carts: &Carts, owner: &Owner, product: &Product, count: u64) -> Priced {
    carts
        .add(owner, some(product, count), &once(), NOW)
        .await
        .unwrap()
}

/// What is in a cart, by the products' names.
async fn things(carts: &Carts, owner: &Owner) -> BTreeMap<String, u32> {
    let priced = carts.priced(owner, NOW).await.unwrap();
    let lines = priced.cart.lines.into_iter();
    lines
        .map(|line| (line.sku.to_string(), line.quantity.get()))
        .collect()
}

#[tokio::test]
async fn a_cart_comes_back_as_it_was_filled_and_is_nobody_else_s() {
    let carts = carts().await;
    let (lamp, desk) = (
        product(&carts, "LAMP", "9.99", 10).await,
        product(&carts, "DESK", "100", 10).await,
    );
    add(&carts, &ann(), &lamp, 2).await;
    add(&carts, &ann(), &desk, 1).await;
    let full = add(&carts, &ann(), &lamp, 1).await;
    assert_eq!(full.subtotal(CurrencyCode::USD), usd(3 * 999 + 10_000));
    assert_eq!(full.cart.version, 3);
    let shown = carts.show(&ann(), once::<()>().id(), NOW).await;
    assert_eq!(shown.unwrap(), carts.priced(&ann(), NOW).await.unwrap());
    assert!(things(&carts, &guest(1)).await.is_empty());
}

#[tokio::test]
async fn a_price_that_was_shown_is_known_and_one_that_was_not_is_told() {
    let carts = carts().await;
    let lamp = product(&carts, "LAMP", "10", 10).await;
    add(&carts, &ann(), &lamp, 1).await;
    reprice(&carts, &lamp, "12").await;
    // Whoever places an order sees the price that was shown, and the one that is.
    let priced = carts.priced(&ann(), NOW).await.unwrap();
    assert!(priced.lines[0].price_changed());

    let show = async || {
        let shown = carts.show(&ann(), once::<()>().id(), NOW).await;
        shown.unwrap()
    };
    let first = show().await;
    assert!(first.lines[0].price_changed());
    assert_eq!(first.lines[0].price(), usd(1_200));
    assert_eq!(first.cart.version, 2, "showing it anew is a change");
    let second = show().await;
    assert!(!second.lines[0].price_changed());
    assert_eq!(second.cart.version, 2);
}

#[tokio::test]
async fn what_is_not_sold_and_what_there_is_not_enough_of_is_not_added() {
    let carts = carts().await;
    let lamp = product(&carts, "LAMP", "10", 3).await;
    let unknown = Wanted {
        product_id: ProductId::derive("", "nowhere"),
        ..some(&lamp, 1)
    };
    let variant = Wanted {
        variant_id: Some(VariantId::derive("", "nowhere")),
        ..some(&lamp, 1)
    };
    for (wanted, pointer) in [(unknown, "/productId"), (variant, "/variantId")] {
        let refused = carts.add(&ann(), wanted, &once(), NOW).await.unwrap_err();
        let OrdersError::Invalid(faults) = refused else {
            panic!("{refused}")
        };
        assert!(faults.has(pointer));
    }
    add(&carts, &ann(), &lamp, 2).await;
    let more = carts.add(&ann(), some(&lamp, 2), &once(), NOW).await;
    let short = CartRefusal::Short {
        sku: lamp.sku.clone(),
        requested: 4,
        available: 3,
    };
    assert!(matches!(more, Err(OrdersError::Cart(refusal)) if refusal == short));
    assert_eq!(things(&carts, &ann()).await["LAMP"], 2);
}

#[tokio::test]
async fn lines_are_changed_and_taken_out_in_the_version_that_is_asked_for() {
    let carts = carts().await;
    let lamp = product(&carts, "LAMP", "10", 9).await;
    let line = add(&carts, &ann(), &lamp, 2).await.cart.lines[0].id;
    let set = async |version, count| {
        let quantity = Quantity::new(count).ok();
        let of = (&ann(), version);
        carts.set_quantity(of, line, quantity, &once(), NOW).await
    };
    let stale = set(Some(7), 1).await;
    assert!(matches!(stale, Err(OrdersError::Changed { current: 1 })));
    assert_eq!(set(Some(1), 5).await.unwrap().cart.item_count(), 5);
    assert!(set(None, 0).await.unwrap().cart.lines.is_empty());
    let again = set(None, 0).await;
    assert!(matches!(
        again,
        Err(OrdersError::Cart(CartRefusal::NoSuchLine))
    ));
}

#[tokio::test]
async fn a_cart_past_its_time_is_empty_and_can_be_filled_again() {
    let carts = carts().await;
    let lamp = product(&carts, "LAMP", "10", 9).await;
    add(&carts, &ann(), &lamp, 2).await;
    let late = NOW.plus(crate::cart::LIFE);
    assert!(carts.priced(&ann(), late).await.unwrap().lines.is_empty());
    let filled = carts.add(&ann(), some(&lamp, 1), &once(), late).await;
    assert_eq!(filled.unwrap().cart.item_count(), 1);
}

#[tokio::test]
async fn merging_moves_what_the_guest_has_and_again_moves_nothing() {
    let carts = carts().await;
    let (lamp, desk) = (
        product(&carts, "LAMP", "10", 3).await,
        product(&carts, "DESK", "100", 10).await,
    );
    add(&carts, &ann(), &lamp, 2).await;
    add(&carts, &guest(1), &lamp, 2).await;
    add(&carts, &guest(1), &desk, 1).await;
    let merge = async || {
        let user = ann().user().unwrap();
        carts.merge(user, &guest(1), &once(), NOW).await.unwrap()
    };
    let merged = merge().await;
    let told: Vec<_> = merged
        .capped
        .iter()
        .map(|it| (it.requested, it.quantity.get()))
        .collect();
    assert_eq!(told, [(4, 3)]);
    let expected = BTreeMap::from([("DESK".to_owned(), 1), ("LAMP".to_owned(), 3)]);
    assert_eq!(things(&carts, &ann()).await, expected);
    assert!(things(&carts, &guest(1)).await.is_empty());
    assert_eq!(
        merge().await.priced.cart.version,
        merged.priced.cart.version
    );
    assert_eq!(things(&carts, &ann()).await, expected);
}

#[tokio::test]
async fn a_cart_that_went_and_came_back_is_another_though_its_version_is_the_same() {
    let carts = carts().await;
    let lamp = product(&carts, "LAMP", "10", 9).await;
    let old = add(&carts, &guest(1), &lamp, 1).await.cart;
    let user = ann().user().unwrap();
    carts.merge(user, &guest(1), &once(), NOW).await.unwrap();
    let new = add(&carts, &guest(1), &lamp, 5).await.cart;
    assert_eq!(new.version, old.version);

    let store = &carts.orders.store;
    let mine = store.cart(&ann(), NOW).await.unwrap();
    let after = mine.clone().changed(once::<()>().id(), NOW);
    let silent = once();
    let merged = store.merge_carts(&mine, &after, &old, &silent, &());
    assert!(matches!(merged.await, Err(StoreError::Stale)));
    let after = old.clone().changed(once::<()>().id(), NOW);
    let written = store.write_cart(&old, &after, &silent, &());
    assert!(matches!(written.await, Err(StoreError::Stale)));
    assert_eq!(things(&carts, &guest(1)).await["LAMP"], 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 64)]
async fn of_sixty_four_adds_at_once_each_counts_once() {
    let carts = Arc::new(carts().await);
    let lamp = product(&carts, "LAMP", "10", 100).await;
    let done = at_once((0..64).map(|_| {
        let (carts, wanted) = (Arc::clone(&carts), some(&lamp, 1));
        async move { add_patiently(&carts, &ann(), wanted).await }
    }))
    .await;
    let sure = done.into_iter().filter(|sure| *sure).count() as u64;
    let found = u64::from(things(&carts, &ann()).await["LAMP"]);
    assert!((sure..=64).contains(&found), "{found}, {sure} for certain");
    assert!(sure >= 8, "{sure} of 64 for certain");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 64)]
async fn what_is_added_while_carts_are_merged_is_in_one_of_them() {
    let carts = Arc::new(carts().await);
    let mut shelf = Vec::new();
    for number in 0..16 {
        shelf.push(product(&carts, &format!("N{number}"), "10", 1_000).await);
    }
    // Guests' carts are filled, merged by one user and by another, and filled again, all at once.
    let users = ["ann", "bob"].map(|name| UserId::derive("", name));
    let done = at_once((0..128_usize).map(|number| {
        let carts = Arc::clone(&carts);
        let guest = guest((number % 4) as u8);
        let (user, wanted) = (users[number / 2 % 2], some(&shelf[number / 2 % 16], 1));
        async move {
            if number / 4 % 2 == 0 {
                return add_patiently(&carts, &guest, wanted).await;
            }
            // One that is too late moves nothing, and one whose answer is has moved it all.
            if let Err(error) = carts.merge(user, &guest, &once(), NOW).await {
                assert!(is_of_a_moment(&error), "{error}");
            }
            false
        }
    }))
    .await;
    let sure = done.into_iter().filter(|sure| *sure).count() as u64;
    assert!(sure > 8, "{sure} for certain");
    let mut found = 0;
    let owners = users.map(Owner::User).into_iter().chain((0..4).map(guest));
    for owner in owners {
        let things = things(&carts, &owner).await;
        found += things.values().map(|count| u64::from(*count)).sum::<u64>();
    }
    assert!((sure..=64).contains(&found), "{found}, {sure} for certain");
}

#[tokio::test]
async fn an_abandoned_cart_is_told_of_once_until_it_is_touched_again() {
    let carts = carts().await;
    let lamp = product(&carts, "LAMP", "10", 9).await;
    add(&carts, &ann(), &lamp, 2).await;
    add(&carts, &guest(1), &lamp, 1).await;
    let emptied = add(&carts, &guest(2), &lamp, 1).await;
    carts
        .clear((&emptied.cart.owner, None), &once(), NOW)
        .await
        .unwrap();

    let idle = Duration::from_hours(24);
    let find = |at| carts.orders.tell_of_abandoned_carts(idle, at);
    let told = async || {
        let table = carts.orders.store.table();
        let told = aws::testing::told(table).await.unwrap();
        told.iter()
            .filter(|it| *it == "orders.cart-abandoned.v1")
            .count()
    };
    assert_eq!(
        find(NOW.plus(idle)).await.unwrap(),
        0,
        "not a moment too soon"
    );
    let late = NOW.plus(idle * 2);
    assert_eq!(find(late).await.unwrap(), 2);
    assert_eq!(find(late).await.unwrap(), 0);
    assert_eq!(told().await, 2);
    // Looking at it is no reason to tell of it again; putting something in is.
    reprice(&carts, &lamp, "11").await;
    carts.show(&ann(), once::<()>().id(), late).await.unwrap();
    assert_eq!(find(late.plus(idle * 2)).await.unwrap(), 0);
    carts
        .add(&ann(), some(&lamp, 1), &once(), late)
        .await
        .unwrap();
    assert_eq!(find(late.plus(idle * 2)).await.unwrap(), 1);
    assert_eq!(told().await, 3);
}

/// Puts something in as somebody does who is told that others were faster, and tries again. False
/// where the answer did not come in time: then nobody knows whether it is in.
async fn add_patiently(carts: &Carts, owner: &Owner, wanted: Wanted) -> bool {
    for _ in 0..50 {
        match carts.add(owner, wanted, &once(), NOW).await {
            Ok(_) => return true,
            Err(OrdersError::Busy) => {}
            Err(error) if is_of_a_moment(&error) => return false,
            Err(error) => panic!("{error}"),
        }
    }
    panic!("others were faster each time");
}

/// Runs each on a thread of its own.
async fn at_once<T: Send + 'static>(
    work: impl Iterator<Item = impl Future<Output = T> + Send + 'static>,
) -> Vec<T> {
    let tasks: Vec<_> = work.map(tokio::spawn).collect();
    let done = join_all(tasks).await.into_iter();
    done.map(Result::unwrap).collect()
}
