//! Jobs on the index: what each has to do, and how far it is.
//!
//! A job is done in steps that may be repeated. Its item holds the step that is next, so a run that
//! dies is followed by one that goes on there.

use kernel::{CategoryId, JobId, ProductId, Timestamp};
use products::{CategoriesPlace, SweepPlace};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The most products that one job is asked for by their ids.
pub const PRODUCTS_MAX: usize = 1_000;
/// How long a job may make no progress until it counts as given up: longer than a run whose
/// function died takes to come back.
pub const STALLED: Duration = Duration::from_mins(15);

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Kind {
    /// Makes the index anew, beside the one that is searched, and puts it in its place.
    Rebuild,
    /// Writes some products into the index.
    Products,
    /// Writes the products of a category and everything below it into the index.
    Category,
    /// Compares the index with the catalogue, and repairs it.
    Comparison,
}

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Status {
    /// It waits for its first run.
    Queued,
    /// It is being worked on.
    Running,
    /// It is done.
    Completed,
    /// It stopped for good.
    Failed,
}

/// The step that is next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "kebab-case")]
pub enum Step {
    /// Of a rebuild: the new index is to be made.
    Create,
    /// The catalogue is to be written into it, from a place on.
    Fill {
        /// Where the sweep goes on.
        place: SweepPlace,
    },
    /// What the old index has and the new one has not, or older, is to be brought over.
    CatchUp {
        /// The last id that was looked at.
        after: Option<ProductId>,
    },
    /// The new index is to be searched from now on.
    Swap,
    /// Indexes that nothing is searched in are to be removed.
    Retire,
    /// Of some products: these are to be written.
    Write {
        /// Those that are left.
        ids: Vec<ProductId>,
    },
    /// Of a category: what is below it is to be found out.
    Descend {
        /// The category.
        category: CategoryId,
    },
    /// The products of categories are to be written, from a place on.
    Refile {
        /// Where the sweep goes on.
        place: CategoriesPlace,
    },
    /// Of a comparison: the catalogue is to be held against the index, from a place on.
    CompareCatalogue {
        /// Where the sweep goes on.
        place: SweepPlace,
    },
    /// The index is to be held against the catalogue.
    CompareIndex {
        /// The last id that was looked at.
        after: Option<ProductId>,
    },
}

/// What was done so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Tally {
    /// Products that were looked at.
    pub seen: u64,
    /// Documents that were written.
    pub indexed: u64,
    /// Documents that were removed.
    pub removed: u64,
    /// Products that the engine did not take, and ids of no product.
    pub failed: u64,
}

/// How index and catalogue differed, of what nobody has changed within the last minute.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Drift {
    /// Products on sale that had no document.
    pub missing: u64,
    /// Documents that said something else than their products.
    pub stale: u64,
    /// Documents of products that are not on sale.
    pub surplus: u64,
}

/// A job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// What it does.
    pub kind: Kind,
    /// How far it is.
    pub status: Status,
    /// What is next.
    pub next: Step,
    /// How often it was told to be due. A run that was told of an earlier one is late.
    pub run: u64,
    /// Rises with every step.
    pub version: u64,
    /// What was done so far.
    pub tally: Tally,
    /// How index and catalogue differed so far.
    pub drift: Drift,
    /// Why it failed.
    pub reason: Option<String>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it last made progress.
    pub updated_at: Timestamp,
}

impl Job {
    /// A job that waits.
    const fn queued(id: JobId, kind: Kind, next: Step, at: Timestamp) -> Self {
        Self {
            id,
            kind,
            status: Status::Queued,
            next,
            run: 1,
            version: 1,
            tally: Tally {
                seen: 0,
                indexed: 0,
                removed: 0,
                failed: 0,
            },
            drift: Drift {
                missing: 0,
                stale: 0,
                surplus: 0,
            },
            reason: None,
            created_at: at,
            updated_at: at,
        }
    }

