//! What is heard of payments, on a table with the real protocol.

use std::sync::Arc;

use aws::testing::told;
use futures_util::future::join_all;
use kernel::{OrderId, PaymentId, RefundId, UserId};

use super::*;
use crate::order::{EntryKind, OrderStatus, PaymentStatus};
use crate::person::Person;
use crate::testing::{self, NOW, UNITS, free, fulfilment, patiently, placed, usd};

fn payment(name: &str) -> PaymentId {
    PaymentId::derive("", name)
}

fn captured(order: OrderId, name: &str) -> PaymentCaptured {
    PaymentCaptured {
        payment_id: payment(name),
        order_id: order,
        amount: usd(2_600),
    }
}

fn refunded(order: OrderId, name: &str, minor: i64) -> PaymentRefunded {
    PaymentRefunded {
        payment_id: payment(name),
        order_id: order,
        refund_id: RefundId::derive(name, &minor.to_string()),
        cancellation_id: None,
        amount: usd(minor),
        refunded: usd(minor),
        captured: usd(2_600),
    }
}

async fn confirmed(shop: &Fulfilment, order: &Order, name: &str) {
    let ann = [Person::User(UserId::derive("", "ann"))];
    shop.begin_payment(order.id, &ann, payment(name), NOW)
        .await
        .unwrap();
    shop.confirm(order.id, payment(name), NOW).await.unwrap();
}

/// What may be heard of one payment that was captured and went back in two parts.
#[derive(Debug, Clone, Copy)]
enum Heard {
    Captured,
    Some,
    All,
    Failed,
}

/// What fails for a moment is heard again, as a queue sees to.
async fn hear(shop: &Fulfilment, order: OrderId, heard: Heard) {
    let once = move || async move {
        match heard {
            Heard::Captured => {
                shop.payment_captured(&captured(order, "1"), NOW, None)
                    .await
            }
            Heard::Some => {
                shop.payment_refunded(&refunded(order, "1", 600), NOW, None)
                    .await
            }
            Heard::All => {
                shop.payment_refunded(&refunded(order, "1", 2_600), NOW, None)
                    .await
            }
            Heard::Failed => shop.payment_failed(order, payment("1"), None, NOW).await,
        }
    };
    patiently(once).await.unwrap();
}

#[tokio::test]
async fn in_whatever_order_and_however_often_it_is_heard_the_end_is_the_same() {
    use Heard::{All, Captured, Failed, Some};
    let ways: [&[Heard]; 7] = [
        &[Captured, Some, All],
        &[All, Some, Captured],
        &[Some, Captured, All, Captured],
        &[Captured, Captured, All, All, Some],
        &[All],
        // A payment that was captured has not failed, whatever was thought of it before.
        &[Captured, Failed, All],
        &[All, Failed, Some, Captured],
    ];
    let shop = fulfilment().await;
    for (number, way) in ways.into_iter().enumerate() {
        let order = placed(&shop, &format!("W{number}")).await;
        confirmed(&shop, &order, "1").await;
        let mut version = 0;
        for &heard in way {
            hear(&shop, order.id, heard).await;
            let now = testing::now(&shop, &order).await;
            assert!(now.version >= version, "{way:?}");
            version = now.version;
        }
        let end = testing::now(&shop, &order).await;
        assert_eq!(end.status, OrderStatus::Paid, "{way:?}");
        assert_eq!(end.payment, PaymentStatus::Refunded, "{way:?}");
        assert_eq!(end.refunded(), usd(2_600), "{way:?}");
        let paid = end
            .timeline
            .iter()
            .filter(|entry| entry.kind == EntryKind::Paid);
        assert_eq!(paid.count(), 1, "{way:?}");
        assert_eq!(free(&shop, &order).await, 0, "{way:?}");
    }
    let told = told(shop.orders.store.table()).await.unwrap();
    assert_eq!(told, ["orders.order-paid.v1"; 7], "once for each");
}

#[tokio::test]
async fn an_order_that_was_not_confirmed_takes_its_stock_when_it_is_paid() {
    let shop = fulfilment().await;
    let order = placed(&shop, "A").await;
    shop.payment_captured(&captured(order.id, "1"), NOW, None)
        .await
        .unwrap();
    let paid = testing::now(&shop, &order).await;
    assert_eq!(
        (paid.status, paid.payment),
        (OrderStatus::Paid, PaymentStatus::Paid)
    );
    assert_eq!(free(&shop, &order).await, 0);
}

