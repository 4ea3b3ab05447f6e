//! How many calls of the database it takes to know what can be had.

use std::collections::BTreeMap;

use testkit::Brink;

use super::*;

/// How often each call was made, by its name.
type Calls = BTreeMap<String, usize>;

/// A shop, and another instance on its tables whose calls are counted.
struct Counted {
    store: Store,
    brink: Brink,
    other: Inventory,
}

impl Counted {
    fn open() -> Self {
        let store = Store::open();
        let brink = Brink::before(&store.environment);
        let aws = store.wait(brink.connect(&store.environment));
        let table = aws.table(&INVENTORY).unwrap();
        let other = Inventory::at(table, store.clock.clone());
        Self {
            store,
            brink,
            other,
        }
    }

    /// What some work comes to, and its calls by their names.
    fn calls<T>(&self, work: impl Future<Output = Result<T, InventoryError>>) -> (T, Calls) {
        let outcome = self.store.wait(self.brink.after(usize::MAX, work));
        let mut counts = BTreeMap::new();
        for call in self.brink.calls() {
            *counts.entry(call).or_default() += 1;
        }
        (outcome.done().unwrap().unwrap(), counts)
    }

    fn available(&self, names: &[&str]) -> (Vec<u64>, Calls) {
        let skus: Vec<Sku> = names.iter().map(|name| sku(name)).collect();
        let (told, calls) = self.calls(self.other.availability(&skus));
        (told.iter().map(|it| it.available).collect(), calls)
    }

    fn short(&self, lines: &[(&str, u64)]) -> (Vec<(String, u64, u64)>, Calls) {
        let (short, calls) = self.calls(self.other.shortages(&these(lines)));
        let told = |it: crate::Shortage| (it.sku.to_string(), it.requested, it.available);
        (short.into_iter().map(told).collect(), calls)
    }
}

fn counted<const N: usize>(calls: [(&str, usize); N]) -> Calls {
    calls.map(|(name, n)| (name.to_owned(), n)).into()
}

#[test]
fn forty_skus_are_asked_about_in_the_one_call_that_one_is() {
    let shop = Counted::open();
    let names: Vec<String> = (0..40).map(|n| format!("SKU-{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    for name in &names {
        shop.store.put(name, 3, 1);
    }
    let once = counted([("BatchGetItem", 1)]);
    assert_eq!(shop.available(&names[..1]), (vec![3], once.clone()));
    assert_eq!(shop.available(&names), (vec![3; 40], once.clone()));
    let lines: Vec<_> = names.iter().map(|name| (*name, 3)).collect();
    assert_eq!(shop.short(&lines), (vec![], once.clone()));
    // Nobody has heard of the last one.
    assert_eq!(shop.available(&["SKU-7", "NEW"]), (vec![3, 0], once));
}

#[test]
fn only_what_somebody_holds_is_looked_at_again_and_only_by_whom_it_concerns() {
    let shop = Counted::open();
    for name in ["A", "B", "C"] {
        shop.store.put(name, 5, 1);
    }
    shop.store.reserve("one", &[("A", 2), ("B", 4)]).unwrap();
    let looked = counted([("BatchGetItem", 1), ("Query", 2)]);
    assert_eq!(shop.available(&["A", "B", "C"]), (vec![3, 1, 5], looked));
    // Three of A lie there, so nobody need know whether there are more.
    let (short, calls) = shop.short(&[("A", 3), ("B", 3), ("C", 5)]);
    assert_eq!(short, [("B".to_owned(), 3, 1)]);
    assert_eq!(calls, counted([("BatchGetItem", 1), ("Query", 1)]));
    shop.store.pass(HOLD);
    let (available, _) = shop.available(&["A", "B", "C"]);
    assert_eq!(available, [5, 5, 5], "ended holds count");
    assert_eq!(shop.short(&[("A", 5), ("B", 5), ("C", 5)]).0, []);
}

#[test]
fn buckets_that_an_instance_has_not_heard_of_cost_it_one_call_more_and_once() {
    let shop = Counted::open();
    shop.store.put("HOT", 100, 1);
    shop.store.put("LAMP", 3, 1);
    let (once, twice) = (
        counted([("BatchGetItem", 1)]),
        counted([("BatchGetItem", 2)]),
    );
    let names = ["HOT", "LAMP"];
    assert_eq!(shop.available(&names), (vec![100, 3], once.clone()));
    // Nothing is missed however short a while ago the stock was spread.
    for (buckets, calls) in [(4, &twice), (4, &once), (16, &twice), (2, &once)] {
        let spread = Wanted {
            buckets: Some(buckets),
            ..Wanted::default()
        };
        shop.store.decide("HOT", &spread).unwrap();
        assert_eq!(shop.available(&names), (vec![100, 3], calls.clone()));
    }
    // Too few for any bucket to change when they are spread.
    shop.store.put("FEW", 1, 1);
    shop.store.put("FEW", 1, 8);
    shop.store.put("FEW", 9, 8);
    assert_eq!(shop.available(&["FEW"]), (vec![9], twice));
    // Of sixteen buckets only those are looked at that somebody holds something of.
    shop.store.reserve("one", &[("HOT", 1)]).unwrap();
    let looked = counted([("BatchGetItem", 1), ("Query", 1)]);
    assert_eq!(shop.available(&["HOT"]), (vec![99], looked));
}
