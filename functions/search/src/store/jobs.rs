//! Reading and writing jobs.

use aws::{Answered, Condition, TableError, TransactionError};
use contracts::Envelope;
use contracts::search::JobDue;
use kernel::{EventId, JobId, Timestamp};

use super::items::{JobItem, RunningRebuild, job_key, running_key};
use super::{Store, StoreError, Written};
use crate::job::{Job, Kind};

const JOB: &str = "job";
const RUNNING: &str = "running";
const FORMER: &str = "former";

/// What became of the wish for a rebuild.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// It will be done.
    New(Job),
    /// There is one at work already.
    Joined(Job),
}

impl Begun {
    /// The job that is at work.
    pub fn job(self) -> Job {
        let (Self::New(job) | Self::Joined(job)) = self;
        job
    }
}

impl Store {
    /// A job.
    pub async fn job(&self, id: JobId) -> Result<Option<Job>, StoreError> {
        let item: Option<JobItem> = self.table().get(job_key(id)).await?;
        item.map(|item| item.job().map_err(unreadable)).transpose()
    }

    /// Writes a new job, and tells that it is due.
    pub async fn request_job(
        &self,
        job: &Job,
        answered: &Answered<Job>,
        written: &Written,
    ) -> Result<(), StoreError> {
        let write = self
            .table()
            .transaction()
            .put(JOB, &item(job)?, Condition::absent())
            .publish(&due(job, written))
            .once(answered, job);
        Ok(write.commit().await?)
    }

    /// The same of a rebuild, unless one is at work. One that was given up fails, and makes room.
    pub async fn begin_rebuild(
        &self,
        job: &Job,
        answered: &Answered<Job>,
        written: &Written,
    ) -> Result<Begun, StoreError> {
        let mut former: Option<Job> = None;
        loop {
            let running = RunningRebuild { job_id: job.id };
            let free = match &former {
                None => Condition::absent(),
                Some(former) => {
                    Condition::expression("job_id = :former").value(":former", former.id)
                }
            };
            let mut write = self
                .table()
                .transaction()
                .put(JOB, &item(job)?, Condition::absent())
                .put(RUNNING, &running, free)
                .publish(&due(job, written))
                .once(answered, job);
            if let Some(former) = former.take().filter(|former| !former.is_over()) {
                let same = Condition::version(former.version);
                let failed = former.failed("made no progress", written.at);
                write = write.put(FORMER, &item(&failed)?, same);
            }
            let error = match write.commit().await {
                Ok(()) => return Ok(Begun::New(job.clone())),
                Err(error @ TransactionError::Refused(_)) => error,
                Err(error) => return Err(error.into()),
            };
            match self.running_rebuild().await? {
                Some(other) if other.is_over() || other.is_given_up(written.at) => {
                    former = Some(other);
                }
                Some(other) => return Ok(Begun::Joined(other)),
                None => match self.job(job.id).await? {
                    // It was asked for before, and is over by now.
                    Some(own) => return Ok(Begun::Joined(own)),
                    // The other one ended in this moment.
                    None if error.refused(RUNNING) => {}
                    None => return Err(error.into()),
                },
            }
        }
    }

    /// The rebuild that is at work, or was when it was given up.
    pub async fn running_rebuild(&self) -> Result<Option<Job>, StoreError> {
        let running: Option<RunningRebuild> = self.table().get(running_key()).await?;
        match running {
            Some(running) => self.job(running.job_id).await,
            None => Ok(None),
        }
    }

    /// Writes a job that has moved on by one version; stale when somebody else has moved it.
    pub async fn advance(&self, job: &Job) -> Result<(), StoreError> {
        let before = Condition::version(job.version.saturating_sub(1));
        if !(job.is_over() && job.kind == Kind::Rebuild) {
            return Ok(self.table().put(&item(job)?, before).await?);
        }
        let ours = Condition::expression("job_id = :ours").value(":ours", job.id);
        let absent = Condition::absent();
        let write = self
            .table()
            .transaction()
            .put(JOB, &item(job)?, before)
            .delete(RUNNING, running_key(), ours.or(absent));
        Ok(write.commit().await?)
    }

    /// The same of a job that is due for another run, which is told with it.
    pub async fn advance_and_tell(&self, job: &Job, written: &Written) -> Result<(), StoreError> {
        let before = Condition::version(job.version.saturating_sub(1));
        let write = self
            .table()
            .transaction()
            .put(JOB, &item(job)?, before)
            .publish(&due(job, written));
        Ok(write.commit().await?)
    }
}

fn item(job: &Job) -> Result<JobItem, StoreError> {
    JobItem::of(job).map_err(|error| StoreError::Table(TableError::Fault(error.into())))
}

fn unreadable(error: serde_json::Error) -> StoreError {
    StoreError::Table(TableError::Corrupt(error.to_string()))
}

fn due(job: &Job, written: &Written) -> Envelope<JobDue> {
    let id = EventId::derive(&job.id.to_string(), &format!("run-{}", job.run));
    let event = JobDue {
        job_id: job.id,
        run: job.run,
    };
    Envelope::new(id, written.at, event).traced(written.traceparent.clone())
}

/// When a store is told of something without a request behind it.
impl Written {
    /// By the clock, or after an event.
    pub const fn unasked(at: Timestamp) -> Self {
        Self {
            at,
            traceparent: None,
        }
    }
}
