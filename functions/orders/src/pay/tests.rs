//! Paying orders, on a table with the real protocol.

use std::sync::Arc;

use futures_util::future::join_all;
use kernel::CancellationId;

use super::*;
use crate::cancel::Withdrawal;
use crate::order::PaymentStatus;
use crate::testing::{self, NOW, UNITS, free, fulfilment, patiently, placed, refusal, usd};

fn ann() -> [Person; 1] {
    [Person::User(UserId::derive("", "ann"))]
}

fn payment(name: &str) -> PaymentId {
    PaymentId::derive("", name)
}

async fn cancel(fulfilment: &Fulfilment, order: OrderId, name: &str) -> Result<Order, OrdersError> {
    let answered = Answered::silent(OperationId::derive("", name));
    let all = Withdrawal::default();
    let orders = &fulfilment.orders;
    orders
        .cancel(order, &ann()[0], &all, &answered, NOW, None)
        .await
}

#[tokio::test]
async fn a_payment_begins_is_confirmed_and_keeps_everything_else_away() {
    let shop = fulfilment().await;
    let order = placed(&shop, "A").await;
    let later = NOW.plus(Duration::from_mins(10));
    let begun = shop
        .begin_payment(order.id, &ann(), payment("1"), later)
        .await
        .unwrap();
    assert_eq!(begun.amount, usd(2_600));
    assert_eq!(begun.until, later.plus(TIME_TO_PAY));
    assert_eq!(begun.lines.len(), 1);
    // Again it is the same, and another one must wait.
    let again = shop
        .begin_payment(order.id, &ann(), payment("1"), later)
        .await
        .unwrap();
    assert_eq!(again, begun);
    let other = shop
        .begin_payment(order.id, &ann(), payment("2"), later)
        .await;
    assert_eq!(refusal(other), Refusal::PaymentInProgress);
    assert_eq!(
        refusal(cancel(&shop, order.id, "x").await),
        Refusal::PaymentInProgress
    );
    // It does not lapse at the time it had at first.
    let first_end = order.held_until.unwrap();
    assert_eq!(shop.orders.expire_unpaid(first_end).await.unwrap(), 0);

    shop.confirm(order.id, payment("1"), later).await.unwrap();
    shop.confirm(order.id, payment("1"), later).await.unwrap();
    let confirmed = testing::now(&shop, &order).await;
    assert_eq!(confirmed.payment, PaymentStatus::Authorised);
    assert_eq!(confirmed.version, 3, "the second time changed nothing");
    let much_later = later.plus(Duration::from_hours(24));
    assert_eq!(shop.orders.expire_unpaid(much_later).await.unwrap(), 0);
    assert_eq!(
        refusal(cancel(&shop, order.id, "x").await),
        Refusal::PaymentInProgress
    );
    let other = shop.confirm(order.id, payment("2"), later).await;
    assert_eq!(refusal(other), Refusal::PaymentInProgress);
}

#[tokio::test]
async fn a_payment_that_fails_leaves_the_order_with_its_stock_until_its_time_is_up() {
    let shop = fulfilment().await;
    for confirmed in [false, true] {
        let order = placed(&shop, if confirmed { "SURE" } else { "BEGUN" }).await;
        shop.begin_payment(order.id, &ann(), payment("1"), NOW)
            .await
            .unwrap();
        if confirmed {
            shop.confirm(order.id, payment("1"), NOW).await.unwrap();
        }
        for _ in 0..2 {
            shop.fail_payment(order.id, payment("1"), NOW)
                .await
                .unwrap();
        }
        let failed = testing::now(&shop, &order).await;
        assert_eq!(failed.payment, PaymentStatus::Failed);
        assert_eq!(free(&shop, &order).await, 0);
        let over = shop.confirm(order.id, payment("1"), NOW).await;
        assert_eq!(refusal(over), Refusal::PaymentOver);
        // Another one may be tried, and fails too; then the time is up.
        shop.begin_payment(order.id, &ann(), payment("2"), NOW)
            .await
            .unwrap();
        shop.fail_payment(order.id, payment("2"), NOW)
            .await
            .unwrap();
        let end = NOW.plus(TIME_TO_PAY);
        assert_eq!(shop.orders.expire_unpaid(end).await.unwrap(), 1);
        for _ in 0..2 {
            shop.settle(order.id).await.unwrap();
        }
        assert_eq!(free(&shop, &order).await, UNITS, "confirmed: {confirmed}");
        let late = shop
            .begin_payment(order.id, &ann(), payment("3"), NOW)
            .await;
        assert_eq!(refusal(late), Refusal::Expired);
    }
}

