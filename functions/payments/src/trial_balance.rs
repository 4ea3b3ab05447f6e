//! The trial balance, and the proof of it: the whole journal, added up again.

use futures_util::{StreamExt, TryStreamExt, stream};
use kernel::Timestamp;

use crate::Payments;
use crate::error::PaymentsError;
use crate::ledger::{Books, Day};
use crate::store::SHARDS;

/// Partitions that are read at once.
const AT_ONCE: usize = 8;

impl Payments {
    /// What every account holds, as the totals have it that are kept with each entry.
    ///
    /// # Errors
    /// When the table fails.
    pub async fn trial_balance(&self) -> Result<Books, PaymentsError> {
        Ok(self.store.totals().await?.0)
    }

    /// What every account and every wallet holds, as the journal has it: all of its entries, added
    /// up. It reads everything there is and holds a line for each wallet, so it is for an audit and
    /// not for a request.
    ///
    /// # Errors
    /// When the table fails, or has an entry that is not in balance.
    pub async fn replay(&self, now: Timestamp) -> Result<Books, PaymentsError> {
        let Some(first) = self.store.totals().await?.1 else {
            return Ok(Books::default());
        };
        let partitions = first
            .through(Day::of(now).plus(1))
            .flat_map(|day| (0..SHARDS).map(move |shard| (day, shard)));
        stream::iter(partitions)
            .map(|(day, shard)| self.replay_partition(day, shard))
            .buffer_unordered(AT_ONCE)
            .try_fold(Books::default(), |mut books, part| async move {
                books.merge(part);
                Ok(books)
            })
            .await
    }

    async fn replay_partition(&self, day: Day, shard: u8) -> Result<Books, PaymentsError> {
        let mut books = Books::default();
        let mut after = None;
        loop {
            let (entries, last) = self.store.journal(day, shard, after).await?;
            for entry in &entries {
                books.add(entry);
            }
            match last {
                Some(last) => after = Some(last),
                None => return Ok(books),
            }
        }
    }
}
