use kernel::UserId;
use proptest::prelude::*;

use super::*;
use crate::change::Move;
use crate::testing::{NOW, line, line_id, order, order_of, usd};

const ANN: fn() -> Actor = || Actor::User(UserId::derive("", "ann"));

fn id(name: &str) -> CancellationId {
    CancellationId::derive("", name)
}

fn unwanted(name: &str, quantity: u64) -> Unwanted {
    Unwanted {
        id: line_id(name),
        quantity: Quantity::new(quantity).unwrap(),
    }
}

fn paid(order: &Order) -> Order {
    let payment = PaymentId::derive("", "payment");
    let change = order.captured_by(payment, order.totals.total, true, NOW);
    change.unwrap().order
}

fn cancelled(order: &Order, name: &str, items: Option<&[Unwanted]>) -> (Order, Cancellation) {
    let change = order.cancelled(id(name), items, None, ANN(), NOW).unwrap();
    match change.news.as_slice() {
        [News::Cancelled(told) | News::LinesCancelled(told)] => (change.order, told.clone()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_part_gives_back_its_share_and_the_rest_gives_back_the_rest() {
    let order = paid(&order());
    assert_eq!(order.totals.total, usd(14_468));
    // A lamp of three: 9.99 less a third of the dollar, with a third of 2.31 of tax.
    let (order, one) = cancelled(&order, "one", Some(&[unwanted("LAMP", 1)]));
    assert_eq!(one.refund, usd(999 - 34 + 77));
    assert_eq!(order.status, OrderStatus::Paid);
    assert_eq!(order.remaining().total, usd(14_468 - 1_042));
    // All that is left, with the shipping.
    let (order, rest) = cancelled(&order, "rest", None);
    assert_eq!(rest.refund, usd(14_468 - 1_042));
    assert_eq!(order.status, OrderStatus::Cancelled);
    assert_eq!(order.remaining().total, usd(0));
    let quantities: Vec<_> = rest.lines.iter().map(|line| line.quantity.get()).collect();
    assert_eq!(quantities, [2, 1]);
}

#[test]
fn all_lines_by_name_are_the_whole_order() {
    let all = [unwanted("DESK", 1), unwanted("LAMP", 3)];
    let (order, all) = cancelled(&paid(&order()), "all", Some(&all));
    assert_eq!(order.status, OrderStatus::Cancelled);
    assert_eq!(all.refund, usd(14_468));
}

#[test]
fn nothing_is_due_of_what_was_not_paid() {
    let (order, part) = cancelled(&order(), "part", Some(&[unwanted("DESK", 1)]));
    assert_eq!((part.refund, part.payment_id), (usd(0), None));
    // What is to be paid now is the rest.
    assert_eq!(order.state().total, usd(14_468 - 10_800));
    let (order, _) = cancelled(&order, "rest", None);
    assert_eq!(
        (order.status, order.held_until),
        (OrderStatus::Cancelled, None)
    );
}

#[test]
fn what_went_back_by_other_ways_is_not_promised_again() {
    let payment = PaymentId::derive("", "payment");
    let order = paid(&order())
        .refunded_by(payment, usd(500), NOW)
        .unwrap()
        .order;
    let (_, all) = cancelled(&order, "all", None);
    assert_eq!(all.refund, usd(14_468 - 500));
}

#[test]
fn every_fault_of_the_lines_is_told_at_once() {
    let asked = [
        unwanted("LAMP", 4),
        unwanted("CHAIR", 1),
        unwanted("DESK", 1),
        unwanted("DESK", 1),
    ];
    let refused = order().cancelled(id("x"), Some(&asked), None, ANN(), NOW);
    let Err(NotCancelled::Lines(faults)) = refused else {
        panic!("{refused:?}");
    };
    let faults: Vec<_> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
    assert_eq!(faults, ["/items/0/quantity", "/items/1/id", "/items/3/id"]);
}

#[test]
fn it_is_too_late_once_it_is_shipped_and_too_early_while_it_is_paid() {
    let staff = Actor::User(UserId::derive("", "staff"));
    let packed = paid(&order())
        .moved(Move::Processing, None, staff, NOW)
        .unwrap()
        .order;
    assert!(packed.cancelled(id("x"), None, None, ANN(), NOW).is_ok());
    let sent = packed.moved(Move::Shipped, None, staff, NOW).unwrap().order;
    let refused = sent.cancelled(id("x"), None, None, ANN(), NOW);
    let illegal = Refusal::illegal(OrderStatus::Shipped);
    assert_eq!(refused, Err(illegal.into()));

    let payment = PaymentId::derive("", "payment");
    let until = NOW.plus(crate::pay::TIME_TO_PAY);
    let begun = order().begun(payment, until, ANN(), NOW).unwrap().order;
    let sure = begun.confirmed(payment, NOW).unwrap().order;
    for (order, at, refused) in [
        (&begun, NOW, true),
        (&begun, until, false),
        (&sure, NOW, true),
        (&sure, until, true),
    ] {
        let outcome = order.cancelled(id("x"), None, None, ANN(), at);
        let in_progress = Err(NotCancelled::Refused(Refusal::PaymentInProgress));
        assert_eq!(outcome == in_progress, refused, "{outcome:?}");
    }
}

#[test]
fn parts_are_called_off_so_often_and_the_rest_always() {
    let lines = vec![line("PIN", MOST_CANCELLATIONS as u64 + 5, 10, 0, 0)];
    let mut order = paid(&order_of(lines, 100, 0));
    for number in 0..MOST_CANCELLATIONS {
        (order, _) = cancelled(&order, &number.to_string(), Some(&[unwanted("PIN", 1)]));
    }
    let more = order.cancelled(id("x"), Some(&[unwanted("PIN", 1)]), None, ANN(), NOW);
    assert_eq!(more, Err(Refusal::TooManyCancellations.into()));
    let (_, rest) = cancelled(&order, "rest", None);
    assert_eq!(rest.refund, usd(150));
}

prop_compose! {
    fn any_line(name: &'static str)(
        quantity in 1_u64..30, unit in 0_i64..100_000, percent in 0_i64..=100, tax in 0_i64..5_000,
    ) -> Line {
        let total = unit * i64::try_from(quantity).unwrap();
        line(name, quantity, unit, total * percent / 100, tax)
    }
}

proptest! {
    /// However an order is called off, piece by piece and at last as a whole: no piece costs less
    /// than nothing, and all of them give back what was captured, to the cent.
    #[test]
    fn the_pieces_give_back_the_whole(
        one in any_line("ONE"), two in any_line("TWO"), three in any_line("THREE"),
        shipping in 0_i64..2_000, shipping_tax in 0_i64..200, included: bool,
        pieces in proptest::collection::vec((0_usize..3, 1_u64..10), 0..30),
    ) {
        let mut placed = order_of(vec![one, two, three], shipping, shipping_tax);
        if included {
            placed.totals.tax_included = true;
            placed.totals.total = usd(placed.totals.total.minor - placed.totals.tax.minor);
        }
        prop_assume!(placed.totals.total.minor > 0);
        prop_assert_eq!(placed.remaining(), placed.totals);
        let mut order = paid(&placed);
        let mut refunds = Vec::new();
        for (number, (line, quantity)) in pieces.into_iter().enumerate() {
            let left = u64::from(order.lines[line].remaining());
            if left == 0 || order.status == OrderStatus::Cancelled {
                continue;
            }
            let piece = unwanted(["ONE", "TWO", "THREE"][line], quantity.min(left));
            let name = number.to_string();
            let (after, told) = cancelled(&order, &name, Some(&[piece]));
            prop_assert!(told.refund.minor >= 0);
            prop_assert_eq!(
                after.remaining().total.minor + told.refund.minor,
                order.remaining().total.minor
            );
            refunds.push(told.refund.minor);
            order = after;
        }
        if order.status != OrderStatus::Cancelled {
            let (after, told) = cancelled(&order, "rest", None);
            refunds.push(told.refund.minor);
            order = after;
        }
        prop_assert_eq!(refunds.iter().sum::<i64>(), placed.totals.total.minor);
        prop_assert_eq!(order.remaining().total, usd(0));
    }
}
