//! What is searched for most, for suggestions.
//!
//! A query counts once for each network address and day, so that one visitor makes nothing popular;
//! what fewer than three have searched for is shown to nobody, since it may say who they are.

use std::collections::HashMap;

use kernel::Timestamp;
use sha2::{Digest, Sha256};

use crate::Search;
use crate::error::SearchError;
use crate::rules::words;
use crate::store::{Day, Popular, Searched};

/// Days that count.
const DAYS: i64 = 7;
/// How many must have searched for something on a day for it to count.
const CALLERS_MIN: u32 = 3;
/// The most queries that are kept of a day, and of a week.
const KEPT: usize = 1_000;
/// The characters that a query has which is worth suggesting.
const LENGTH: std::ops::RangeInclusive<usize> = 2..=60;

/// A search as it is counted; none where it is too short or long to be suggested to others.
pub(crate) fn searched(text: &str, source_ip: &str, at: Timestamp) -> Option<Searched> {
    let words = words(text).join(" ");
    if !LENGTH.contains(&words.chars().count()) {
        return None;
    }
    // Of one day and one query: nobody can be followed from the one to the other.
    let day = Day::of(at);
    let hash = Sha256::digest(format!("{day}|{words}|{source_ip}"));
    let caller = hash[..6].iter().map(|byte| format!("{byte:02x}")).collect();
    Some(Searched { words, caller, at })
}

impl Search {
    /// Ranks what was searched for today and yesterday, and sums up the week; how many queries are
    /// in it.
    ///
    /// # Errors
    /// The table's.
    pub async fn rank_queries(&self, at: Timestamp) -> Result<u64, SearchError> {
        let today = Day::of(at);
        // Yesterday's last searches came after its last ranking.
        for day in [today, today.before(1)] {
            let searched = self.store.searched_on(day, CALLERS_MIN).await?;
            self.store.keep_day(day, &most(searched)).await?;
        }
        let mut week: HashMap<String, u64> = HashMap::new();
        for back in 0..DAYS {
            for (words, callers) in self.store.most_of_day(today.before(back)).await? {
                *week.entry(words).or_default() += callers;
            }
        }
        let week = most(week.into_iter().collect());
        self.store.keep_week(&week).await?;
        Ok(week.len() as u64)
    }
}

/// The most, the most first.
fn most(mut searched: Popular) -> Popular {
    searched.sort_unstable_by(|(a, many), (b, more)| more.cmp(many).then_with(|| a.cmp(b)));
    searched.truncate(KEPT);
    searched
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_is_the_same_for_a_query_on_a_day_and_nowhere_else() {
        let noon = Timestamp::from_seconds(43_200);
        let caller = |text: &str, ip: &str, at| searched(text, ip, at).unwrap().caller;
        let first = caller("Desk Lamp", "192.0.2.1", noon);
        let later = Timestamp::from_seconds(50_000);
        let tomorrow = Timestamp::from_seconds(43_200 + 86_400);
        assert_eq!(first, caller("desk-lamp", "192.0.2.1", later));
        assert_ne!(first, caller("desk lamp", "192.0.2.2", noon));
        assert_ne!(first, caller("floor lamp", "192.0.2.1", noon));
        assert_ne!(first, caller("desk lamp", "192.0.2.1", tomorrow));
    }

    #[test]
    fn what_is_too_short_or_long_to_suggest_is_not_counted() {
        let at = Timestamp::from_seconds(0);
        for text in ["", "  ", "a", "…!", &"long ".repeat(13)] {
            assert_eq!(searched(text, "192.0.2.1", at), None, "{text:?}");
        }
        assert_eq!(searched(" TV! ", "192.0.2.1", at).unwrap().words, "tv");
    }

    #[test]
    fn the_most_come_first_and_equal_ones_by_their_words() {
        let searched = [("b", 2), ("c", 9), ("a", 2)];
        let searched = searched.map(|(words, many)| (words.to_owned(), many));
        let words: Vec<_> = most(searched.into()).into_iter().map(|(w, _)| w).collect();
        assert_eq!(words, ["c", "a", "b"]);
    }
}
