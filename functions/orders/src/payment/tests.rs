use std::time::Duration;

use super::*;
use crate::cancellation::Unwanted;
use crate::status::Step;
use crate::testing::{NOW, line_id, order, usd};
use kernel::{CancellationId, Quantity, UserId};

const ANN: fn() -> Actor = || Actor::User(UserId::derive("", "ann"));
const LATER: Duration = Duration::from_mins(15);

fn payment(name: &str) -> PaymentId {
    PaymentId::derive("", name)
}

fn begun(order: &Order, name: &str, at: Timestamp) -> Order {
    order
        .begun(payment(name), at.plus(LATER), ANN(), at)
        .unwrap()
        .order
}

fn confirmed(order: &Order, name: &str) -> Order {
    order.confirmed(payment(name), NOW).unwrap().order
}

fn captured(order: &Order, name: &str, minor: i64) -> Change {
    order
        .captured_by(payment(name), usd(minor), true, NOW)
        .unwrap()
}

fn off(order: &Order) -> Order {
    let id = CancellationId::derive("", "off");
    order.cancelled(id, None, None, ANN(), NOW).unwrap().order
}

fn expired(order: &Order) -> Order {
    order
        .expired(NOW.plus(Duration::from_hours(1)))
        .unwrap()
        .order
}

#[test]
fn one_payment_at_a_time_begins() {
    let waits = order();
    assert_eq!(waits.may_begin(payment("one"), NOW), Ok(false));
    let first = begun(&waits, "one", NOW);
    assert_eq!(first.held_until, Some(NOW.plus(LATER)));
    assert_eq!(
        first.may_begin(payment("one"), NOW),
        Ok(true),
        "the same again"
    );
    let other = first.may_begin(payment("two"), NOW);
    assert_eq!(other, Err(Refusal::PaymentInProgress));
    // When its time is up, another one may; the first one may too, with time anew.
    let late = NOW.plus(LATER);
    assert_eq!(first.may_begin(payment("two"), late), Ok(false));
    assert_eq!(first.may_begin(payment("one"), late), Ok(false));
    // One that is confirmed has no end of its own.
    let sure = confirmed(&first, "one");
    assert_eq!(sure.may_begin(payment("one"), late), Ok(true));
    let other = sure.may_begin(payment("two"), late);
    assert_eq!(other, Err(Refusal::PaymentInProgress));
}

#[test]
fn what_does_not_wait_for_a_payment_says_why() {
    let paid = captured(&order(), "one", 14_468).order;
    let illegal = Refusal::illegal(OrderStatus::Cancelled);
    for (order, refusal) in [
        (&paid, Refusal::AlreadyPaid),
        (&off(&order()), illegal),
        (&expired(&order()), Refusal::Expired),
    ] {
        assert_eq!(order.may_begin(payment("two"), NOW), Err(refusal.clone()));
        assert_eq!(order.may_confirm(payment("two")), Err(refusal));
    }
    assert_eq!(
        paid.may_begin(payment("one"), NOW),
        Err(Refusal::AlreadyPaid)
    );
    assert_eq!(paid.may_confirm(payment("one")), Ok(true), "it was");
}

#[test]
fn only_the_payment_that_is_under_way_is_confirmed() {
    assert_eq!(
        order().may_confirm(payment("one")),
        Err(Refusal::PaymentOver)
    );
    let first = begun(&order(), "one", NOW);
    assert_eq!(first.may_confirm(payment("one")), Ok(false));
    let other = first.may_confirm(payment("two"));
    assert_eq!(other, Err(Refusal::PaymentInProgress));
    let sure = confirmed(&first, "one");
    assert_eq!(sure.payment, PaymentStatus::Authorised);
    assert_eq!(sure.may_confirm(payment("one")), Ok(true));
    // Whether or not its time is up: the stock decides.
    let late = begun(&first, "two", NOW.plus(LATER));
    let given_way = late.may_confirm(payment("one"));
    assert_eq!(given_way, Err(Refusal::PaymentInProgress));
}

#[test]
fn a_payment_that_fails_leaves_the_order_to_the_next() {
    let until = NOW.plus(LATER);
    let much_later = until.plus(LATER);
    let first = begun(&order(), "one", NOW);
    for (order, held) in [
        (first.clone(), until),
        // Its stock was taken for good and has no hold that runs out, so it has time anew.
        (confirmed(&first, "one"), much_later),
    ] {
        let failed = order.payment_failed(payment("one"), much_later, Some("declined"), NOW);
        let failed = failed.unwrap().order;
        assert_eq!(failed.payment, PaymentStatus::Failed);
        assert_eq!((failed.attempt, failed.held_until), (None, Some(held)));
        assert_eq!(failed.may_begin(payment("two"), NOW), Ok(false));
        let again = failed.payment_failed(payment("one"), much_later, None, NOW);
        assert_eq!(again, None, "once");
    }
    for unknown in [
        order(),
        captured(&first, "one", 14_468).order,
        off(&order()),
    ] {
        assert_eq!(
            unknown.payment_failed(payment("one"), until, None, NOW),
            None
        );
    }
    assert_eq!(first.payment_failed(payment("two"), until, None, NOW), None);
}

