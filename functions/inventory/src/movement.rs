//! The ledger: every change of what is on hand, and how the ledgers of several buckets read as one.

use std::collections::VecDeque;

use kernel::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why stock changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum MovementKind {
    /// It was counted, and is what was counted.
    Count,
    /// More came.
    Receipt,
    /// Staff took some out.
    Adjustment,
    /// It was sold.
    Sale,
    /// It came back after it was sold.
    Restock,
}

/// What is said of a change of stock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// What did it, so that its entries in several buckets are one movement.
    pub id: String,
    /// Why.
    pub kind: MovementKind,
    /// In somebody's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who: a user, or the reservation that was sold.
    pub by: String,
}

/// A change of one bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// When: later than any before in its bucket.
    pub at: Timestamp,
    /// What did it.
    pub cause: Cause,
    /// Units that came, or went.
    pub quantity: i64,
    /// Units on hand in the bucket afterwards.
    pub on_hand_after: u64,
}

impl Entry {
    /// Where it stands in the order of all entries of its SKU: with those of the same movement.
    pub fn place(&self) -> String {
        place(self.at, &self.cause.id)
    }
}

/// Where a movement stands among those of its SKU.
pub fn place(at: Timestamp, id: &str) -> String {
    format!("{:015}#{id}", at.millis().max(0))
}

/// A change of a SKU's stock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    /// When.
    pub at: Timestamp,
    /// What did it.
    pub cause: Cause,
    /// Units that came, or went.
    pub quantity: i64,
    /// Units on hand afterwards, in all buckets.
    pub on_hand_after: u64,
}

/// What was read of a bucket's ledger, the newest first.
#[derive(Debug, Default)]
pub struct Lane {
    /// The entries.
    pub entries: VecDeque<Entry>,
    /// Whether there are older ones behind them.
    pub more: bool,
}

/// Movements, and behind which place the ledger goes on; none at its end.
pub type Ledger = (Vec<Movement>, Option<String>);

/// Reads the ledgers of all buckets as one, the newest movement first.
///
/// What was on hand after a movement is the sum of what was in each bucket after its last entry up
/// to then, so it needs no other state than the entries. Entries that add up to nothing moved
/// stock between buckets, and are no movement of the SKU.
pub fn merged(mut lanes: Vec<Lane>, limit: usize) -> Ledger {
    let mut found: Vec<Movement> = Vec::new();
    let mut last = None;
    loop {
        // Of a lane that was read to its end, nothing can be said any more: it may have the next.
        let starving = |lane: &Lane| lane.entries.is_empty() && lane.more;
        if lanes.iter().any(starving) {
            return (found, last);
        }
        let newest = lanes.iter().filter_map(|lane| lane.entries.front());
        let Some(newest) = newest.max_by_key(|entry| entry.place()).cloned() else {
            return (found, None);
        };
        if found.len() == limit {
            return (found, last);
        }
        let place = newest.place();
        let on_hand = lanes.iter().filter_map(|lane| lane.entries.front());
        let on_hand_after = on_hand.map(|entry| entry.on_hand_after).sum();
        let mut quantity = 0;
        for lane in &mut lanes {
            if lane.entries.front().is_some_and(|entry| entry.place() == place) {
                quantity += lane.entries.pop_front().map_or(0, |entry| entry.quantity);
            }
        }
        if quantity != 0 {
            found.push(Movement {
                at: newest.at,
                cause: newest.cause,
                quantity,
                on_hand_after,
            });
        }
        last = Some(place);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(at: i64, id: &str, quantity: i64, on_hand_after: u64) -> Entry {
        Entry {
            at: Timestamp::from_millis(at),
            cause: Cause {
                id: id.into(),
                kind: MovementKind::Sale,
                reason: None,
                by: "res".into(),
            },
            quantity,
            on_hand_after,
        }
    }

    fn lane(entries: &[Entry], more: bool) -> Lane {
        Lane {
            entries: entries.iter().cloned().collect(),
            more,
        }
    }

    fn shown(ledger: &Ledger) -> Vec<(String, i64, u64)> {
        let shown = |m: &Movement| (m.cause.id.clone(), m.quantity, m.on_hand_after);
        ledger.0.iter().map(shown).collect()
    }

    #[test]
    fn several_buckets_read_as_one_ledger() {
        // Ten come into the first bucket, four go over to the second, three are sold of both.
        let first = [
            entry(30, "sale", -2, 4),
            entry(20, "spread", -4, 6),
            entry(10, "receipt", 10, 10),
        ];
        let second = [entry(30, "sale", -1, 3), entry(20, "spread", 4, 4)];
        let lanes = || vec![lane(&first, false), lane(&second, false)];
        let whole = merged(lanes(), 10);
        let expected = [("sale".to_owned(), -3, 7), ("receipt".to_owned(), 10, 10)];
        assert_eq!(shown(&whole), expected);
        assert_eq!(whole.1, None);
        let (page, next) = merged(lanes(), 1);
        assert_eq!((page.len(), next), (1, Some(place(Timestamp::from_millis(20), "spread"))));
    }

    #[test]
    fn a_lane_that_was_not_read_to_its_end_ends_the_page() {
        let lanes = vec![
            lane(&[entry(30, "a", 1, 9)], true),
            lane(&[entry(20, "b", 1, 5), entry(10, "c", 4, 4)], false),
        ];
        let (page, next) = merged(lanes, 10);
        assert_eq!(page.len(), 1);
        assert_eq!(page[0].on_hand_after, 14);
        assert_eq!(next, Some(place(Timestamp::from_millis(30), "a")));
    }
}
