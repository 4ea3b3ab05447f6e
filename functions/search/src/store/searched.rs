//! What is searched for, and by how many.

use std::fmt;

use aws::{Condition, Key, TableError, Update};
use kernel::Timestamp;
use serde::{Deserialize, Serialize};

use super::items::{PopularItem, SearchedItem, popular_key, searched_partition};
use super::{Store, StoreError};

/// Partitions of a day: what everybody searches for at once is spread by its words.
pub const SHARDS: u8 = 8;
/// The most callers that are counted of one query on one day. One more tells nothing new, and an
/// item stays small.
const CALLERS_MAX: u32 = 50;
/// How long it is kept, in seconds: a week of days and what the last one needs to be ranked.
const KEPT_S: i64 = 9 * DAY_S;
const DAY_S: i64 = 24 * 3600;
/// Queries that are read of a partition when a day is ranked. What few have searched for is left
/// out, and a stranger who makes up queries by the thousand costs no more than that.
const READ_MAX: usize = 5_000;

/// A day, counted from 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Day(i64);

/// A search that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Searched {
    /// What was searched for, as rules see it.
    pub words: String,
    /// Who searched, as a hash that tells nobody who it was.
    pub caller: String,
    /// When.
    pub at: Timestamp,
}

/// What was searched for most, with by how many, the most first.
pub type Popular = Vec<(String, u64)>;

impl Day {
    /// The day of a time.
    pub const fn of(at: Timestamp) -> Self {
        Self(at.seconds().div_euclid(DAY_S))
    }

    /// So many days before.
    #[must_use]
    pub const fn before(self, days: i64) -> Self {
        Self(self.0 - days)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

pub(super) fn key(day: Day, words: &str) -> Key {
    let shard = words
        .bytes()
        .fold(0_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte));
    Key::new(searched_partition(day, shard % SHARDS), words)
}

impl Store {
    /// Counts a search, once a caller and day.
    pub async fn count_search(&self, searched: &Searched) -> Result<(), StoreError> {
        let day = Day::of(searched.at);
        let room = Condition::expression("attribute_not_exists(callers) OR size(callers) < :most")
            .value(":most", CALLERS_MAX);
        let update = Update::new()
            .making::<SearchedItem>()
            .set_if_absent("words", &searched.words)
            .set_if_absent("day", day)
            .set_if_absent("expires", searched.at.seconds() + KEPT_S)
            .include("callers", &searched.caller)
            .when(room);
        match self.table().update(key(day, &searched.words), update).await {
            Ok(_) | Err(TableError::Refused { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// What at least so many have searched for on a day, with how many those were.
    pub async fn searched_on(&self, day: Day, by_at_least: u32) -> Result<Popular, StoreError> {
        let mut found = Popular::new();
        for shard in 0..SHARDS {
            let many =
                Condition::expression("size(callers) >= :least").value(":least", by_at_least);
            let query = self.table().query(searched_partition(day, shard));
            let slice = query
                .filter(many)
                .limit(READ_MAX)
                .run::<SearchedItem>()
                .await?;
            let items = slice.items.into_iter();
            found.extend(items.map(|item| (item.words, item.callers.len() as u64)));
        }
        Ok(found)
    }

    /// Keeps what was searched for most on a day.
    pub async fn keep_day(&self, day: Day, most: &Popular) -> Result<(), StoreError> {
        self.keep(day.to_string(), most, Some((day.0 * DAY_S) + KEPT_S))
            .await
    }

    /// What was searched for most on a day; nothing where it was never ranked.
    pub async fn most_of_day(&self, day: Day) -> Result<Popular, StoreError> {
        self.most_of(&day.to_string()).await
    }

    /// Keeps what was searched for most in a week.
    pub async fn keep_week(&self, most: &Popular) -> Result<(), StoreError> {
        self.keep("week".to_owned(), most, None).await
    }

    /// What was searched for most in the last week.
    pub async fn most_of_week(&self) -> Result<Popular, StoreError> {
        self.most_of("week").await
    }

    async fn keep(
        &self,
        of: String,
        most: &Popular,
        expires: Option<i64>,
    ) -> Result<(), StoreError> {
        let item = PopularItem {
            of,
            queries: most.clone(),
            expires,
        };
        Ok(self.table().put(&item, Condition::none()).await?)
    }

    async fn most_of(&self, of: &str) -> Result<Popular, StoreError> {
        let item: Option<PopularItem> = self.table().peek(popular_key(of)).await?;
        Ok(item.map(|item| item.queries).unwrap_or_default())
    }
}
