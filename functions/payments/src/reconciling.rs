//! Comparing the processor's books with the ledger.

use std::collections::{HashMap, HashSet};

use kernel::{Cursor, Limit, Page, Timestamp};

use crate::error::PaymentsError;
use crate::ledger::{Entry, EntryId, Kind};
use crate::processor::{BalanceTransaction, ProcessorError};
use crate::reconciliation::{Difference, Expected, FIRST, LAG, OVERLAP, compare, expected};
use crate::store::PostError;
use crate::{Charges, Payments};

/// What cursors of differences are sealed with.
const DIFFERENCES: &str = "differences";

/// A movement, our own id of what it is for, and what the ledger should have for it.
struct Read {
    movement: BalanceTransaction,
    reference: Option<String>,
    expected: Expected,
}

impl Payments {
    /// A page of differences, those of which the money moved last first.
    ///
    /// # Errors
    /// A cursor of another list.
    pub async fn differences(
        &self,
        cursor: Option<&Cursor>,
        limit: Limit,
    ) -> Result<Page<Difference>, PaymentsError> {
        let before = cursor
            .map(|cursor| cursor.open::<String>(DIFFERENCES))
            .transpose()
            .map_err(|error| PaymentsError::invalid("/cursor", error))?;
        let (items, next) = self.store.differences(before.as_deref(), limit).await?;
        let next = next.and_then(|place| Cursor::seal(&place, DIFFERENCES).ok());
        Ok(Page { items, next })
    }
}

impl Charges {
    /// Compares what the processor has moved since the last time with the ledger, and looks for what
    /// the ledger has and the processor has not; how many differences are new. The processor's fees
    /// are posted on the way.
    ///
    /// # Errors
    /// The processor or the table is down. What was found is kept, and the next run begins where
    /// this one did.
    pub async fn reconcile(&self, now: Timestamp) -> Result<u64, PaymentsError> {
        let store = &self.payments.store;
        let until = now.minus(LAG);
        let since = match store.reconciled_through().await? {
            Some(through) => through.minus(OVERLAP),
            None => now.minus(FIRST),
        };
        let mut new = 0;
        let mut after: Option<String> = None;
        loop {
            let page = self
                .processor
                .balance_transactions(since, after.as_deref())
                .await?;
            let movements = page.items.into_iter();
            let settled = movements.filter(|movement| movement.created <= until);
            new += self.compare_page(settled.collect(), now).await?;
            match page.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        new += self.find_overdue(now).await?;
        store.set_reconciled_through(until).await?;
        Ok(new)
    }

    async fn compare_page(
        &self,
        movements: Vec<BalanceTransaction>,
        now: Timestamp,
    ) -> Result<u64, PaymentsError> {
        let store = &self.payments.store;
        let mut reads = Vec::with_capacity(movements.len());
        for movement in movements {
            let reference = self.reference_of(&movement).await?;
            let expected = expected(&movement, reference.as_deref());
            reads.push(Read {
                movement,
                reference,
                expected,
            });
        }
        let ids: Vec<EntryId> = reads
            .iter()
            .filter_map(|read| match read.expected {
                Expected::Entry(id) => Some(id),
                Expected::Unknown | Expected::Nothing => None,
            })
            .collect();
        // What earlier runs have found, most of a page, is read together and not written again.
        let awaited: HashSet<EntryId> = store.awaited(&ids).await?.into_iter().collect();
        let fees = ids.iter().map(|id| Entry::id_of(Kind::FeeCharged, id));
        let wanted: Vec<EntryId> = ids.iter().copied().chain(fees).collect();
        let entries: HashMap<EntryId, Entry> = store
            .entries(&wanted)
            .await?
            .into_iter()
            .map(|entry| (entry.id(), entry))
            .collect();
        let at_processor = reads
            .iter()
            .map(|read| (read.movement.created, read.movement.id.clone()));
        let in_ledger = ids
            .iter()
            .filter_map(|id| entries.get(id))
            .map(|entry| (entry.at(), entry.id().to_string()));
        let places: Vec<_> = at_processor.chain(in_ledger).collect();
        let open = store.open_differences(&places).await?;
        let mut new = 0;
        for read in reads {
            let entry = match read.expected {
                Expected::Nothing => continue,
                Expected::Entry(id) => entries.get(&id),
                Expected::Unknown => None,
            };
            if let Some(entry) = entry {
                if awaited.contains(&entry.id()) {
                    store.found_at_processor(entry.id()).await?;
                }
                if !entries.contains_key(&Entry::id_of(Kind::FeeCharged, entry.id())) {
                    self.post_fee(entry, &read.movement, now).await?;
                }
                let subject = entry.id().to_string();
                if let Some(difference) = open.get(&subject) {
                    store.resolve_difference(difference, now).await?;
                }
            }
            match compare(&read.movement, read.reference, entry, now) {
                Some(difference) if open.contains_key(&difference.subject) => {}
                Some(difference) => new += u64::from(store.keep_difference(&difference).await?),
                None => {
                    if let Some(difference) = open.get(&read.movement.id) {
                        store.resolve_difference(difference, now).await?;
                    }
                }
            }
        }
        Ok(new)
    }

    /// Our own id of what a movement is for. Where its source does not say, as a dispute does not,
    /// the intent that it belongs to does.
    async fn reference_of(
        &self,
        movement: &BalanceTransaction,
    ) -> Result<Option<String>, PaymentsError> {
        let (None, Some(intent)) = (&movement.reference, &movement.intent) else {
            return Ok(movement.reference.clone());
        };
        match self.processor.reference(intent).await {
            Ok(reference) => Ok(reference),
            Err(ProcessorError::Refused { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Posts what the processor has kept of a movement, once for each entry.
    async fn post_fee(
        &self,
        entry: &Entry,
        movement: &BalanceTransaction,
        now: Timestamp,
    ) -> Result<(), PaymentsError> {
        if movement.fee.minor <= 0 {
            return Ok(());
        }
        let fee = Entry::fee(entry.id(), movement.fee, now)?;
        match self.payments.store.post(&fee, |alone, _| alone).await {
            Ok(_) | Err(PostError::AlreadyPosted) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Entries that the processor should have known by now and does not.
    async fn find_overdue(&self, now: Timestamp) -> Result<u64, PaymentsError> {
        let store = &self.payments.store;
        let mut new = 0;
        for awaited in store.overdue_entries(now).await? {
            let difference = awaited.missing(now);
            new += u64::from(store.keep_difference(&difference).await?);
            store.await_again(&awaited, now).await?;
        }
        Ok(new)
    }
}

#[cfg(test)]
mod tests;
