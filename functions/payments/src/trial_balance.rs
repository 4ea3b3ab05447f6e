//! The trial balance, and the proof of it: the whole journal, added up again.

use std::collections::BTreeMap;

use futures_util::{StreamExt, TryStreamExt, stream};
use kernel::{CurrencyCode, Timestamp, UserId};

use crate::Payments;
use crate::error::PaymentsError;
use crate::ledger::{Books, Day};
use crate::store::SHARDS;

/// Partitions that are read at once.
const AT_ONCE: usize = 8;

/// The books of each shard.
type Shards = BTreeMap<u8, Books>;

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
        let first = self.store.totals().await?.1;
        let shards = self
            .replay_shards(first.unwrap_or(Day::of(now)), now)
            .await?;
        Ok(together(shards.into_values()))
    }

    /// Writes the totals and the balances of wallets anew, as the journal has them since a day, and
    /// answers what they are. Nothing may be posted meanwhile: it is for when they were lost.
    ///
    /// # Errors
    /// When the table fails, or has an entry that is not in balance.
    pub async fn rebuild(&self, first: Timestamp, now: Timestamp) -> Result<Books, PaymentsError> {
        let first = Day::of(first);
        let shards = self.replay_shards(first, now).await?;
        for (shard, books) in &shards {
            for (currency, accounts) in &books.accounts {
                let totals = self.store.put_totals(*shard, *currency, first, accounts);
                totals.await?;
            }
        }
        let books = together(shards.into_values());
        let mut wallets: BTreeMap<UserId, BTreeMap<CurrencyCode, i64>> = BTreeMap::new();
        for ((user, currency), sum) in &books.wallets {
            let balance = i64::try_from(*sum)
                .map_err(|_| PaymentsError::Fault("a balance beyond 64 bits"))?;
            let balances = wallets.entry(*user).or_default();
            balances.insert(*currency, balance);
        }
        for (user, balances) in wallets {
            self.store.put_wallet(user, balances).await?;
        }
        Ok(books)
    }

    async fn replay_shards(&self, first: Day, now: Timestamp) -> Result<Shards, PaymentsError> {
        // An entry of tonight may have been posted by a machine whose clock is ahead.
        let partitions = first
            .through(Day::of(now).plus(1))
            .flat_map(|day| (0..SHARDS).map(move |shard| (day, shard)));
        stream::iter(partitions)
            .map(|(day, shard)| async move {
                let books = self.replay_partition(day, shard).await?;
                Ok::<_, PaymentsError>((shard, books))
            })
            .buffer_unordered(AT_ONCE)
            .try_fold(Shards::new(), |mut shards, (shard, part)| async move {
                shards.entry(shard).or_default().merge(part);
                Ok(shards)
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

fn together(parts: impl IntoIterator<Item = Books>) -> Books {
    let mut books = Books::default();
    for part in parts {
        books.merge(part);
    }
    books
}
