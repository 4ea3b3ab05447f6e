use std::time::Duration;

use kernel::UserId;

use super::*;
use crate::payment::Attempt;
use crate::testing::{NOW, order, usd};

const STAFF: fn() -> Actor = || Actor::User(UserId::derive("", "staff"));

fn payment(name: &str) -> PaymentId {
    PaymentId::derive("", name)
}

fn paid() -> Order {
    let order = order();
    let total = order.totals.total;
    order
        .captured_by(payment("one"), total, true, NOW)
        .unwrap()
        .order
}

fn moved(order: &Order, to: Move) -> Change {
    order.moved(to, None, STAFF(), NOW).unwrap()
}

#[test]
fn an_order_goes_its_way_and_leaves_a_line_for_each_step() {
    let way = [
        (
            Move::Processing,
            OrderStatus::Processing,
            FulfilmentStatus::Unfulfilled,
            None,
        ),
        (
            Move::Shipped,
            OrderStatus::Shipped,
            FulfilmentStatus::Fulfilled,
            Some(News::Shipped),
        ),
        (
            Move::Delivered,
            OrderStatus::Delivered,
            FulfilmentStatus::Fulfilled,
            Some(News::Delivered),
        ),
        (
            Move::Returned,
            OrderStatus::Returned,
            FulfilmentStatus::Returned,
            Some(News::Returned),
        ),
    ];
    let mut order = paid();
    for (to, status, fulfilment, news) in way {
        let before = order.clone();
        let change = moved(&before, to);
        order = change.order;
        assert_eq!(
            (order.status, order.fulfilment),
            (status, fulfilment),
            "{to:?}"
        );
        assert_eq!(order.version, before.version + 1);
        assert_eq!(change.news, news.into_iter().collect::<Vec<_>>());
        // What stood in the timeline stands there still, with one more line.
        assert_eq!(order.timeline[..before.timeline.len()], before.timeline);
        assert_eq!(order.timeline.len(), before.timeline.len() + 1);
    }
    let kinds: Vec<_> = order.timeline.iter().map(|entry| entry.kind).collect();
    assert_eq!(
        kinds,
        [
            EntryKind::Placed,
            EntryKind::Paid,
            EntryKind::Processing,
            EntryKind::Shipped,
            EntryKind::Delivered,
            EntryKind::Returned,
        ]
    );
}

#[test]
fn an_order_does_not_leap_and_says_where_it_may_go() {
    let refused = order().moved(Move::Shipped, None, STAFF(), NOW);
    assert_eq!(
        refused,
        Err(Refusal::Illegal {
            from: OrderStatus::PendingPayment,
            allowed: vec![
                OrderStatus::Paid,
                OrderStatus::Cancelled,
                OrderStatus::Expired
            ],
        })
    );
}

#[test]
fn an_order_expires_when_its_time_is_up_and_nothing_keeps_it() {
    let until = order().held_until.unwrap();
    let early = until.minus(Duration::from_millis(1));
    let attempt = |confirmed| {
        Some(Attempt {
            payment_id: payment("one"),
            confirmed,
        })
    };
    let waits = order();
    let begun = Order {
        attempt: attempt(false),
        ..order()
    };
    let confirmed = Order {
        attempt: attempt(true),
        ..order()
    };
    for (order, at, expires) in [
        (&waits, early, false),
        (&waits, until, true),
        (&begun, early, false),
        (&begun, until, true),
        (&confirmed, until, false),
        (&paid(), until, false),
    ] {
        let change = order.expired(at);
        assert_eq!(change.is_some(), expires, "{order:?} at {at}");
        if let Some(change) = change {
            assert_eq!(change.order.status, OrderStatus::Expired);
            assert_eq!(change.order.attempt, None);
            assert_eq!(change.news, [News::Expired]);
            assert_eq!(change.order.expired(at), None, "once");
        }
    }
    // What expires costs what it cost: nothing of it was called off.
    assert_eq!(
        waits.expired(until).unwrap().order.state().total,
        usd(14_468)
    );
}
