use super::*;
use crate::Shortage;
use crate::movement::{Cause, MovementKind};
use crate::reservation::{Refusal, State};
use crate::stock::Head;
use crate::store::{Since, StaffChange, StoreError};

fn shortages(outcome: Result<(), InventoryError>) -> Vec<(String, u64, u64)> {
    let Err(InventoryError::Short(short)) = outcome else {
        panic!("{outcome:?}");
    };
    let told = |s: Shortage| (s.sku.to_string(), s.requested, s.available);
    short.into_iter().map(told).collect()
}

fn refused(outcome: Result<(), InventoryError>) -> Refusal {
    match outcome {
        Err(InventoryError::Reservation(refusal)) => refusal,
        outcome => panic!("{outcome:?}"),
    }
}

#[test]
fn every_short_line_is_named_and_nothing_is_held() {
    let store = Store::open();
    store.put("A", 5, 1);
    store.put("B", 2, 1);
    // Two lines of one SKU count together; nobody has heard of the last one.
    let lines = [("A", 3), ("B", 1), ("A", 3), ("B", 2), ("NEW", 1)];
    let short = shortages(store.reserve("one", &lines));
    let expected = [("A", 6, 5), ("B", 3, 2), ("NEW", 1, 0)];
    let expected = expected.map(|(sku, n, m)| (sku.to_owned(), n, m));
    assert_eq!(short, expected);
    assert_eq!((store.told("A"), store.told("B")), ((5, 0, 5), (2, 0, 2)));
}

#[test]
fn forty_skus_are_held_sold_and_brought_back_at_once() {
    let store = Store::open();
    let names: Vec<String> = (0..40).map(|n| format!("SKU-{n}")).collect();
    for name in &names {
        store.put(name, 3, 1);
    }
    let lines: Vec<_> = names.iter().map(|name| (name.as_str(), 2)).collect();
    store.reserve("large", &lines).unwrap();
    store.extend("large").unwrap();
    assert_eq!(store.told("SKU-39"), (3, 2, 1));
    store.commit("large").unwrap();
    store.commit("large").unwrap();
    store.pass(HOLD * 2);
    assert_eq!(store.told("SKU-39"), (1, 0, 1));
    store.restock("large", "all", &lines).unwrap();
    assert_eq!(store.told("SKU-0"), (3, 0, 3));
    // One that is given up after its time gives everything back as well.
    store.reserve("again", &lines).unwrap();
    store.pass(HOLD * 2);
    store.reserve("other", &[("SKU-7", 3)]).unwrap();
    assert_eq!(store.told("SKU-39"), (3, 0, 3));
    let more: Vec<String> = (0..50).map(|n| format!("SKU-{n}")).collect();
    let more: Vec<_> = more.iter().map(|name| (name.as_str(), 1)).collect();
    let refused = store.reserve("too large", &more);
    assert!(
        matches!(refused, Err(InventoryError::TooManyLines)),
        "{refused:?}"
    );
}

#[test]
fn a_hold_that_a_large_sale_left_behind_counts_for_nothing() {
    let store = Store::open();
    let names: Vec<String> = (0..40).map(|n| format!("SKU-{n}")).collect();
    for name in &names {
        store.put(name, 3, 1);
    }
    let lines: Vec<_> = names.iter().map(|name| (name.as_str(), 2)).collect();
    store.reserve("large", &lines).unwrap();
    // The sale, up to the moment before its holds are cleared away.
    store.wait(async {
        let inventory = &store.inventory;
        let before = inventory
            .store
            .reservation(id("large"))
            .await
            .unwrap()
            .unwrap();
        let after = before.now(State::Committed);
        let touched = inventory.store.touched(&after.parts, false).await.unwrap();
        let cause = Cause {
            id: "sale".into(),
            kind: MovementKind::Sale,
            reason: None,
            by: "test".into(),
        };
        let sold = inventory
            .store
            .sell_uncleared(&before, &after, &touched, &cause, NOW);
        sold.await.unwrap();
    });
    store.pass(HOLD * 2);
    assert_eq!(store.told("SKU-5"), (1, 0, 1));
    assert_eq!(shortages(store.reserve("other", &[("SKU-5", 2)])).len(), 1);
    store.commit("large").unwrap();
    assert_eq!(store.told("SKU-5"), (1, 0, 1));
}

#[test]
fn a_hold_ends_by_itself_and_a_late_sale_needs_the_stock_to_be_there() {
    let store = Store::open();
    store.put("LAMP", 3, 1);
    store.reserve("first", &[("LAMP", 2)]).unwrap();
    assert_eq!(store.told("LAMP"), (3, 2, 1));
    store.pass(HOLD);
    // Nobody swept, and it counts as available; a late sale of it goes through.
    assert_eq!(store.told("LAMP"), (3, 0, 3));
    store.commit("first").unwrap();
    assert_eq!(store.told("LAMP"), (1, 0, 1));
    // Taken by another, sold late when there is enough, refused when there is not.
    store.put("LAMP", 4, 1);
    store.reserve("second", &[("LAMP", 2)]).unwrap();
    store.pass(HOLD);
    store.reserve("third", &[("LAMP", 3)]).unwrap();
    assert_eq!(
        shortages(store.commit("second")),
        [("LAMP".to_owned(), 2, 1)]
    );
    assert_eq!(
        shortages(store.extend("second")),
        [("LAMP".to_owned(), 2, 1)]
    );
    store.put("LAMP", 5, 1);
    store.extend("second").unwrap();
    assert_eq!(store.told("LAMP"), (5, 5, 0));
    store.commit("second").unwrap();
    store.commit("third").unwrap();
    assert_eq!(store.told("LAMP"), (0, 0, 0));
    store.check_ledger("LAMP");
}

