use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use testkit::all_at_once;

use super::*;
use crate::reservation::Refusal;

const THREADS: usize = 64;

fn is_short<T>(outcome: &Result<T, InventoryError>) -> bool {
    matches!(outcome, Err(InventoryError::Short(_)))
}

#[test]
fn of_a_thousand_buyers_of_a_hundred_units_a_hundred_buy() {
    for buckets in [1, 4, 16] {
        let store = Store::open();
        store.put("HOT", 100, buckets);
        let (next, sold, refused) = (AtomicUsize::new(0), AtomicU64::new(0), AtomicU64::new(0));
        all_at_once(THREADS, |_| {
            loop {
                let buyer = next.fetch_add(1, Ordering::Relaxed);
                if buyer >= 1_000 {
                    return;
                }
                let name = format!("buyer {buyer}");
                match store.reserve(&name, &[("HOT", 1)]) {
                    Ok(()) => {
                        store.commit(&name).unwrap();
                        sold.fetch_add(1, Ordering::Relaxed);
                    }
                    outcome => {
                        assert!(is_short(&outcome), "{outcome:?}");
                        refused.fetch_add(1, Ordering::Relaxed);
                    }
                }
            }
        });
        let counted = (sold.into_inner(), refused.into_inner());
        assert_eq!(counted, (100, 900), "{buckets} buckets");
        assert_eq!(store.told("HOT"), (0, 0, 0));
        assert_eq!(store.movements("HOT").len(), 101);
        store.check_ledger("HOT");
    }
}

#[test]
fn buyers_of_several_units_are_refused_only_when_there_are_too_few_in_all_buckets() {
    let store = Store::open();
    store.put("HOT", 100, 16);
    // Seven of sixteen buckets of six or seven: every hold but the first few spans several.
    let got = all_at_once(THREADS, |n| {
        store.reserve(&format!("{n}"), &[("HOT", 7)]).is_ok()
    });
    assert_eq!(got.iter().filter(|got| **got).count(), 14);
    assert_eq!(store.told("HOT"), (100, 98, 2));
}

#[test]
fn lines_of_several_skus_are_held_all_or_none() {
    let store = Store::open();
    store.put("MANY", 50, 4);
    store.put("FEW", 30, 1);
    let got = all_at_once(THREADS, |n| {
        let lines: [_; 2] = [("MANY", 1), ("FEW", 1)];
        let lines = if n % 2 == 0 {
            lines
        } else {
            [lines[1], lines[0]]
        };
        store.reserve(&format!("{n}"), &lines)
    });
    assert!(got.iter().all(|got| got.is_ok() || is_short(got)));
    assert_eq!(got.iter().filter(|got| got.is_ok()).count(), 30);
    assert_eq!(store.told("MANY"), (50, 30, 20));
    assert_eq!(store.told("FEW"), (30, 30, 0));
}

#[test]
fn what_is_done_by_many_at_once_is_done_once() {
    let store = Store::open();
    store.put("LAMP", 10, 2);
    let lines = [("LAMP", 3)];
    let all = |work: &(dyn Fn() -> Result<(), InventoryError> + Sync)| {
        for outcome in all_at_once(THREADS, |_| work()) {
            outcome.unwrap();
        }
    };
    all(&|| store.reserve("one", &lines));
    assert_eq!(store.told("LAMP"), (10, 3, 7));
    all(&|| store.extend("one"));
    assert_eq!(store.told("LAMP"), (10, 3, 7));
    all(&|| store.commit("one"));
    assert_eq!(store.told("LAMP"), (7, 0, 7));
    all(&|| store.restock("one", "return", &[("LAMP", 2)]));
    assert_eq!(store.told("LAMP"), (9, 0, 9));
    store.reserve("two", &lines).unwrap();
    all(&|| store.release("two"));
    assert_eq!(store.told("LAMP"), (9, 0, 9));
    store.check_ledger("LAMP");
}