    /// A rebuild that waits.
    pub const fn rebuild(id: JobId, at: Timestamp) -> Self {
        Self::queued(id, Kind::Rebuild, Step::Create, at)
    }

    /// A job that writes these products.
    pub const fn products(id: JobId, ids: Vec<ProductId>, at: Timestamp) -> Self {
        Self::queued(id, Kind::Products, Step::Write { ids }, at)
    }

    /// A job that writes the products of a category and everything below it.
    pub const fn category(id: JobId, category: CategoryId, at: Timestamp) -> Self {
        Self::queued(id, Kind::Category, Step::Descend { category }, at)
    }

    /// A comparison that waits.
    pub const fn comparison(id: JobId, at: Timestamp) -> Self {
        Self::queued(id, Kind::Comparison, Step::Retire, at)
    }

    /// Whether it will change no more.
    pub const fn is_over(&self) -> bool {
        matches!(self.status, Status::Completed | Status::Failed)
    }

    /// Whether nobody works on it any more, and nobody will.
    pub fn is_given_up(&self, at: Timestamp) -> bool {
        !self.is_over() && at.since(self.updated_at) >= STALLED
    }

    /// The job with its next step, one version on.
    #[must_use]
    pub fn at_step(mut self, next: Step, at: Timestamp) -> Self {
        self.status = Status::Running;
        self.next = next;
        self.moved(at)
    }

    /// The job when it is done.
    #[must_use]
    pub fn completed(mut self, at: Timestamp) -> Self {
        self.status = Status::Completed;
        self.moved(at)
    }

    /// The job when it stopped for good.
    #[must_use]
    pub fn failed(mut self, reason: impl Into<String>, at: Timestamp) -> Self {
        self.status = Status::Failed;
        self.reason = Some(reason.into());
        self.moved(at)
    }

    /// The job for its next run.
    #[must_use]
    pub const fn due_again(mut self) -> Self {
        self.run += 1;
        self
    }

    fn moved(mut self, at: Timestamp) -> Self {
        self.version += 1;
        self.updated_at = at;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    #[test]
    fn every_change_is_a_version_and_only_a_new_run_is_told() {
        let job = Job::rebuild(JobId::derive("", "job"), at(0));
        let job = job.at_step(Step::Swap, at(1));
        assert_eq!((job.status, job.version, job.run), (Status::Running, 2, 1));
        let job = job.due_again();
        assert_eq!((job.version, job.run, &job.next), (2, 2, &Step::Swap));
        let done = job.clone().completed(at(3));
        assert!(done.is_over() && done.version == 3);
        let failed = job.failed("the engine refused it", at(3));
        assert!(failed.is_over() && failed.reason.is_some());
    }

    #[test]
    fn a_job_without_progress_is_given_up_after_a_while() {
        let job = Job::rebuild(JobId::derive("", "job"), at(0));
        let late = at(STALLED.as_secs().cast_signed());
        assert!(!job.is_given_up(at(60)));
        assert!(job.is_given_up(late));
        assert!(!job.completed(at(0)).is_given_up(late), "it is over");
    }

    #[test]
    fn every_step_reads_back_as_itself() {
        let id = ProductId::derive("", "lamp");
        for step in [
            Step::Create,
            Step::Fill {
                place: SweepPlace::default(),
            },
            Step::CatchUp { after: Some(id) },
            Step::Swap,
            Step::Retire,
            Step::Write { ids: vec![id] },
            Step::Descend {
                category: CategoryId::derive("", "lamps"),
            },
            Step::Refile {
                place: CategoriesPlace::of(vec![CategoryId::derive("", "lamps")]),
            },
            Step::CompareCatalogue {
                place: SweepPlace::default(),
            },
            Step::CompareIndex { after: None },
        ] {
            let text = serde_json::to_string(&step).unwrap();
            assert_eq!(serde_json::from_str::<Step>(&text).unwrap(), step, "{text}");
        }
    }
}
