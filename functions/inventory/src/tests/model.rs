//! Random steps against a model that knows nothing of buckets, holds that stand too long, or
//! transactions: what is on hand, and who holds how much until when.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::*;
use crate::reservation::{MAX_PARTS, Refusal};

const SKUS: [&str; 3] = ["A", "B", "C"];
/// Time passes in tenths of a hold.
const TENTH: Duration = Duration::from_secs(90);

#[derive(Debug, Clone)]
enum Step {
    Reserve(u8, Vec<(usize, u64)>),
    Extend(u8),
    Commit(u8),
    Release(u8),
    Restock(u8, u8, usize, u64),
    Count(usize, u64),
    Adjust(usize, i64),
    Spread(usize, u8),
    Pass(u32),
    Sweep,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let who = 0..6u8;
    let which = 0..SKUS.len();
    let lines = prop::collection::vec((which.clone(), 1..5u64), 1..4);
    let step = prop_oneof![
        6 => (who.clone(), lines).prop_map(|(who, lines)| Step::Reserve(who, lines)),
        2 => who.clone().prop_map(Step::Extend),
        3 => who.clone().prop_map(Step::Commit),
        2 => who.clone().prop_map(Step::Release),
        2 => (who, 0..3u8, which.clone(), 1..4u64)
            .prop_map(|(who, key, sku, n)| Step::Restock(who, key, sku, n)),
        2 => (which.clone(), 0..12u64).prop_map(|(sku, n)| Step::Count(sku, n)),
        2 => (which.clone(), (-6..8i64).prop_filter("not 0", |n| *n != 0))
            .prop_map(|(sku, n)| Step::Adjust(sku, n)),
        1 => (which, 1..6u8).prop_map(|(sku, n)| Step::Spread(sku, n)),
        3 => (1..8u32).prop_map(Step::Pass),
        1 => Just(Step::Sweep),
    ];
    prop::collection::vec(step, 1..40)
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    Open,
    Sold,
    GivenUp,
}

#[derive(Debug, Clone)]
struct Hold {
    lines: BTreeMap<usize, u64>,
    until: u32,
    fate: Fate,
    back: BTreeMap<usize, u64>,
    keys: BTreeMap<u8, (usize, u64)>,
}

#[derive(Debug, Default)]
struct Model {
    now: u32,
    on_hand: [u64; 3],
    holds: BTreeMap<u8, Hold>,
}

/// What a step comes to, as far as a caller can tell.
#[derive(Debug, PartialEq)]
enum Answer {
    Done,
    Short(Vec<(String, u64, u64)>),
    Refused(Refusal),
    NotFound,
    NotCommitted,
    MoreThanSold(u64),
    BelowReserved(u64),
}

impl Model {
    fn live(&self, sku: usize) -> u64 {
        let open = self.holds.values();
        let open = open.filter(|hold| hold.fate == Fate::Open && hold.until > self.now);
        open.filter_map(|hold| hold.lines.get(&sku)).sum()
    }

    fn available(&self, sku: usize) -> u64 {
        self.on_hand[sku] - self.live(sku)
    }

    fn short(&self, lines: &BTreeMap<usize, u64>) -> Vec<(String, u64, u64)> {
        let short = lines.iter().filter(|(sku, n)| self.available(**sku) < **n);
        short
            .map(|(sku, n)| (SKUS[*sku].to_owned(), *n, self.available(*sku)))
            .collect()
    }

    fn take(&self, step: &Step) -> (Answer, Option<Hold>) {
        match step {
            Step::Reserve(who, lines) => {
                let mut wanted = BTreeMap::new();
                for (sku, n) in lines {
                    *wanted.entry(*sku).or_default() += n;
                }
                let fresh = Hold {
                    lines: wanted.clone(),
                    until: self.now + 10,
                    fate: Fate::Open,
                    back: BTreeMap::new(),
                    keys: BTreeMap::new(),
                };
                match self.holds.get(who) {
                    Some(hold) if hold.fate == Fate::GivenUp => {
                        (Answer::Refused(Refusal::Released), None)
                    }
                    Some(hold) if hold.lines != wanted => {
                        (Answer::Refused(Refusal::OtherLines), None)
                    }
                    Some(hold) if hold.fate == Fate::Sold || hold.until > self.now => {
                        (Answer::Done, None)
                    }
                    _ => self.held(fresh),
                }
            }
            Step::Extend(who) => match self.holds.get(who) {
                None => (Answer::NotFound, None),
                Some(hold) if hold.fate == Fate::Sold => {
                    (Answer::Refused(Refusal::Committed), None)
                }
                Some(hold) if hold.fate == Fate::GivenUp => {
                    (Answer::Refused(Refusal::Released), None)
                }
                Some(hold) => {
                    let longer = Hold {
                        until: self.now + 10,
                        ..hold.clone()
                    };
                    if hold.until > self.now {
                        (Answer::Done, Some(longer))
                    } else {
                        self.held(longer)
                    }
                }
            },
            Step::Commit(who) => match self.holds.get(who) {
                None => (Answer::NotFound, None),
                Some(hold) if hold.fate == Fate::Sold => (Answer::Done, None),
                Some(hold) if hold.fate == Fate::GivenUp => {
                    (Answer::Refused(Refusal::Released), None)
                }
                Some(hold) => {
                    let sold = Hold {
                        fate: Fate::Sold,
                        ..hold.clone()
                    };
                    if hold.until > self.now {
                        (Answer::Done, Some(sold))
                    } else {
                        self.held(sold)
                    }
                }
            },
            _ => unreachable!("the others are taken where they are made"),
        }
    }

    fn held(&self, hold: Hold) -> (Answer, Option<Hold>) {
        let short = self.short(&hold.lines);
        if short.is_empty() {
            (Answer::Done, Some(hold))
        } else {
            (Answer::Short(short), None)
        }
    }