#[test]
fn nobody_tries_for_ever() {
    let mut tried = order();
    for number in 0..MOST_PAYMENTS {
        let name = number.to_string();
        tried = begun(&tried, &name, NOW);
        tried = tried
            .payment_failed(payment(&name), NOW, None, NOW)
            .unwrap()
            .order;
    }
    assert_eq!(
        tried.may_begin(payment("more"), NOW),
        Err(Refusal::TooManyPayments)
    );
}

/// The refunds that a change tells of, with whether the order is told to be off.
fn due(change: &Change) -> Vec<(i64, bool)> {
    let due = |news: &News| match news {
        News::Cancelled(it) => Some((it.refund.minor, true)),
        News::LinesCancelled(it) => Some((it.refund.minor, false)),
        _ => None,
    };
    change.news.iter().filter_map(due).collect()
}

#[test]
fn money_pays_what_waits_for_it_and_goes_back_from_everything_else() {
    let waits = order();
    let sure = confirmed(&begun(&waits, "one", NOW), "one");
    let part = [Unwanted {
        id: line_id("DESK"),
        quantity: Quantity::ONE,
    }];
    let id = CancellationId::derive("", "part");
    let smaller = waits
        .cancelled(id, Some(&part), None, ANN(), NOW)
        .unwrap()
        .order;
    // The order, what is captured, its status after, and what is due back.
    let cases = [
        (waits.clone(), 14_468, OrderStatus::Paid, vec![]),
        (sure, 14_468, OrderStatus::Paid, vec![]),
        (waits.clone(), 10_000, OrderStatus::Paid, vec![]),
        (smaller, 14_468, OrderStatus::Paid, vec![(10_800, false)]),
        (
            off(&waits),
            14_468,
            OrderStatus::Cancelled,
            vec![(14_468, true)],
        ),
        (
            expired(&waits),
            14_468,
            OrderStatus::Expired,
            vec![(14_468, true)],
        ),
    ];
    for (order, amount, status, refunds) in cases {
        let change = captured(&order, "one", amount);
        assert_eq!(change.order.status, status, "{order:?}");
        assert_eq!(due(&change), refunds, "{order:?}");
        assert_eq!(change.order.payment, PaymentStatus::Paid);
        let told = change.news.contains(&News::Paid(payment("one")));
        assert_eq!(told, status == OrderStatus::Paid);
        let again = change
            .order
            .captured_by(payment("one"), usd(amount), true, NOW);
        assert_eq!(again, None, "once");
        // A second payment goes back as a whole.
        let second = captured(&change.order, "two", 14_468);
        let short = 14_468 - amount;
        assert_eq!(
            due(&second),
            [(14_468 - short, status != OrderStatus::Paid)]
        );
    }
}

#[test]
fn an_order_whose_stock_is_gone_is_called_off_and_its_money_goes_back() {
    let change = order()
        .captured_by(payment("one"), usd(14_468), false, NOW)
        .unwrap();
    assert_eq!(change.order.status, OrderStatus::Cancelled);
    assert_eq!(due(&change), [(14_468, true)]);
    assert_eq!(change.order.version, 2);
    assert_eq!(change.order.remaining().total, usd(0));
    let kinds: Vec<_> = change
        .order
        .timeline
        .iter()
        .map(|entry| entry.kind)
        .collect();
    assert_eq!(
        kinds,
        [EntryKind::Placed, EntryKind::Paid, EntryKind::Cancelled]
    );
}

#[test]
fn refunds_come_in_any_order_and_the_largest_figure_counts() {
    let paid = captured(&order(), "one", 14_468).order;
    let refunded = |order: &Order, minor| order.refunded_by(payment("one"), usd(minor), NOW);
    assert_eq!(
        refunded(&order(), 100),
        None,
        "of a capture that nobody heard of"
    );
    let some = refunded(&paid, 5_000).unwrap().order;
    assert_eq!(some.payment, PaymentStatus::PartiallyRefunded);
    assert_eq!(refunded(&some, 5_000), None, "heard twice");
    assert_eq!(refunded(&some, 4_000), None, "heard late");
    let all = refunded(&some, 14_468).unwrap().order;
    assert_eq!(all.payment, PaymentStatus::Refunded);
    assert_eq!(all.refunded(), usd(14_468));
    assert_eq!(
        all.status,
        OrderStatus::Paid,
        "the status is not the money's"
    );
    assert!(all.stepped(Step::Process, NOW).is_ok());
}
