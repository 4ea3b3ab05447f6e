//! The ledger: every change of what is on hand, and how the ledgers of several buckets read as one.
//!
//! Sales of a bucket that come at once must not wait for each other, so most entries do not know
//! what was on hand after them. Those that do are checkpoints: everything that staff do, and one
//! sale in sixty-four. A checkpoint is later than every entry that was there before it, and an entry
//! is later than every checkpoint that was; so counting on from a checkpoint is exact. An entry is
//! later than all that brought units before it, too: whatever was taken had come before, by the
//! ledger's order as well as in truth, so that no sum of it is below nothing, though clocks differ.

use std::collections::VecDeque;

use kernel::{ReservationId, Timestamp};
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
    /// Units on hand in the bucket afterwards; known of checkpoints, and counted for others.
    pub on_hand_after: Option<u64>,
}

/// One sale in so many is a checkpoint.
const CHECKPOINTS: u8 = 64;

/// Whether the sale of a reservation is to be a checkpoint, which follows from random bits of its id.
pub fn is_checkpoint(id: ReservationId) -> bool {
    id.uuid()
        .as_bytes()
        .get(13)
        .is_some_and(|byte| byte % CHECKPOINTS == 0)
}

impl Entry {
    /// Whether it knows what was on hand after it.
    pub const fn is_checkpoint(&self) -> bool {
        self.on_hand_after.is_some()
    }

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

/// What was read of a bucket's ledger, the newest first, with what was on hand after each.
#[derive(Debug, Default)]
pub struct Lane {
    entries: VecDeque<Entry>,
    more: bool,
}

impl Lane {
    /// Counts what was on hand after each entry that was read, the newest first, up to the end of
    /// the ledger when there are no `more`, or else from the last checkpoint on: what is older than
    /// that is left for another page.
    pub fn counted(mut entries: Vec<Entry>, more: bool) -> Self {
        if more {
            let last = entries.iter().rposition(Entry::is_checkpoint);
            entries.truncate(last.map_or(0, |last| last + 1));
        }
        let mut on_hand = 0_u64;
        for entry in entries.iter_mut().rev() {
            let counted = on_hand.saturating_add_signed(entry.quantity);
            on_hand = entry.on_hand_after.unwrap_or(counted);
            entry.on_hand_after = Some(on_hand);
        }
        Self {
            entries: entries.into(),
            more,
        }
    }
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
        let on_hand_after = on_hand.filter_map(|entry| entry.on_hand_after).sum();
        let mut quantity = 0;
        for lane in &mut lanes {
            if lane
                .entries
                .front()
                .is_some_and(|entry| entry.place() == place)
            {
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

    /// A checkpoint, or an entry that knows nothing.
    fn entry(at: i64, id: &str, quantity: i64, on_hand_after: Option<u64>) -> Entry {
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

    fn shown(ledger: &Ledger) -> Vec<(&str, i64, u64)> {
        let movements = ledger.0.iter();
        movements
            .map(|m| (m.cause.id.as_str(), m.quantity, m.on_hand_after))
            .collect()
    }

    #[test]
    fn several_buckets_read_as_one_ledger() {
        // Ten come into the first bucket, four go over to the second, three are sold of both.
        let first = [
            entry(30, "sale", -2, None),
            entry(20, "spread", -4, Some(6)),
            entry(10, "receipt", 10, Some(10)),
        ];
        let second = [entry(30, "sale", -1, None), entry(20, "spread", 4, Some(4))];
        let lanes = || {
            let lanes = [first.to_vec(), second.to_vec()];
            lanes.map(|entries| Lane::counted(entries, false)).into()
        };
        let whole = merged(lanes(), 10);
        assert_eq!(shown(&whole), [("sale", -3, 7), ("receipt", 10, 10)]);
        assert_eq!(whole.1, None);
        let page = merged(lanes(), 1);
        assert_eq!(shown(&page), [("sale", -3, 7)]);
        assert_eq!(page.1, Some(place(Timestamp::from_millis(30), "sale")));
    }

    #[test]
    fn a_lane_that_was_not_read_to_its_end_ends_the_page() {
        let first = vec![entry(30, "a", 1, Some(9)), entry(15, "x", 1, None)];
        let second = vec![entry(20, "b", 1, None), entry(10, "c", 4, None)];
        let ledger = merged(
            vec![Lane::counted(first, true), Lane::counted(second, false)],
            10,
        );
        assert_eq!(shown(&ledger), [("a", 1, 14)]);
        assert_eq!(ledger.1, Some(place(Timestamp::from_millis(30), "a")));
    }
}
