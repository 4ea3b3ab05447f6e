//! Writing some products into the index: those that staff names, or those of a category that was
//! renamed or moved.

use kernel::{CategoryId, OperationId, ProductId, Timestamp};
use products::CategoriesPlace;

use crate::Indexer;
use crate::error::SearchError;
use crate::index::Outcome;
use crate::job::{Job, Step};

/// Products that are written at once of those asked for by their ids.
const AT_ONCE: usize = 100;

impl Indexer {
    /// Writes some of the products that were asked for.
    pub(crate) async fn write_some(
        &self,
        mut job: Job,
        ids: &[ProductId],
        at: Timestamp,
    ) -> Result<Job, SearchError> {
        let (now, later) = ids.split_at(ids.len().min(AT_ONCE));
        if now.is_empty() {
            return Ok(job.completed(at));
        }
        self.write(&mut job, now, at).await?;
        let ids = later.to_vec();
        Ok(job.at_step(Step::Write { ids }, at))
    }

    async fn write(
        &self,
        job: &mut Job,
        ids: &[ProductId],
        at: Timestamp,
    ) -> Result<(), SearchError> {
        if ids.is_empty() {
            return Ok(());
        }
        let operation = OperationId::derive(&job.id.to_string(), "index");
        let outcomes = self.update(ids, operation, at).await?;
        job.tally.seen += ids.len() as u64;
        job.tally.failed += ids.len().saturating_sub(outcomes.len()) as u64;
        count(job, outcomes.values());
        Ok(())
    }

    /// Finds out which categories are below one.
    pub(crate) async fn descend(
        &self,
        job: Job,
        category: CategoryId,
        at: Timestamp,
    ) -> Result<Job, SearchError> {
        let tree = self.products.categories().await?;
        let place = CategoriesPlace::of(tree.with_descendants(category));
        Ok(job.at_step(Step::Refile { place }, at))
    }

    /// Writes some of the products of categories.
    pub(crate) async fn refile(
        &self,
        mut job: Job,
        place: CategoriesPlace,
        at: Timestamp,
    ) -> Result<Job, SearchError> {
        let (ids, next) = self.products.sweep_categories(place).await?;
        self.write(&mut job, &ids, at).await?;
        Ok(match next {
            Some(place) => job.at_step(Step::Refile { place }, at),
            None => job.completed(at),
        })
    }
}

/// Counts what became of changes.
pub(crate) fn count<'a>(job: &mut Job, outcomes: impl IntoIterator<Item = &'a Outcome>) {
    for outcome in outcomes {
        match outcome {
            // Something newer is there: it is in the index.
            Outcome::Kept => {}
            Outcome::Written => job.tally.indexed += 1,
            Outcome::Removed => job.tally.removed += 1,
            Outcome::Refused(_) => job.tally.failed += 1,
        }
    }
}
