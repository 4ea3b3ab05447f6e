//! What the search service tells, itself above all.

use kernel::JobId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Event;

/// A job on the search index is to be gone on with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct JobDue {
    /// The job.
    pub job_id: JobId,
    /// How often it was told to be due. Of one that was told again since, nothing is to be done.
    pub run: u64,
}

impl Event for JobDue {
    const TYPE: &'static str = "search.job-due.v1";
}
