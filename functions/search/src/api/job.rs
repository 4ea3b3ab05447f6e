//! `GET /api/v1/search/index/jobs/{id}`: how far a job on the index is.

use edge::{Accepted, Call, Data, Doc, Endpoint, ObjectParams, Problem, Staff};
use kernel::{JobId, Timestamp};
use manifest::{Route, routes};
use schemars::JsonSchema;
use serde::Serialize;

use crate::Search;
use crate::job::{Drift, Job, Kind, Status, Tally};

/// Shows a job.
pub struct GetJob;

/// A job on the index.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "IndexJob")]
pub struct JobView {
    /// Its id.
    id: JobId,
    /// What it does.
    kind: Kind,
    /// How far it is.
    status: Status,
    /// Products that were looked at.
    total: u64,
    /// Documents that were written.
    indexed: u64,
    /// Documents that were removed.
    removed: u64,
    /// Products that the engine did not take, and ids of no product.
    failed: u64,
    /// Of a comparison: how index and catalogue differed, without what was changed within the last
    /// minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    drift: Option<Drift>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// When it was asked for.
    created_at: Timestamp,
    /// When it last made progress.
    updated_at: Timestamp,
}

impl From<&Job> for JobView {
    fn from(job: &Job) -> Self {
        let Tally {
            seen,
            indexed,
            removed,
            failed,
        } = job.tally;
        Self {
            id: job.id,
            kind: job.kind,
            status: job.status,
            total: seen,
            indexed,
            removed,
            failed,
            drift: (job.kind == Kind::Comparison).then_some(job.drift),
            reason: job.reason.clone(),
            created_at: job.created_at,
            updated_at: job.updated_at,
        }
    }
}

/// 202 with a job.
pub(super) fn accepted(job: &Job) -> Accepted<JobView> {
    Accepted::at(routes::SEARCH_JOB.with(job.id), JobView::from(job))
}

impl Endpoint for GetJob {
    const ROW: &'static Route = &routes::SEARCH_JOB;
    const DOC: Doc = Doc {
        summary: "Show a job on the search index",
        detail: "Jobs can be looked at for thirty days.",
        problems: &[],
    };
    type App = Search;
    type Caller = Staff;
    type Params = ObjectParams<JobId>;
    type Query = ();
    type Body = ();
    type Reply = Data<JobView>;

    async fn call(search: &Search, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let job = search.job(call.params.id).await?;
        Ok(Data::new(JobView::from(&job)))
    }
}
