//! Making the index anew, beside the one that is searched.
//!
//! Changes of products go to both from the moment that the new one exists, each with its version,
//! so the sweep that fills it may come late with what it read. A sweep reads an index of the
//! catalogue that lags a moment behind; what it did not see is brought over from the old index
//! before the two change places.

use aws::EngineError;
use kernel::{ProductId, Timestamp};
use products::SweepPlace;

use crate::Indexer;
use crate::engine::mapping;
use crate::error::SearchError;
use crate::index::Index;
use crate::job::{Job, Kind, Step};
use crate::some::count;

/// Documents that are compared at once.
const PAGE: usize = 500;

impl Indexer {
    /// Makes the new index. What an earlier build left behind is not gone on with: nobody knows
    /// which changes it missed.
    pub(crate) async fn create(&self, job: Job, at: Timestamp) -> Result<Job, SearchError> {
        let index = self.index()?;
        let name = index.built_by(job.id);
        if let Some(left) = index.targets().await?.next.filter(|next| *next != name) {
            index.remove(&left).await?;
        }
        index.create(&name, mapping::definition()).await?;
        let place = SweepPlace::default();
        Ok(job.at_step(Step::Fill { place }, at))
    }

    /// Writes some of the catalogue into the new index.
    pub(crate) async fn fill(
        &self,
        mut job: Job,
        place: SweepPlace,
        at: Timestamp,
    ) -> Result<Job, SearchError> {
        let index = self.index()?;
        let name = being_built(index, &job).await?;
        let swept = self.products.sweep(place).await?;
        let changes = self.changes(&swept.ids).await?;
        // What was taken off sale since the sweep's index was written has nothing to remove here.
        let documents: Vec<_> = changes
            .into_iter()
            .filter(|change| change.document.is_some())
            .collect();
        let outcomes = index.write(&[&name], &documents).await?;
        job.tally.seen += documents.len() as u64;
        count(&mut job, &outcomes);
        let next = match swept.next {
            Some(place) => Step::Fill { place },
            None => Step::CatchUp { after: None },
        };
        Ok(job.at_step(next, at))
    }

    /// Brings over what the old index has and the new one has not, or older.
    pub(crate) async fn catch_up(
        &self,
        mut job: Job,
        after: Option<ProductId>,
        at: Timestamp,
    ) -> Result<Job, SearchError> {
        let index = self.index()?;
        let name = being_built(index, &job).await?;
        let Some(live) = index.targets().await?.live else {
            return Ok(job.at_step(Step::Swap, at));
        };
        if after.is_none() {
            index.refresh(&live).await?;
        }
        let page = index.page(&live, after, PAGE).await?;
        let ids: Vec<_> = page.iter().map(|(id, _)| *id).collect();
        let known = index.held(&name, &ids).await?;
        let behind: Vec<_> = page
            .iter()
            .filter(|(id, held)| {
                let known = known.get(id);
                known.is_none_or(|known| known.version < held.version)
            })
            .map(|(id, _)| *id)
            .collect();
        let changes = self.changes(&behind).await?;
        let outcomes = index.write(&[&name], &changes).await?;
        count(&mut job, &outcomes);
        let next = match ids.last() {
            Some(&last) if ids.len() == PAGE => Step::CatchUp { after: Some(last) },
            _ => Step::Swap,
        };
        Ok(job.at_step(next, at))
    }

    /// Puts the new index in the old one's place.
    pub(crate) async fn swap(&self, job: Job, at: Timestamp) -> Result<Job, SearchError> {
        let index = self.index()?;
        let name = index.built_by(job.id);
        if job.tally.seen > 0 && job.tally.indexed == 0 {
            return Ok(self.refused(job, at).await);
        }
        let targets = index.targets().await?;
        if targets.live.as_deref() == Some(&name) {
            return Ok(job.at_step(Step::Retire, at));
        }
        let name = being_built(index, &job).await?;
        index.refresh(&name).await?;
        if let Err(error) = index.swap(&name, targets.live.as_deref()).await {
            // Another run of the same job may have been faster.
            if index.targets().await?.live.as_deref() != Some(&name) {
                return Err(error.into());
            }
        }
        Ok(job.at_step(Step::Retire, at))
    }

    /// An engine that takes no document at all makes no index.
    async fn refused(&self, job: Job, at: Timestamp) -> Job {
        let seen = job.tally.seen;
        let error = EngineError::Fault(format!("none of {seen} documents was taken").into());
        self.fail(job, &error.into(), at).await
    }

    /// Removes the indexes that nobody searches. A comparison begins with it, for what a run left
    /// that died, and goes on.
    pub(crate) async fn retire(&self, job: Job, at: Timestamp) -> Result<Job, SearchError> {
        let index = self.index()?;
        for idle in index.targets().await?.idle {
            index.remove(&idle).await?;
        }
        if job.kind == Kind::Rebuild {
            return Ok(job.completed(at));
        }
        let place = SweepPlace::default();
        Ok(job.at_step(Step::CompareCatalogue { place }, at))
    }
}

/// The index that a job builds. Were it gone, writing to it would make another of the name, without
/// the fields that queries need.
async fn being_built(index: &Index, job: &Job) -> Result<String, SearchError> {
    let name = index.built_by(job.id);
    match index.targets().await?.next {
        Some(next) if next == name => Ok(name),
        _ => Err(EngineError::Fault("the index that was being built is gone".into()).into()),
    }
}
