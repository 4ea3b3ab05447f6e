//! Reading several sorted lists as one, until there is enough for a page.

use std::cmp::Ordering;
use std::collections::VecDeque;

use kernel::ProductId;

use super::{Entry, Listing};

/// Several sorted lists read as one.
#[derive(Debug)]
pub struct Merge {
    lanes: Vec<Lane>,
    descending: bool,
}

#[derive(Debug, Default)]
struct Lane {
    entries: VecDeque<Entry>,
    exhausted: bool,
}

/// What a merge has next.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    /// An entry; none that stands before it is still to come.
    Entry(Entry),
    /// Nothing can be said before these lanes were fed.
    Feed(Vec<usize>),
    /// There is no more.
    End,
}

impl Merge {
    /// A merge of so many lists, each sorted one way or the other.
    pub fn new(lanes: usize, descending: bool) -> Self {
        Self {
            lanes: (0..lanes).map(|_| Lane::default()).collect(),
            descending,
        }
    }

    /// Puts the next entries of a list in; `exhausted` when there are no others behind them.
    pub fn feed(&mut self, lane: usize, entries: Vec<Entry>, exhausted: bool) {
        if let Some(lane) = self.lanes.get_mut(lane) {
            lane.entries.extend(entries);
            lane.exhausted = exhausted;
        }
    }

    /// The next entry of all lists together.
    pub fn take(&mut self) -> Next {
        let hungry = |lane: &Lane| lane.entries.is_empty() && !lane.exhausted;
        let starving: Vec<_> = (0..self.lanes.len())
            .filter(|&at| self.lanes.get(at).is_some_and(hungry))
            .collect();
        if !starving.is_empty() {
            return Next::Feed(starving);
        }
        let descending = self.descending;
        let in_order = |a: &Entry, b: &Entry| -> Ordering {
            let order = a.place.cmp(&b.place);
            if descending { order.reverse() } else { order }
        };
        let first = self
            .lanes
            .iter_mut()
            .filter(|lane| !lane.entries.is_empty())
            .min_by(|a, b| match (a.entries.front(), b.entries.front()) {
                (Some(a), Some(b)) => in_order(a, b),
                _ => Ordering::Equal,
            });
        first
            .and_then(|lane| lane.entries.pop_front())
            .map_or(Next::End, Next::Entry)
    }
}

/// A product that a list has, and where it stands in the list's order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Which one.
    pub product: ProductId,
    /// Its place, behind which a list can go on.
    pub place: String,
}

/// What a list has.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The products, in order.
    pub hits: Vec<Hit>,
    /// The place behind which the list goes on; none at its end.
    pub next: Option<String>,
}

/// What has been read for a page.
#[derive(Debug, Default)]
pub struct Reading {
    found: Vec<Hit>,
    /// How many entries did not fit.
    refused: usize,
    /// The last entry that was looked at, fitting or not, before the one that is too many.
    seen: Option<String>,
    more: bool,
}

impl Reading {
    /// Looks at the next entry; false when no other is needed.
    pub fn take(&mut self, entry: &Entry, listing: &Listing) -> bool {
        if listing.filter.passes(entry) {
            if self.found.len() == listing.want {
                // One more than was asked for: there is a next page, and it starts here.
                self.more = true;
                return false;
            }
            self.found.push(Hit {
                product: entry.product,
                place: entry.place.clone(),
            });
        } else {
            self.refused += 1;
        }
        self.seen = Some(entry.place.clone());
        true
    }

    /// Whether the filter has refused as many as the list has patience for. A list whose filter
    /// refuses nothing is read until its page is full.
    pub const fn is_tiring(&self, listing: &Listing) -> bool {
        self.refused >= listing.patience
    }

    /// How many entries lanes that have nothing left are to be fed with, each.
    ///
    /// At first each of several lanes gets twice its share. One that is out of entries after that
    /// may well be the one that has the rest of the page, so it gets as many as are still wanted,
    /// and the end of the page is reached before it starves again. Where the filter refuses some,
    /// it is taken to go on refusing as many.
    pub fn ration(&self, listing: &Listing, lanes: usize) -> usize {
        let wanted = (listing.want + 1).saturating_sub(self.found.len());
        if self.seen.is_none() {
            let share = if lanes > 1 {
                (2 * wanted).div_ceil(lanes)
            } else {
                wanted
            };
            let filtered = if listing.filter.is_empty() { 1 } else { 5 };
            return share.saturating_mul(filtered);
        }
        wanted.saturating_mul(1 + self.refused.div_ceil(self.found.len().max(1)))
    }

    /// Stops before the end of the list: the bound on reading is reached.
    pub fn stop(&mut self) {
        self.more = true;
    }

    /// The products, and the place behind which the next page starts.
    pub fn finish(self) -> Found {
        Found {
            hits: self.found,
            next: if self.more { self.seen } else { None },
        }
    }
}