    /// Takes a step, and says what it comes to.
    fn step(&mut self, step: &Step) -> Answer {
        match step {
            Step::Reserve(who, _) | Step::Extend(who) | Step::Commit(who) => {
                let (answer, after) = self.take(step);
                if let Some(after) = after {
                    if after.fate == Fate::Sold {
                        for (sku, n) in &after.lines {
                            self.on_hand[*sku] -= n;
                        }
                    }
                    self.holds.insert(*who, after);
                }
                answer
            }
            Step::Release(who) => {
                let gone = Hold {
                    lines: BTreeMap::new(),
                    until: 0,
                    fate: Fate::GivenUp,
                    back: BTreeMap::new(),
                    keys: BTreeMap::new(),
                };
                let hold = self.holds.entry(*who).or_insert(gone);
                if hold.fate == Fate::Sold {
                    return Answer::Refused(Refusal::Committed);
                }
                hold.fate = Fate::GivenUp;
                Answer::Done
            }
            Step::Restock(who, key, sku, n) => {
                let Some(hold) = self.holds.get_mut(who) else {
                    return Answer::NotFound;
                };
                if let Some(before) = hold.keys.get(key) {
                    return if *before == (*sku, *n) {
                        Answer::Done
                    } else {
                        Answer::Refused(Refusal::OtherLines)
                    };
                }
                if hold.fate != Fate::Sold {
                    return Answer::NotCommitted;
                }
                let back = hold.back.entry(*sku).or_default();
                let left = hold.lines.get(sku).copied().unwrap_or(0) - *back;
                if *n > left {
                    return Answer::MoreThanSold(left);
                }
                *back += n;
                hold.keys.insert(*key, (*sku, *n));
                self.on_hand[*sku] += n;
                Answer::Done
            }
            Step::Count(sku, n) => self.staff(*sku, i128::from(*n)),
            Step::Adjust(sku, n) => {
                let wanted = i128::from(self.on_hand[*sku]) + i128::from(*n);
                self.staff(*sku, wanted)
            }
            Step::Spread(..) | Step::Sweep => Answer::Done,
            Step::Pass(tenths) => {
                self.now += tenths;
                Answer::Done
            }
        }
    }

    fn staff(&mut self, sku: usize, wanted: i128) -> Answer {
        let live = self.live(sku);
        if wanted < i128::from(live) {
            return Answer::BelowReserved(live);
        }
        self.on_hand[sku] = u64::try_from(wanted).unwrap();
        Answer::Done
    }
}

fn take(store: &Store, step: &Step) -> Answer {
    let name = |who: &u8| format!("reservation {who}");
    let staff = |sku: &usize, amount: Option<Amount>, buckets: Option<u8>| {
        let wanted = Wanted {
            amount,
            buckets,
            ..Wanted::default()
        };
        store.decide(SKUS[*sku], &wanted).map(|_| ())
    };
    let outcome = match step {
        Step::Reserve(who, lines) => {
            let lines: Vec<_> = lines.iter().map(|(sku, n)| (SKUS[*sku], *n)).collect();
            store.reserve(&name(who), &lines)
        }
        Step::Extend(who) => store.extend(&name(who)),
        Step::Commit(who) => store.commit(&name(who)),
        Step::Release(who) => store.release(&name(who)),
        Step::Restock(who, key, sku, n) => {
            store.restock(&name(who), &key.to_string(), &[(SKUS[*sku], *n)])
        }
        Step::Count(sku, n) => staff(sku, Some(Amount::OnHand(*n)), None),
        Step::Adjust(sku, n) => staff(sku, Some(Amount::By(*n)), None),
        Step::Spread(sku, n) => staff(sku, None, Some(*n)),
        Step::Pass(tenths) => {
            store.pass(TENTH * *tenths);
            Ok(())
        }
        Step::Sweep => {
            let now = kernel::Clock::now(&*store.clock);
            store.wait(store.inventory.release_expired(now)).map(|_| ())
        }
    };
    match outcome {
        Ok(()) => Answer::Done,
        Err(InventoryError::Short(short)) => {
            let told = |s: crate::Shortage| (s.sku.to_string(), s.requested, s.available);
            Answer::Short(short.into_iter().map(told).collect())
        }
        Err(InventoryError::Reservation(refusal)) => Answer::Refused(refusal),
        Err(InventoryError::NotFound) => Answer::NotFound,
        Err(InventoryError::NotCommitted) => Answer::NotCommitted,
        Err(InventoryError::MoreThanSold { left, .. }) => Answer::MoreThanSold(left),
        Err(InventoryError::BelowReserved { reserved }) => Answer::BelowReserved(reserved),
        Err(error) => panic!("{error:?}"),
    }
}

#[test]
fn random_steps_come_to_what_a_simple_model_says() {
    const { assert!(MAX_PARTS >= 3 * 5, "the model's lines always fit") };
    let config = Config {
        cases: 24,
        failure_persistence: None,
        ..Config::default()
    };
    let outcome = TestRunner::new(config).run(&steps(), |steps| {
        let store = Store::open();
        let mut model = Model::default();
        for sku in SKUS {
            store.put(sku, 0, 1);
        }
        for step in &steps {
            let (expected, found) = (model.step(step), take(&store, step));
            prop_assert_eq!(found, expected, "{:?}", step);
            for (number, sku) in SKUS.into_iter().enumerate() {
                let told = store.told(sku);
                let live = model.live(number);
                let expected = (model.on_hand[number], live, model.available(number));
                prop_assert_eq!(told, expected, "{} after {:?}", sku, step);
            }
        }
        for sku in SKUS {
            store.check_ledger(sku);
        }
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}
