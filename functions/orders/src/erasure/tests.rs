use super::*;
use crate::change::Move;
use crate::order::{Entry, EntryKind};
use crate::testing::{NOW, order};
use kernel::CountryCode;

fn personal(status: OrderStatus) -> Order {
    let buyer = order().buyer.user().map(Actor::User).unwrap();
    let entry = |by, detail: &str| Entry {
        at: NOW,
        kind: EntryKind::Cancelled,
        by,
        detail: Some(detail.to_owned()),
    };
    Order {
        status,
        address: Some(Address {
            name: "Ann Archer".to_owned(),
            line1: "1 Main Street".to_owned(),
            line2: Some("c/o Archer".to_owned()),
            city: "Portland".to_owned(),
            region: Some("OR".to_owned()),
            postal_code: Some("97201".to_owned()),
            country: CountryCode::parse("US").unwrap(),
            phone: None,
        }),
        note: Some("for Archer".to_owned()),
        timeline: vec![entry(buyer, "I, Archer"), entry(Actor::System, "not paid")],
        ..order()
    }
}

fn says_archer(order: &Order) -> bool {
    format!("{order:?}").contains("Archer") || order.email.is_some()
}

#[test]
fn an_order_that_is_over_forgets_its_buyer_and_keeps_its_books() {
    for status in [
        OrderStatus::Delivered,
        OrderStatus::Returned,
        OrderStatus::Cancelled,
        OrderStatus::Expired,
    ] {
        let before = personal(status);
        assert!(says_archer(&before));
        let after = before.of_erased_buyer(NOW).unwrap();
        assert!(!says_archer(&after), "{after:?}");
        let address = after.address.as_ref().unwrap();
        assert_eq!(address.region.as_deref(), Some("OR"));
        assert_eq!(after.timeline[1].detail.as_deref(), Some("not paid"));
        assert_eq!(
            (&after.lines, &after.totals),
            (&before.lines, &before.totals)
        );
        assert_eq!(
            (&after.buyer, after.version),
            (&before.buyer, before.version + 1)
        );
        assert_eq!(after.of_erased_buyer(NOW), None, "once is enough");
    }
}

#[test]
fn an_order_that_has_to_arrive_forgets_its_buyer_when_it_has() {
    let paid = personal(OrderStatus::Paid).of_erased_buyer(NOW).unwrap();
    assert!(says_archer(&paid));
    let staff = Actor::System;
    let step = |order: Order, to| order.moved(to, None, staff, NOW).unwrap().order;
    let shipped = step(step(paid, Move::Processing), Move::Shipped);
    assert!(says_archer(&shipped));
    assert!(!says_archer(&step(shipped, Move::Delivered)));
}