#[test]
fn each_step_is_safe_to_repeat_and_to_come_late() {
    let store = Store::open();
    store.put("LAMP", 9, 1);
    let lines = [("LAMP", 2)];
    store.reserve("one", &lines).unwrap();
    store.reserve("one", &lines).unwrap();
    assert_eq!(
        refused(store.reserve("one", &[("LAMP", 3)])),
        Refusal::OtherLines
    );
    store.commit("one").unwrap();
    store.commit("one").unwrap();
    store.reserve("one", &lines).unwrap();
    assert_eq!(refused(store.release("one")), Refusal::Committed);
    assert_eq!(refused(store.extend("one")), Refusal::Committed);
    assert_eq!(store.told("LAMP"), (7, 0, 7));
    // A release that overtakes its reservation keeps it from being made.
    store.release("two").unwrap();
    store.release("two").unwrap();
    assert_eq!(refused(store.reserve("two", &lines)), Refusal::Released);
    assert_eq!(refused(store.commit("two")), Refusal::Released);
    assert_eq!(store.told("LAMP"), (7, 0, 7));
    for outcome in [store.commit("never"), store.extend("never")] {
        assert!(
            matches!(outcome, Err(InventoryError::NotFound)),
            "{outcome:?}"
        );
    }
    // Stock comes back once for a key, and never more of it than was sold.
    store.restock("one", "a", &[("LAMP", 1)]).unwrap();
    store.restock("one", "a", &[("LAMP", 1)]).unwrap();
    assert_eq!(
        refused(store.restock("one", "a", &lines)),
        Refusal::OtherLines
    );
    let more = store.restock("one", "b", &lines);
    assert!(
        matches!(more, Err(InventoryError::MoreThanSold { left: 1, .. })),
        "{more:?}"
    );
    store.reserve("three", &lines).unwrap();
    let unsold = store.restock("three", "a", &lines);
    assert!(
        matches!(unsold, Err(InventoryError::NotCommitted)),
        "{unsold:?}"
    );
    assert_eq!(store.told("LAMP"), (8, 2, 6));
    store.check_ledger("LAMP");
}

#[test]
fn a_hold_never_becomes_shorter() {
    let store = Store::open();
    store.put("LAMP", 1, 1);
    store.reserve("one", &[("LAMP", 1)]).unwrap();
    let one = id("one");
    let sooner = store.inventory.extend(&one, NOW.plus(HOLD / 2));
    assert_eq!(store.wait(sooner).unwrap().until, NOW.plus(HOLD));
    let later = store.inventory.extend(&one, NOW.plus(HOLD * 2));
    assert_eq!(store.wait(later).unwrap().until, NOW.plus(HOLD * 2));
    store.pass(HOLD);
    assert_eq!(store.told("LAMP"), (1, 1, 0));
    store.pass(HOLD);
    assert_eq!(store.told("LAMP"), (1, 0, 1));
}

#[test]
fn staff_never_take_what_is_held_but_take_what_was() {
    let store = Store::open();
    store.put("LAMP", 5, 2);
    store.reserve("one", &[("LAMP", 3)]).unwrap();
    let two = Wanted {
        amount: Some(Amount::OnHand(2)),
        ..Wanted::default()
    };
    let refused = store.decide("LAMP", &two);
    assert!(
        matches!(refused, Err(InventoryError::BelowReserved { reserved: 3 })),
        "{refused:?}"
    );
    store.pass(HOLD);
    store.decide("LAMP", &two).unwrap();
    assert_eq!(store.told("LAMP"), (2, 0, 2));
    let same = store.decide("LAMP", &two).unwrap();
    assert_eq!(
        same.version(),
        store.decide("LAMP", &two).unwrap().version()
    );
    store.check_ledger("LAMP");
}

#[test]
fn stock_goes_over_to_other_buckets_and_comes_back_without_a_movement() {
    let store = Store::open();
    store.put("LAMP", 10, 1);
    store.reserve("one", &[("LAMP", 2)]).unwrap();
    for buckets in [16, 4, 1, 3] {
        let spread = Wanted {
            buckets: Some(buckets),
            ..Wanted::default()
        };
        let stock = store.decide("LAMP", &spread).unwrap();
        assert_eq!((stock.on_hand(), stock.free()), (10, 8));
        let free: Vec<u64> = stock.buckets.iter().map(|b| b.free).collect();
        assert_eq!(
            free.iter().filter(|n| **n > 0).count(),
            usize::from(buckets.min(8))
        );
        assert_eq!(store.told("LAMP"), (10, 2, 8));
        store.check_ledger("LAMP");
    }
    store.reserve("all", &[("LAMP", 8)]).unwrap();
    store.release("one").unwrap();
    store.reserve("rest", &[("LAMP", 2)]).unwrap();
    assert_eq!(store.told("LAMP"), (10, 10, 0));
    assert_eq!(store.movements("LAMP").len(), 1);
}

