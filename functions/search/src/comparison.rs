//! Holding index and catalogue against each other, and repairing what differs.
//!
//! Events keep the index up to date; this finds what they could not: a message that was given up, a
//! category that was renamed, a document that a new release writes differently.

use std::collections::HashMap;
use std::time::Duration;

use edge::{Measure, Unit};
use kernel::{OperationId, ProductId, Timestamp};
use products::SweepPlace;
use products::product::Product;

use crate::Indexer;
use crate::error::SearchError;
use crate::index::{Change, FINGERPRINT, Held};
use crate::indexing;
use crate::job::{Drift, Job, Step};
use crate::some::count;

/// How many documents a comparison found to differ from their products.
const DRIFT: Measure = Measure {
    name: "search_index_drift",
    unit: Unit::Count,
    service: "search",
};
/// Documents that are compared at once.
const PAGE: usize = 500;
/// What was changed within this time may be on its way, and is repaired without being counted.
const ON_ITS_WAY: Duration = Duration::from_mins(1);

impl Indexer {
    /// Holds some of the catalogue against the index.
    pub(crate) async fn compare_catalogue(
        &self,
        mut job: Job,
        place: SweepPlace,
        at: Timestamp,
    ) -> Result<Job, SearchError> {
        let index = self.index()?;
        let targets = index.targets().await?;
        let Some(live) = &targets.live else {
            return self.without_index(job, at).await;
        };
        let swept = self.products.sweep(place).await?;
        let (products, tree) =
            futures_util::try_join!(self.products.of(&swept.ids), self.products.categories())?;
        let held = index.held(live, &swept.ids).await?;
        let mut changes = Vec::new();
        for product in &products {
            let change = indexing::change(product, &tree);
            let settled = at.since(product.updated_at) >= ON_ITS_WAY;
            match difference(&change, held.get(&product.id)) {
                None => continue,
                Some(Difference::Missing) => job.drift.missing += u64::from(settled),
                Some(Difference::Stale) => job.drift.stale += u64::from(settled),
                Some(Difference::Surplus) => job.drift.surplus += u64::from(settled),
            }
            changes.push(change);
        }
        job.tally.seen += products.len() as u64;
        let outcomes = index.write(&index.written_to(&targets), &changes).await?;
        count(&mut job, &outcomes);
        let next = match swept.next {
            Some(place) => Step::CompareCatalogue { place },
            None => Step::CompareIndex { after: None },
        };
        Ok(job.at_step(next, at))
    }

    /// Holds some of the index against the catalogue: a sweep of what is on sale does not meet
    /// what is not.
    pub(crate) async fn compare_index(
        &self,
        mut job: Job,
        after: Option<ProductId>,
        at: Timestamp,
    ) -> Result<Job, SearchError> {
        let index = self.index()?;
        let targets = index.targets().await?;
        let Some(live) = &targets.live else {
            return self.without_index(job, at).await;
        };
        if after.is_none() {
            index.refresh(live).await?;
        }
        let page = index.page(live, after, PAGE).await?;
        let ids: Vec<_> = page.iter().map(|(id, _)| *id).collect();
        let products = self.products.of(&ids).await?;
        let products: HashMap<_, _> = products.into_iter().map(|it| (it.id, it)).collect();
        let mut removals = Vec::new();
        for (id, held) in &page {
            let product = products.get(id);
            if let Some(removal) = removal(*id, held, product) {
                let settled = product.is_none_or(|it| at.since(it.updated_at) >= ON_ITS_WAY);
                job.drift.surplus += u64::from(settled);
                removals.push(removal);
            }
        }
        let outcomes = index.write(&index.written_to(&targets), &removals).await?;
        count(&mut job, &outcomes);
        if let Some(&last) = ids.last().filter(|_| ids.len() == PAGE) {
            return Ok(job.at_step(Step::CompareIndex { after: Some(last) }, at));
        }
        let Drift {
            missing,
            stale,
            surplus,
        } = job.drift;
        let drift = missing + stale + surplus;
        DRIFT.write(&self.stage, at, &[drift as f64]);
        Ok(job.completed(at))
    }

    /// There is nothing to compare with: the index is made instead.
    async fn without_index(&self, job: Job, at: Timestamp) -> Result<Job, SearchError> {
        let operation = OperationId::derive(&job.id.to_string(), "rebuild");
        self.ensure_index(operation, at).await?;
        Ok(job.completed(at))
    }
}

/// How a document differs from its product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Difference {
    Missing,
    Stale,
    Surplus,
}

/// How what an index holds differs from what it should; a document of a later version than the
/// product that was read does not.
fn difference(change: &Change, held: Option<&Held>) -> Option<Difference> {
    match (&change.document, held) {
        (None, None) => None,
        (Some(_), None) => Some(Difference::Missing),
        (_, Some(held)) if held.version > change.version => None,
        (None, Some(_)) => Some(Difference::Surplus),
        (Some(document), Some(held)) => {
            let same = document[FINGERPRINT] == held.fingerprint.as_str();
            (!same || held.version != change.version).then_some(Difference::Stale)
        }
    }
}

/// What removes a document that no product on sale stands behind.
fn removal(id: ProductId, held: &Held, product: Option<&Product>) -> Option<Change> {
    let version = match product {
        None => held.version,
        Some(product) if product.status == products::product::Status::Active => return None,
        Some(product) => product.version,
    };
    (version >= held.version).then_some(Change {
        id,
        version,
        document: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_document_differs_when_it_is_missing_older_or_says_something_else() {
        let id = ProductId::derive("", "lamp");
        let on_sale = |version| Change {
            id,
            version,
            document: Some(json!({ FINGERPRINT: "a" })),
        };
        let gone = |version| Change {
            id,
            version,
            document: None,
        };
        let held = |version, fingerprint: &str| Held {
            version,
            fingerprint: fingerprint.to_owned(),
        };
        use Difference::{Missing, Stale, Surplus};
        for (change, held, expected) in [
            (on_sale(2), None, Some(Missing)),
            (on_sale(2), Some(held(2, "a")), None),
            (on_sale(2), Some(held(1, "a")), Some(Stale)),
            (on_sale(2), Some(held(2, "b")), Some(Stale)),
            (on_sale(2), Some(held(3, "b")), None),
            (gone(2), None, None),
            (gone(2), Some(held(1, "a")), Some(Surplus)),
            (gone(2), Some(held(3, "a")), None),
        ] {
            assert_eq!(
                difference(&change, held.as_ref()),
                expected,
                "{change:?} {held:?}"
            );
        }
    }
}
