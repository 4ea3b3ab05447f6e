//! Imports as they are stored.

use aws::{Item, Key};
use kernel::{ImportId, Timestamp, UploadId};
use serde::{Deserialize, Serialize};

use crate::import::{Format, Job, JobStatus, RowError, Tally};

/// How long an import can be looked at, in seconds.
pub(super) const KEPT_S: i64 = 90 * 24 * 3600;
/// The partition of imports that are not over.
pub(super) const OPEN: &str = "imports-open";

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct JobItem {
    id: ImportId,
    status: JobStatus,
    format: Format,
    source: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    etag: Option<String>,
    total: u32,
    chunks: u32,
    done: u32,
    created: u32,
    updated: u32,
    failed: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<RowError>,
    created_at: Timestamp,
    updated_at: Timestamp,
    expires: i64,
}

pub(super) fn partition(id: ImportId) -> String {
    format!("import#{id}")
}

pub(super) fn job_key(id: ImportId) -> Key {
    Key::new(partition(id), "job")
}

impl Item for JobItem {
    const TYPE: &'static str = "import";

    fn key(&self) -> Key {
        job_key(self.id)
    }
}

impl From<&Job> for JobItem {
    fn from(job: &Job) -> Self {
        Self {
            id: job.id,
            status: job.status,
            format: job.format,
            source: job.source.clone(),
            etag: job.etag.clone(),
            total: job.total,
            chunks: job.chunks,
            done: job.done,
            created: job.tally.created,
            updated: job.tally.updated,
            failed: job.tally.failed,
            reason: job.reason.clone(),
            created_at: job.created_at,
            updated_at: job.updated_at,
            expires: job.created_at.seconds() + KEPT_S,
        }
    }
}

impl From<JobItem> for Job {
    fn from(item: JobItem) -> Self {
        Self {
            id: item.id,
            status: item.status,
            format: item.format,
            source: item.source,
            etag: item.etag,
            total: item.total,
            chunks: item.chunks,
            done: item.done,
            tally: Tally {
                created: item.created,
                updated: item.updated,
                failed: item.failed,
            },
            reason: item.reason,
            created_at: item.created_at,
            updated_at: item.updated_at,
        }
    }
}

/// A chunk that is done.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct ChunkItem {
    pub import_id: ImportId,
    pub number: u32,
    pub errors: Vec<RowError>,
    pub expires: i64,
}

pub(super) const CHUNKS: &str = "chunk#";

pub(super) fn chunk_key(id: ImportId, number: u32) -> Key {
    Key::new(partition(id), format!("{CHUNKS}{number:08}"))
}

impl Item for ChunkItem {
    const TYPE: &'static str = "import-chunk";

    fn key(&self) -> Key {
        chunk_key(self.import_id, self.number)
    }
}

/// An import that is not over, to be found without looking at those that are.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct OpenImport {
    pub import_id: ImportId,
    pub expires: i64,
}

pub(super) fn open_key(id: ImportId) -> Key {
    Key::new(OPEN, id.to_string())
}

impl Item for OpenImport {
    const TYPE: &'static str = "open-import";

    fn key(&self) -> Key {
        open_key(self.import_id)
    }
}

/// A file that somebody may upload.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct UploadItem {
    pub id: UploadId,
    pub format: Format,
    pub source: String,
    pub expires: i64,
}

pub(super) fn upload_key(id: UploadId) -> Key {
    Key::new(format!("upload#{id}"), "upload")
}

impl Item for UploadItem {
    const TYPE: &'static str = "upload";

    fn key(&self) -> Key {
        upload_key(self.id)
    }
}