#[test]
fn what_comes_and_goes_in_one_moment_adds_up_at_every_step() {
    let store = Store::open();
    store.put("LAMP", 0, 2);
    for _ in 0..8 {
        for by in [3, -2, -1] {
            let wanted = Wanted {
                amount: Some(Amount::By(by)),
                ..Wanted::default()
            };
            store.decide("LAMP", &wanted).unwrap();
        }
    }
    assert_eq!(store.movements("LAMP").len(), 24);
    store.check_ledger("LAMP");
}

#[test]
fn ended_holds_are_swept_and_the_shop_hears_of_it() {
    let store = Store::open();
    store.put("LAMP", 2, 1);
    for n in 0..2 {
        store.reserve(&format!("{n}"), &[("LAMP", 1)]).unwrap();
    }
    store.reserve("none", &[("LAMP", 1)]).unwrap_err();
    store.pass(HOLD);
    let now = kernel::Clock::now(&*store.clock);
    assert_eq!(store.wait(store.inventory.release_expired(now)).unwrap(), 2);
    assert_eq!(store.wait(store.inventory.release_expired(now)).unwrap(), 0);
    let stock = store.wait(store.inventory.stock(&sku("LAMP"))).unwrap();
    assert_eq!((stock.free(), stock.expired.len()), (2, 0));
    let returned = store
        .events()
        .iter()
        .filter(|e| e.contains("returned"))
        .count();
    assert_eq!(returned, 2);
}

#[test]
fn stock_is_listed_in_pages_and_what_is_low_by_itself() {
    let store = Store::open();
    for n in 0..7 {
        store.put(&format!("SKU-{n}"), n * 2, 1);
    }
    let three = Limit::new(3).unwrap();
    for (low, expected) in [(false, 7), (true, 3)] {
        let mut names = Vec::new();
        let mut cursor = None;
        loop {
            let page = store.inventory.list(low, three, cursor.as_ref());
            let page = store.wait(page).unwrap();
            names.extend(page.items.iter().map(|stock| stock.head.sku.to_string()));
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        let wanted: Vec<String> = (0..expected).map(|n| format!("SKU-{n}")).collect();
        assert_eq!(names, wanted, "low: {low}");
    }
}

#[test]
fn what_has_changed_since_it_was_read_is_not_written_over() {
    let store = Store::open();
    let inner = &store.inventory.store;
    let stale = |outcome: Result<(), StoreError>| {
        assert!(matches!(outcome, Err(StoreError::Stale)), "{outcome:?}");
    };
    let read = || store.wait(store.inventory.stock(&sku("LAMP"))).unwrap();
    let cause = Cause {
        id: "test".into(),
        kind: MovementKind::Sale,
        reason: None,
        by: "test".into(),
    };
    store.put("LAMP", 5, 1);

    // A sale whose bucket was read before staff counted: its entry would stand before the count.
    store.reserve("sale", &[("LAMP", 1)]).unwrap();
    let before = store.wait(inner.reservation(id("sale"))).unwrap().unwrap();
    let after = before.now(State::Committed);
    let touched = store.wait(inner.touched(&after.parts, false)).unwrap();
    store.put("LAMP", 6, 1);
    stale(store.wait(inner.sell(&before, &after, &touched, &cause, NOW)));

    // Units that staff take, and that a buyer holds by now.
    let old = read();
    let mut fewer = old.clone();
    fewer.buckets[0].free -= 5;
    store.reserve("buyer", &[("LAMP", 3)]).unwrap();
    let change = StaffChange {
        before: &old,
        changes: &[-5],
        cause: &cause,
        since: Since::Anything,
        after: &fewer,
    };
    let answered = Answered::silent(OperationId::derive("", "fewer"));
    stale(store.wait(inner.decide(&change, &answered, NOW)));

    // News of stock that is another by now, and of a head that is.
    let head = |stock: &Stock| Head {
        version: stock.head.version + 1,
        ..stock.head.clone()
    };
    stale(store.wait(inner.tell(&old, &head(&old), &[], NOW)));
    let now = read();
    store.wait(inner.tell(&now, &head(&now), &[], NOW)).unwrap();
    stale(store.wait(inner.tell(&now, &head(&now), &[], NOW)));

    // A reservation that is another by now.
    store.release("gone").unwrap();
    let gone = store.wait(inner.reservation(id("gone"))).unwrap().unwrap();
    let next = gone.now(State::Released);
    store.wait(inner.note(Some(&gone), &next, NOW)).unwrap();
    stale(store.wait(inner.note(Some(&gone), &next, NOW)));
    assert_eq!(store.told("LAMP"), (6, 4, 2));
    store.check_ledger("LAMP");
}
