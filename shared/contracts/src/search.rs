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
    /// How far it was when this was told; further on by now means that somebody went on already.
    pub step: u64,
}

impl Event for JobDue {
    const TYPE: &'static str = "search.job-due.v1";
}