#[test]
fn a_commit_that_meets_a_release_ends_in_one_of_the_two() {
    let store = Store::open();
    store.put("LAMP", 100, 1);
    let mut on_hand = 100;
    for round in 0..12 {
        let name = format!("round {round}");
        store.reserve(&name, &[("LAMP", 1)]).unwrap();
        let outcomes = all_at_once(8, |n| match n % 2 {
            0 => store.commit(&name),
            _ => store.release(&name),
        });
        let (commits, releases): (Vec<_>, Vec<_>) = outcomes
            .into_iter()
            .enumerate()
            .partition(|(n, _)| n % 2 == 0);
        let sold = commits.iter().all(|(_, outcome)| outcome.is_ok());
        let lost = if sold { releases } else { commits };
        let refusal = if sold {
            Refusal::Committed
        } else {
            Refusal::Released
        };
        for (_, outcome) in lost {
            let expected =
                matches!(&outcome, Err(InventoryError::Reservation(why)) if *why == refusal);
            assert!(expected, "{outcome:?}");
        }
        on_hand -= u64::from(sold);
        assert_eq!(store.told("LAMP"), (on_hand, 0, on_hand));
    }
    store.check_ledger("LAMP");
}

#[test]
fn stock_whose_hold_has_ended_goes_to_one_of_those_who_want_it() {
    for round in 0..6 {
        let store = Store::open();
        store.put("LAMP", 5, 2);
        store.reserve("late", &[("LAMP", 3)]).unwrap();
        store.reserve("gone", &[("LAMP", 2)]).unwrap();
        store.pass(HOLD);
        let outcomes = all_at_once(THREADS, |n| match n {
            n if n == round * 9 => store.commit("late"),
            n => store.reserve(&format!("{n}"), &[("LAMP", 1)]),
        });
        let mut outcomes: Vec<bool> = outcomes
            .iter()
            .map(|outcome| {
                assert!(outcome.is_ok() || is_short(outcome), "{outcome:?}");
                outcome.is_ok()
            })
            .collect();
        let sold = if outcomes.remove(round * 9) { 3 } else { 0 };
        let held = outcomes.iter().filter(|held| **held).count() as u64;
        assert_eq!(sold + held, 5, "sold {sold}, held {held}");
        assert_eq!(store.told("LAMP"), (5 - sold, held, 0));
        store.check_ledger("LAMP");
    }
}

#[test]
fn staff_who_count_while_others_buy_lose_no_sale() {
    let store = Store::open();
    store.put("LAMP", 500, 4);
    let sold = AtomicU64::new(0);
    all_at_once(16, |n| {
        for round in 0..6 {
            let name = format!("{n}/{round}");
            if n % 4 == 0 {
                let more = Wanted {
                    amount: Some(Amount::By(10)),
                    reason: Some("more came".into()),
                    ..Wanted::default()
                };
                store.decide("LAMP", &more).unwrap();
            } else {
                store.reserve(&name, &[("LAMP", 2)]).unwrap();
                store.commit(&name).unwrap();
                sold.fetch_add(2, Ordering::Relaxed);
            }
        }
    });
    let left = 500 + 4 * 6 * 10 - sold.into_inner();
    assert_eq!(store.told("LAMP"), (left, 0, left));
    store.check_ledger("LAMP");
}

#[test]
fn a_crossing_is_told_once_however_many_are_there() {
    let store = Store::open();
    store.put("LAMP", 40, 4);
    all_at_once(40, |n| {
        store.reserve(&format!("{n}"), &[("LAMP", 1)]).unwrap()
    });
    let told = [
        "inventory.stock-low.v1",
        "inventory.stock-ran-out.v1",
        "inventory.stock-returned.v1",
    ];
    assert_eq!(store.events(), told);
    let mut open = store.alerts();
    open.sort_unstable();
    let lamp = "LAMP".to_owned();
    assert_eq!(open, [(lamp.clone(), "low_stock"), (lamp, "out_of_stock")]);
    all_at_once(40, |n| store.release(&format!("{n}")).unwrap());
    assert_eq!(store.alerts(), []);
    assert_eq!(store.events().len(), 4);
}
