//! Placing orders on a table with the real protocol.

use std::sync::atomic::{AtomicU64, Ordering};

use aws::Aws;
use edge::{App, Problem, rows};
use futures_util::future::join_all;
use kernel::{Amount, OperationId, OrderToken, Quantity, Sku};
use manifest::resources::{AUTH, INVENTORY, ORDERS, PRODUCTS};
use products::CategoryChanges;
use products::changes::Changes;
use products::product::Product;
use products::store::Written;

use super::*;
use crate::Wanted;
use crate::order::{OrderStatus, PaymentStatus};
use crate::testing::{NOW, stock_up, usd};

fn operation() -> OperationId {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    OperationId::derive("", &NEXT.fetch_add(1, Ordering::Relaxed).to_string())
}

fn user(name: &str) -> Customer {
    Customer::User(UserId::derive("", name))
}

async fn cloud() -> Aws {
    aws::testing::cloud(&[&ORDERS, &PRODUCTS, &AUTH, &INVENTORY])
        .await
        .unwrap()
}

async fn checkout() -> Checkout {
    Checkout::start(&cloud().await).await.unwrap()
}

fn written() -> Written {
    Written {
        at: NOW,
        traceparent: None,
    }
}

/// Something that is sold, and how many there are.
async fn sell(checkout: &Checkout, name: &str, cents: i64, stock: u64) -> Product {
    let products = &checkout.carts.products;
    let category = CategoryChanges {
        name: Some(name.to_owned()),
        ..CategoryChanges::default()
    };
    let silent = Answered::silent(operation());
    let shelf = products
        .create_category(&category, &silent, NOW)
        .await
        .unwrap();
    let asked = Changes {
        name: Some(name.to_owned()),
        price: Some(price(cents)),
        sku: Some(Sku::parse(name).unwrap()),
        category_id: Some(shelf.category.id),
        ..Changes::default()
    };
    let silent = Answered::silent(operation());
    let product = products
        .create(&asked, None, &silent, &written())
        .await
        .unwrap();
    stock_up(&checkout.carts.stock, &product.sku, stock).await;
    product
}

fn price(cents: i64) -> Amount {
    usd(cents).amount().to_string().parse().unwrap()
}

async fn fill(checkout: &Checkout, customer: &Customer, product: &Product, quantity: u64) {
    let wanted = Wanted {
        product_id: product.id,
        variant_id: None,
        quantity: Quantity::new(quantity).unwrap(),
    };
    let silent = Answered::silent(operation());
    let owner = customer.owner();
    let added = checkout.carts.add(&owner, wanted, &silent, NOW);
    added.await.unwrap();
}

fn request() -> Request {
    let address = Address {
        name: "Ann Lee".to_owned(),
        line1: "1 Main Street".to_owned(),
        line2: None,
        city: "Portland".to_owned(),
        region: Some("Oregon".to_owned()),
        postal_code: Some("97201".to_owned()),
        country: kernel::CountryCode::parse("US").unwrap(),
        phone: None,
    };
    Request {
        to: To::Address(address),
        shipping_method: ShippingMethod::Standard,
        email: Some("ann@example.com".to_owned()),
        expected_total: None,
        note: None,
    }
}

async fn place(checkout: &Checkout, customer: &Customer) -> Result<Order, OrdersError> {
    let silent = Answered::silent(operation());
    let key = |_| Some(OrderToken::of_bytes([7; 32]).hash());
    let request = request();
    checkout
        .place(customer, &request, key, &silent, None, NOW)
        .await
}

async fn available(checkout: &Checkout, product: &Product) -> u64 {
    let found = checkout
        .carts
        .stock
        .availability(std::slice::from_ref(&product.sku))
        .await;
    found.unwrap()[0].available
}

async fn told(checkout: &Checkout) -> Vec<String> {
    aws::testing::told(checkout.carts.orders.store.table())
        .await
        .unwrap()
}