#[tokio::test]
async fn money_for_an_order_whose_stock_is_gone_goes_back() {
    let shop = fulfilment().await;
    let order = placed(&shop, "A").await;
    shop.stock.release(&order.reservation()).await.unwrap();
    shop.payment_captured(&captured(order.id, "1"), NOW, None)
        .await
        .unwrap();
    let end = testing::now(&shop, &order).await;
    assert_eq!(end.status, OrderStatus::Cancelled);
    assert_eq!(end.cancellations.last().unwrap().refund, usd(2_600));
    assert_eq!(
        told(shop.orders.store.table()).await.unwrap(),
        ["orders.order-cancelled.v1"]
    );
}

#[tokio::test]
async fn money_that_comes_too_late_or_twice_goes_back_once() {
    let shop = fulfilment().await;
    let expired = placed(&shop, "LATE").await;
    let end = expired.held_until.unwrap();
    assert_eq!(shop.orders.expire_unpaid(end).await.unwrap(), 1);
    let twice = placed(&shop, "TWICE").await;
    confirmed(&shop, &twice, "2").await;
    shop.payment_captured(&captured(twice.id, "2"), NOW, None)
        .await
        .unwrap();
    for (order, status) in [
        (&expired, OrderStatus::Expired),
        (&twice, OrderStatus::Paid),
    ] {
        let late = captured(order.id, "1");
        for _ in 0..3 {
            shop.payment_captured(&late, NOW, None).await.unwrap();
        }
        shop.settle(order.id).await.unwrap();
        let order = testing::now(&shop, order).await;
        assert_eq!(order.status, status);
        assert_eq!(order.cancellations.len(), 1);
        let due = &order.cancellations[0];
        assert_eq!(
            (due.refund, due.payment_id),
            (usd(2_600), Some(payment("1")))
        );
        assert!(due.lines.is_empty());
    }
    assert_eq!(free(&shop, &expired).await, UNITS);
    assert_eq!(free(&shop, &twice).await, 0);
}

#[tokio::test]
async fn what_is_no_money_of_the_order_is_left_to_people() {
    let shop = fulfilment().await;
    let order = placed(&shop, "A").await;
    let yen = Money::new(2_600, kernel::CurrencyCode::parse("JPY").unwrap());
    for amount in [yen, usd(0), usd(-1)] {
        let odd = PaymentCaptured {
            amount,
            ..captured(order.id, "1")
        };
        let outcome = shop.payment_captured(&odd, NOW, None).await;
        assert!(
            matches!(outcome, Err(OrdersError::Invalid(_))),
            "{outcome:?}"
        );
    }
    let unknown = captured(OrderId::derive("", "nothing"), "1");
    let outcome = shop.payment_captured(&unknown, NOW, None).await;
    assert!(matches!(outcome, Err(OrdersError::NotFound)), "{outcome:?}");
    assert_eq!(testing::now(&shop, &order).await.version, 1);
}

/// The same things heard by many at once, as queues deliver them.
#[tokio::test(flavor = "multi_thread", worker_threads = 64)]
async fn what_many_hear_at_once_counts_once() {
    let shop = Arc::new(fulfilment().await);
    let order = placed(&shop, "A").await;
    confirmed(&shop, &order, "1").await;
    let runs = (0..64).map(|number| {
        let (shop, id) = (Arc::clone(&shop), order.id);
        let heard = [Heard::Captured, Heard::Some, Heard::All, Heard::Failed][number % 4];
        tokio::spawn(async move { hear(&shop, id, heard).await })
    });
    for run in join_all(runs).await {
        run.unwrap();
    }
    let end = testing::now(&shop, &order).await;
    // One that was thought to have failed first is paid all the same when its money is there.
    assert_eq!(end.status, OrderStatus::Paid);
    assert_eq!(end.payment, PaymentStatus::Refunded);
    assert_eq!(free(&shop, &order).await, 0);
    let told = told(shop.orders.store.table()).await.unwrap();
    assert_eq!(told, ["orders.order-paid.v1"]);
}
