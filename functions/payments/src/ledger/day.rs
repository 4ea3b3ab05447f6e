//! Days of the journal, in UTC.

use std::fmt;

use kernel::Timestamp;

const MILLIS: i64 = 86_400_000;

/// A day, by its number since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i64);

impl Day {
    /// The day of a moment.
    pub const fn of(at: Timestamp) -> Self {
        Self(at.millis().div_euclid(MILLIS))
    }

    /// So many days later.
    #[must_use]
    pub const fn plus(self, days: i64) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// Its number since 1970.
    pub const fn number(self) -> i64 {
        self.0
    }

    /// The day of a number since 1970.
    pub const fn from_number(number: i64) -> Self {
        Self(number)
    }

    /// The days from this one to the last, both included.
    pub fn through(self, last: Self) -> impl Iterator<Item = Self> {
        (self.0..=last.0).map(Self)
    }
}

/// `2026-01-31`.
impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = Timestamp::from_millis(self.0.saturating_mul(MILLIS)).to_string();
        f.write_str(text.split('T').next().unwrap_or_default())
    }
}