fn reason(outcome: Result<Order, OrdersError>) -> NotPlaced {
    match outcome {
        Err(OrdersError::NotPlaced(reason)) => reason,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_order_has_the_cart_s_lines_holds_its_stock_and_leaves_the_cart_empty() {
    let checkout = checkout().await;
    let ann = user("ann");
    let (lamp, pen) = (
        sell(&checkout, "LAMP", 999, 5).await,
        sell(&checkout, "PEN", 100, 9).await,
    );
    fill(&checkout, &ann, &lamp, 2).await;
    fill(&checkout, &ann, &pen, 3).await;
    let order = place(&checkout, &ann).await.unwrap();
    assert_eq!(order.status, OrderStatus::PendingPayment);
    assert_eq!(order.payment, PaymentStatus::Unpaid);
    assert_eq!(
        order.totals.total,
        usd(2 * 999 + 300 + 599),
        "Oregon has no tax"
    );
    assert_eq!(order.held_until, Some(NOW.plus(TIME_TO_PAY)));
    assert_eq!(
        (
            available(&checkout, &lamp).await,
            available(&checkout, &pen).await
        ),
        (3, 6)
    );
    let store = &checkout.carts.orders.store;
    assert_eq!(store.order(order.id).await.unwrap().as_ref(), Some(&order));
    assert!(
        store
            .cart(&ann.owner(), NOW)
            .await
            .unwrap()
            .lines
            .is_empty()
    );
    assert_eq!(told(&checkout).await, ["orders.order-placed.v1"]);
    assert_eq!(reason(place(&checkout, &ann).await), NotPlaced::CartEmpty);
}

#[tokio::test]
async fn every_short_line_is_named_and_nothing_is_held() {
    let checkout = checkout().await;
    let ann = user("ann");
    let mut sold = Vec::new();
    for (name, stock) in [("LAMP", 5), ("PEN", 9), ("DESK", 4)] {
        let product = sell(&checkout, name, 999, stock).await;
        fill(&checkout, &ann, &product, 4).await;
        sold.push(product);
    }
    // Somebody else was faster.
    let bob = user("bob");
    fill(&checkout, &bob, &sold[0], 2).await;
    fill(&checkout, &bob, &sold[2], 4).await;
    place(&checkout, &bob).await.unwrap();
    let NotPlaced::Short(short) = reason(place(&checkout, &ann).await) else {
        panic!("there is too little");
    };
    let short: Vec<_> = short
        .iter()
        .map(|it| (it.sku.as_str(), it.requested, it.available))
        .collect();
    assert_eq!(short, [("LAMP", 4, 3), ("DESK", 4, 0)]);
    assert_eq!(available(&checkout, &sold[1]).await, 9);
    let cart = checkout
        .carts
        .orders
        .store
        .cart(&ann.owner(), NOW)
        .await
        .unwrap();
    assert_eq!(cart.lines.len(), 3, "the cart is as it was");
}

#[tokio::test]
async fn a_price_that_the_cart_has_not_shown_is_not_ordered_at() {
    let checkout = checkout().await;
    let ann = user("ann");
    let lamp = sell(&checkout, "LAMP", 999, 5).await;
    fill(&checkout, &ann, &lamp, 1).await;
    let dearer = Changes {
        price: Some(price(1_099)),
        ..Changes::default()
    };
    let (silent, written) = (Answered::silent(operation()), written());
    let products = &checkout.carts.products;
    let changed = products.change(lamp.id, &dearer, None, &silent, &written);
    changed.await.unwrap();
    let changes = reason(place(&checkout, &ann).await);
    let NotPlaced::PricesChanged(changes) = changes else {
        panic!("{changes:?}");
    };
    assert_eq!((changes[0].shown, changes[0].price), (usd(999), usd(1_099)));
    assert_eq!(available(&checkout, &lamp).await, 5);
    // Whoever has looked at the cart again has been shown it.
    checkout
        .carts
        .show(&ann.owner(), operation(), NOW)
        .await
        .unwrap();
    let order = place(&checkout, &ann).await.unwrap();
    assert_eq!(order.totals.subtotal, usd(1_099));
}

#[tokio::test]
async fn a_preview_tells_what_an_order_would_cost_and_holds_nothing() {
    let checkout = checkout().await;
    let ann = user("ann");
    let lamp = sell(&checkout, "LAMP", 999, 5).await;
    fill(&checkout, &ann, &lamp, 5).await;
    let (draft, _) = checkout.preview(&ann, &request(), NOW).await.unwrap();
    assert_eq!(available(&checkout, &lamp).await, 5);
    let order = place(&checkout, &ann).await.unwrap();
    assert_eq!(order.totals, draft.totals);
    let bob = user("bob");
    let error = checkout.preview(&bob, &request(), NOW).await.unwrap_err();
    assert!(
        matches!(error, OrdersError::NotPlaced(NotPlaced::CartEmpty)),
        "{error}"
    );
}

#[tokio::test]
async fn an_address_of_somebody_else_s_book_is_none() {
    let checkout = checkout().await;
    let ann = user("ann");
    let lamp = sell(&checkout, "LAMP", 999, 5).await;
    fill(&checkout, &ann, &lamp, 1).await;
    let request = Request {
        to: To::Book(AddressId::derive("", "bob's")),
        ..request()
    };
    let silent = Answered::silent(operation());
    let placed = checkout.place(&ann, &request, |_| None, &silent, None, NOW);
    let Err(OrdersError::Invalid(faults)) = placed.await else {
        panic!("it is not in the book");
    };
    assert!(faults.has("/addressId"));
}

/// Places an order as a client does who comes again after a fault of a moment. A machine that is busy
/// besides may take longer than a call waits, and then nobody knows whether the order was written.
async fn place_patiently(checkout: &Checkout, customer: &Customer) -> Result<Order, NotPlaced> {
    for _ in 0..10 {
        match place(checkout, customer).await {
            Ok(order) => return Ok(order),
            Err(OrdersError::NotPlaced(reason)) => return Err(reason),
            Err(error) => assert_eq!(Problem::from(error).row(), rows::UNAVAILABLE),
        }
    }
    panic!("ten times in a row");
}

#[tokio::test]
async fn of_many_orders_of_one_cart_at_once_one_is_placed() {
    let checkout = checkout().await;
    let ann = user("ann");
    let lamp = sell(&checkout, "LAMP", 999, 100).await;
    fill(&checkout, &ann, &lamp, 1).await;
    let outcomes = join_all((0..64).map(|_| place_patiently(&checkout, &ann))).await;
    for reason in outcomes.into_iter().filter_map(Result::err) {
        assert_eq!(reason, NotPlaced::CartEmpty);
    }
    assert_eq!(told(&checkout).await, ["orders.order-placed.v1"]);
    assert_eq!(available(&checkout, &lamp).await, 99, "they share one hold");
}

#[tokio::test]
async fn of_many_buyers_as_many_order_as_there_is_stock() {
    let checkout = checkout().await;
    let lamp = sell(&checkout, "LAMP", 999, 10).await;
    let buyers: Vec<_> = (0..64).map(|number| user(&number.to_string())).collect();
    for buyer in &buyers {
        fill(&checkout, buyer, &lamp, 1).await;
    }
    let outcomes = join_all(buyers.iter().map(|it| place_patiently(&checkout, it))).await;
    let orders: Vec<Order> = outcomes.into_iter().filter_map(Result::ok).collect();
    assert_eq!(told(&checkout).await.len(), 10);
    assert_eq!(available(&checkout, &lamp).await, 0);
    let mut numbers: Vec<u64> = orders.iter().map(|order| order.number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), orders.len(), "no two orders have one number");
}

#[tokio::test]
async fn numbers_grow() {
    let checkout = checkout().await;
    let ann = user("ann");
    let lamp = sell(&checkout, "LAMP", 999, 10).await;
    let mut last = 0;
    for _ in 0..3 {
        fill(&checkout, &ann, &lamp, 1).await;
        let order = place(&checkout, &ann).await.unwrap();
        assert!(order.number > last);
        last = order.number;
    }
}

#[tokio::test]
async fn a_cart_that_changes_while_it_is_ordered_is_ordered_as_it_is_then() {
    let checkout = checkout().await;
    let ann = user("ann");
    let (lamp, pen) = (
        sell(&checkout, "LAMP", 999, 100).await,
        sell(&checkout, "PEN", 100, 100).await,
    );
    for _ in 0..8 {
        fill(&checkout, &ann, &lamp, 1).await;
        let (placed, ()) =
            futures_util::join!(place(&checkout, &ann), fill(&checkout, &ann, &pen, 1));
        let order = placed.unwrap();
        let cart = checkout
            .carts
            .orders
            .store
            .cart(&ann.owner(), NOW)
            .await
            .unwrap();
        let of_pen = |skus: Vec<&Sku>| skus.into_iter().filter(|sku| **sku == pen.sku).count();
        let ordered = of_pen(order.lines.iter().map(|line| &line.sku).collect());
        let left = of_pen(cart.lines.iter().map(|line| &line.sku).collect());
        assert_eq!(ordered + left, 1, "the pen is ordered or still in the cart");
        if left == 1 {
            place(&checkout, &ann).await.unwrap();
        }
    }
    assert_eq!(available(&checkout, &lamp).await, 92);
    assert_eq!(available(&checkout, &pen).await, 92);
}

#[tokio::test]
async fn a_cart_makes_one_order_and_makes_another_when_it_has_changed() {
    let checkout = checkout().await;
    let ann = user("ann");
    let lamp = sell(&checkout, "LAMP", 999, 10).await;
    let id = async || {
        let ready = checkout.ready(&ann, &request(), NOW).await.unwrap();
        order_id(&ready.cart, &ready.draft).unwrap()
    };
    fill(&checkout, &ann, &lamp, 1).await;
    let first = id().await;
    assert_eq!(id().await, first);
    fill(&checkout, &ann, &lamp, 1).await;
    let second = id().await;
    assert_ne!(second, first);
    assert_eq!(place(&checkout, &ann).await.unwrap().id, second);
    // The same things once more are another order.
    fill(&checkout, &ann, &lamp, 2).await;
    assert!(![first, second].contains(&id().await));
}

#[tokio::test]
async fn a_run_that_died_after_it_held_the_stock_is_gone_on_with() {
    let checkout = checkout().await;
    let ann = user("ann");
    let lamp = sell(&checkout, "LAMP", 999, 10).await;
    fill(&checkout, &ann, &lamp, 3).await;
    let ready = checkout.ready(&ann, &request(), NOW).await.unwrap();
    let id = order_id(&ready.cart, &ready.draft).unwrap();
    checkout.hold(id, &ready.draft, NOW).await.unwrap();
    assert_eq!(available(&checkout, &lamp).await, 7);
    let later = NOW.plus(Duration::from_mins(10));
    let (silent, request) = (Answered::silent(operation()), request());
    let placed = checkout.place(&ann, &request, |_| None, &silent, None, later);
    let order = placed.await.unwrap();
    assert_eq!(order.id, id);
    assert_eq!(available(&checkout, &lamp).await, 7, "it is held once");
    assert_eq!(order.held_until, Some(later.plus(TIME_TO_PAY)));
}

#[tokio::test]
async fn who_comes_late_to_a_cart_that_was_ordered_finds_it_empty() {
    let checkout = checkout().await;
    let ann = user("ann");
    let lamp = sell(&checkout, "LAMP", 999, 10).await;
    fill(&checkout, &ann, &lamp, 3).await;
    let ready = checkout.ready(&ann, &request(), NOW).await.unwrap();
    let order = place(&checkout, &ann).await.unwrap();
    // The hold is the order's; once that was called off it is nobody's.
    for is_held in [true, false] {
        let held = checkout.hold(order.id, &ready.draft, NOW).await.unwrap();
        assert_eq!(held.is_some(), is_held);
        let gone_on = checkout.let_go(order.id).await;
        let Err(OrdersError::NotPlaced(NotPlaced::CartEmpty)) = gone_on else {
            panic!("{gone_on:?}");
        };
        let left = available(&checkout, &lamp).await;
        assert_eq!(left, if is_held { 7 } else { 10 });
        let stock = &checkout.carts.stock;
        stock.release(&order.reservation()).await.unwrap();
    }
}
