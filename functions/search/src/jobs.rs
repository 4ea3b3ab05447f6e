//! Jobs on the index: asking for them, and going on with them.

use std::time::{Duration, Instant};

use aws::Answered;
use kernel::{CategoryId, JobId, OperationId, ProductId, Timestamp};

use crate::error::SearchError;
use crate::index::Index;
use crate::job::{Job, Kind, Step};
use crate::store::{StoreError, Written};
use crate::{Indexer, Rebuilds, Search};

/// How long one run goes on before it leaves the rest to the next one. Its function has a minute.
const RUN: Duration = Duration::from_secs(35);
/// How long a run waits before it tries a step again that failed for a passing reason.
const PAUSE: Duration = Duration::from_secs(2);
/// What a domain may hold at most, in percent: beyond four fifths AWS warns, and soon refuses to
/// write.
const FULL_PERCENT: u64 = 75;

/// The job of an operation: the same however often it is tried.
pub(crate) fn id_of(operation: OperationId) -> JobId {
    JobId::derive(&operation.to_string(), "job")
}

impl Search {
    /// A job.
    ///
    /// # Errors
    /// There is none of the id.
    pub async fn job(&self, id: JobId) -> Result<Job, SearchError> {
        self.store.job(id).await?.ok_or(SearchError::NotFound)
    }

    /// Asks for index and catalogue to be compared.
    ///
    /// # Errors
    /// The table's.
    pub async fn compare(&self, operation: OperationId, at: Timestamp) -> Result<Job, SearchError> {
        let job = Job::comparison(id_of(operation), at);
        self.request(job, operation, &Written::unasked(at)).await
    }

    /// Asks for the products of a category and everything below it to be indexed.
    ///
    /// # Errors
    /// The table's.
    pub async fn refile(
        &self,
        category: CategoryId,
        operation: OperationId,
        written: &Written,
    ) -> Result<Job, SearchError> {
        let job = Job::category(id_of(operation), category, written.at);
        self.request(job, operation, written).await
    }

    async fn request(
        &self,
        job: Job,
        operation: OperationId,
        written: &Written,
    ) -> Result<Job, SearchError> {
        let answered = Answered::silent(operation);
        match self.store.request_job(&job, &answered, written).await {
            // It was asked for already.
            Ok(()) | Err(StoreError::Stale) => Ok(job),
            Err(error) => Err(error.into()),
        }
    }
}

impl Rebuilds {
    /// Asks for some products to be indexed.
    ///
    /// # Errors
    /// There is no engine; the table's.
    pub async fn index_products(
        &self,
        ids: Vec<ProductId>,
        answered: &Answered<Job>,
        written: &Written,
    ) -> Result<Job, SearchError> {
        self.index()?;
        let job = Job::products(id_of(answered.id()), ids, written.at);
        self.search
            .store
            .request_job(&job, answered, written)
            .await?;
        Ok(job)
    }

    /// Asks for the index to be made anew. Where that is being done already, it is that job.
    ///
    /// # Errors
    /// The domain is being changed, or has no room for a second index; the engine's, AWS's, or the
    /// table's.
    pub async fn rebuild(
        &self,
        answered: &Answered<Job>,
        written: &Written,
    ) -> Result<Job, SearchError> {
        self.has_room(self.index()?).await?;
        let job = Job::rebuild(id_of(answered.id()), written.at);
        let begun = self
            .search
            .store
            .begin_rebuild(&job, answered, written)
            .await?;
        Ok(begun.job())
    }

    /// A second index stands beside the first one for a while, and is written to at full speed.
    async fn has_room(&self, index: &Index) -> Result<(), SearchError> {
        let (state, bytes) = futures_util::try_join!(self.domain.state(), index.bytes())?;
        // An engine that is no domain of the account has its own operators.
        let Some(state) = state else { return Ok(()) };
        if state.processing {
            return Err(SearchError::DomainProcessing);
        }
        match state.capacity {
            Some(capacity) if bytes.all + bytes.live > capacity / 100 * FULL_PERCENT => {
                Err(SearchError::DomainFull {
                    used: bytes.all,
                    capacity,
                    needed: bytes.live,
                })
            }
            _ => Ok(()),
        }
    }
}

impl Indexer {
    /// Goes on with a job, for as long as one run may, and tells of the next run where something is
    /// left.
    ///
    /// # Errors
    /// Whatever may pass: the run is tried again. Any other fault fails the job.
    pub async fn go_on(
        &self,
        id: JobId,
        run: u64,
        traceparent: Option<&str>,
        at: Timestamp,
    ) -> Result<(), SearchError> {
        let began = Instant::now();
        let now = || at.plus(began.elapsed());
        let Some(mut job) = self.search.store.job(id).await? else {
            return Ok(());
        };
        while !job.is_over() && job.run == run {
            let moved = match self.step(job.clone(), now()).await {
                Ok(moved) => moved,
                Err(error) if error.is_passing() && began.elapsed() < RUN => {
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
                Err(error) if error.is_passing() => return Err(error),
                Err(error) => self.fail(job.clone(), &error, now()).await,
            };
            let wrote = if moved.is_over() || began.elapsed() < RUN {
                self.search.store.advance(&moved).await.map(|()| moved)
            } else {
                let next = moved.due_again();
                let written = Written {
                    at: now(),
                    traceparent: traceparent.map(str::to_owned),
                };
                let told = self.search.store.advance_and_tell(&next, &written).await;
                told.map(|()| next)
            };
            job = match wrote {
                Ok(moved) => moved,
                // Another run of it was faster, or it was given up and replaced.
                Err(StoreError::Stale) => return Ok(()),
                Err(error) => return Err(error.into()),
            };
        }
        Ok(())
    }

    /// Does what is next in a job. It may have been done before, or be done twice at once.
    async fn step(&self, job: Job, at: Timestamp) -> Result<Job, SearchError> {
        match job.next.clone() {
            Step::Create => self.create(job, at).await,
            Step::Fill { place } => self.fill(job, place, at).await,
            Step::CatchUp { after } => self.catch_up(job, after, at).await,
            Step::Swap => self.swap(job, at).await,
            Step::Retire => self.retire(job, at).await,
            Step::Write { ids } => self.write_some(job, &ids, at).await,
            Step::Descend { category } => self.descend(job, category, at).await,
            Step::Refile { place } => self.refile(job, place, at).await,
            Step::CompareCatalogue { place } => self.compare_catalogue(job, place, at).await,
            Step::CompareIndex { after } => self.compare_index(job, after, at).await,
        }
    }

    /// The job as it failed, with its index out of the way.
    pub(crate) async fn fail(&self, job: Job, error: &SearchError, at: Timestamp) -> Job {
        if job.kind == Kind::Rebuild
            && let Ok(index) = self.index()
            && let Ok(targets) = index.targets().await
            && let Some(next) = targets.next
            && next == index.built_by(job.id)
        {
            // What cannot be removed now is removed before the next one is built.
            let _ = index.remove(&next).await;
        }
        job.failed(error.to_string(), at)
    }
}