#[tokio::test]
async fn an_order_is_paid_by_whose_it_is() {
    let shop = fulfilment().await;
    let order = placed(&shop, "A").await;
    let bob = Person::User(UserId::derive("", "bob"));
    let guest = Person::Guest(kernel::OrderToken::of_bytes([1; 32]).hash());
    for strangers in [vec![], vec![bob.clone()], vec![guest, bob]] {
        let outcome = shop
            .begin_payment(order.id, &strangers, payment("1"), NOW)
            .await;
        assert!(matches!(outcome, Err(OrdersError::NotFound)), "{outcome:?}");
    }
    let nothing = OrderId::derive("", "nothing");
    let outcome = shop.begin_payment(nothing, &ann(), payment("1"), NOW).await;
    assert!(matches!(outcome, Err(OrdersError::NotFound)), "{outcome:?}");
    let outcome = shop.confirm(nothing, payment("1"), NOW).await;
    assert!(matches!(outcome, Err(OrdersError::NotFound)), "{outcome:?}");
}

#[tokio::test]
async fn what_was_called_off_before_is_not_paid_and_its_stock_is_free_once_the_rest_is_taken() {
    let shop = fulfilment().await;
    let order = placed(&shop, "A").await;
    let one = Withdrawal {
        items: Some(vec![crate::cancellation::Unwanted {
            id: order.lines[0].id,
            quantity: kernel::Quantity::ONE,
        }]),
        ..Withdrawal::default()
    };
    let answered = Answered::silent(OperationId::derive("", "one"));
    let [herself] = ann();
    let part = shop
        .orders
        .cancel(order.id, &herself, &one, &answered, NOW, None);
    part.await.unwrap();
    shop.settle(order.id).await.unwrap();
    let begun = shop
        .begin_payment(order.id, &ann(), payment("1"), NOW)
        .await
        .unwrap();
    assert_eq!(begun.amount, usd(1_500), "one of two, and the shipping");
    assert_eq!(begun.lines[0].quantity, kernel::Quantity::ONE);
    shop.confirm(order.id, payment("1"), NOW).await.unwrap();
    assert_eq!(free(&shop, &order).await, 1);
}

/// Cancels as somebody does who is told to try again, and finds that the first try was in time after
/// all, though its answer came too late.
async fn cancel_patiently(
    shop: &Fulfilment,
    order: OrderId,
    name: &str,
) -> Result<(), OrdersError> {
    let operation = OperationId::derive("", name);
    let ours = CancellationId::derive(&operation.to_string(), "cancellation");
    let outcome = patiently(|| cancel(shop, order, name)).await;
    if outcome.is_err() {
        let order = shop.orders.known(order).await?;
        if order.cancellations.iter().any(|known| known.id == ours) {
            return Ok(());
        }
    }
    outcome.map(drop)
}

/// Threads of a race.
const THREADS: usize = 64;

/// Half of all cancel, the others pay, each by a payment of their own: whoever wins, order and stock
/// agree, and everybody is told the truth.
#[tokio::test(flavor = "multi_thread", worker_threads = 64)]
async fn cancelling_and_paying_race_to_one_of_two_ends() {
    let shop = Arc::new(fulfilment().await);
    let (mut paid, mut cancelled) = (0, 0);
    for round in 0..12 {
        let order = placed(&shop, &format!("R{round}")).await;
        let runs = (0..THREADS).map(|number| {
            let (shop, id) = (Arc::clone(&shop), order.id);
            tokio::spawn(async move {
                let name = format!("{round}-{number}");
                if number % 2 == 0 {
                    let cancelled = cancel_patiently(&shop, id, &name).await;
                    return cancelled.map(|()| "cancelled");
                }
                let (shop, ann, payment) = (&*shop, ann(), payment(&name));
                patiently(|| shop.begin_payment(id, &ann, payment, NOW)).await?;
                patiently(|| shop.confirm(id, payment, NOW)).await?;
                Ok("confirmed")
            })
        });
        let outcomes: Vec<_> = join_all(runs)
            .await
            .into_iter()
            .map(Result::unwrap)
            .collect();
        let won: Vec<_> = outcomes.iter().filter_map(|it| it.as_ref().ok()).collect();
        let end = testing::now(&shop, &order).await;
        shop.settle(order.id).await.unwrap();
        let free = free(&shop, &order).await;
        match end.status {
            OrderStatus::Cancelled => {
                assert_eq!(won, [&"cancelled"]);
                assert!(end.attempt.is_none());
                assert_eq!(free, UNITS);
                cancelled += 1;
            }
            OrderStatus::PendingPayment => {
                assert_eq!(won, [&"confirmed"]);
                assert!(end.is_confirmed());
                assert_eq!(free, 0);
                paid += 1;
            }
            other => panic!("{other:?}"),
        }
        for refused in outcomes.into_iter().filter_map(Result::err) {
            let OrdersError::Refused(refusal) = refused else {
                panic!("{refused:?}");
            };
            let expected = matches!(
                refusal,
                Refusal::PaymentInProgress
                    | Refusal::Illegal {
                        from: OrderStatus::Cancelled,
                        ..
                    }
            );
            assert!(expected, "{refusal:?}");
        }
    }
    println!("{paid} paid, {cancelled} cancelled");
}
