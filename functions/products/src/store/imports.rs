//! Reading and writing imports.

use aws::{Answered, Condition, TransactionError, Update};
use contracts::Envelope;
use contracts::products::ImportRequested;
use kernel::{EventId, ImportId, Timestamp, UploadId};

use super::import_items::{
    CHUNKS, ChunkItem, JobItem, KEPT_S, OPEN, OpenImport, UploadItem, chunk_key, job_key, open_key,
    partition, upload_key,
};
use super::{Store, StoreError, Written};
use crate::import::{Format, Job, JobStatus, RowError, Tally, job::ERRORS_MAX};
use crate::importing::Slot;

/// A chunk that was worked on.
#[derive(Debug, Clone)]
pub struct ChunkDone {
    /// The import.
    pub import_id: ImportId,
    /// The chunk's number.
    pub number: u32,
    /// What happened to its rows.
    pub tally: Tally,
    /// What is wrong with those that failed.
    pub errors: Vec<RowError>,
}

/// A file that was announced.
#[derive(Debug, Clone)]
pub struct Upload {
    /// Its id.
    pub id: UploadId,
    /// How it is written.
    pub format: Format,
    /// Where it will be.
    pub source: String,
    /// Until when it may be imported.
    pub expires: Timestamp,
}

const JOB: &str = "job";
const CHUNK: &str = "chunk";
const OPEN_IMPORT: &str = "open";
/// Chunks read at once when errors are gathered.
const PAGE: usize = 200;

impl Store {
    /// Writes a new import, and asks for it to be run.
    pub async fn request_import(
        &self,
        job: &Job,
        answered: &Answered<Job>,
        written: &Written,
    ) -> Result<(), StoreError> {
        let event = ImportRequested { import_id: job.id };
        let id = EventId::derive(&job.id.to_string(), "requested");
        let envelope = Envelope::new(id, written.at, event).traced(written.traceparent.clone());
        let open = OpenImport {
            import_id: job.id,
            expires: job.created_at.seconds() + KEPT_S,
        };
        let write = self
            .table()
            .transaction()
            .put(JOB, &JobItem::from(job), Condition::absent())
            .put(OPEN_IMPORT, &open, Condition::none())
            .publish(&envelope)
            .once(answered, job);
        Ok(write.commit().await?)
    }

    /// An import.
    pub async fn import(&self, id: ImportId) -> Result<Option<Job>, StoreError> {
        let item: Option<JobItem> = self.table().get(job_key(id)).await?;
        Ok(item.map(Job::from))
    }

    /// The first errors of an import, in the order of its rows.
    pub async fn import_errors(&self, id: ImportId) -> Result<Vec<RowError>, StoreError> {
        let mut errors = Vec::new();
        let mut position = None;
        loop {
            let query = self
                .table()
                .query(partition(id))
                .prefix(CHUNKS)
                .consistent();
            let slice = query.start(position).limit(PAGE).run::<ChunkItem>().await?;
            errors.extend(slice.items.into_iter().flat_map(|chunk| chunk.errors));
            position = slice.last;
            if errors.len() >= ERRORS_MAX || position.is_none() {
                errors.truncate(ERRORS_MAX);
                return Ok(errors);
            }
        }
    }

    /// Says of how many rows and chunks an import is. Saying it again changes nothing of what is
    /// done already.
    pub async fn import_is_cut(
        &self,
        id: ImportId,
        total: u32,
        chunks: u32,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let cut = Update::new()
            .set("status", JobStatus::Running)
            .set("total", total)
            .set("chunks", chunks)
            .set("updated_at", at)
            .when(not_over());
        self.table().update(job_key(id), cut).await?;
        Ok(())
    }

    /// Whether a chunk was worked on to its end.
    pub async fn chunk_is_done(&self, id: ImportId, number: u32) -> Result<bool, StoreError> {
        let chunk: Option<ChunkItem> = self.table().get(chunk_key(id, number)).await?;
        Ok(chunk.is_some())
    }

    /// Counts a chunk as done, once however often it is said; false when it was done already, or
    /// the import is over.
    pub async fn chunk_done(&self, done: &ChunkDone, at: Timestamp) -> Result<bool, StoreError> {
        let chunk = ChunkItem {
            import_id: done.import_id,
            number: done.number,
            errors: done.errors.clone(),
            expires: at.seconds() + KEPT_S,
        };
        let count = Update::new()
            .add("done", 1)
            .add("created", done.tally.created.into())
            .add("updated", done.tally.updated.into())
            .add("failed", done.tally.failed.into())
            .set("updated_at", at)
            .when(not_over());
        let write = self
            .table()
            .transaction()
            .put(CHUNK, &chunk, Condition::absent())
            .update(JOB, job_key(done.import_id), count);
        match write.commit().await {
            Ok(()) => Ok(true),
            Err(TransactionError::Refused(_)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Completes an import whose chunks are all done; nothing otherwise.
    pub async fn complete_import(&self, id: ImportId, at: Timestamp) -> Result<(), StoreError> {
        let all_done = Condition::expression("status = :running AND done = chunks")
            .value(":running", JobStatus::Running);
        let complete = Update::new()
            .set("status", JobStatus::Completed)
            .set("updated_at", at)
            .when(all_done);
        self.end(id, complete).await
    }

    /// Fails an import that is not over, with the reason.
    pub async fn fail_import(
        &self,
        id: ImportId,
        reason: &RowError,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let fail = Update::new()
            .set("status", JobStatus::Failed)
            .set("reason", reason)
            .set("updated_at", at)
            .when(not_over());
        self.end(id, fail).await
    }

    async fn end(&self, id: ImportId, update: Update) -> Result<(), StoreError> {
        let write = self
            .table()
            .transaction()
            .update(JOB, job_key(id), update)
            .delete(OPEN_IMPORT, open_key(id), Condition::none());
        match write.commit().await {
            Ok(()) | Err(TransactionError::Refused(_)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// The imports that are not over.
    pub async fn open_imports(&self) -> Result<Vec<ImportId>, StoreError> {
        let open = self
            .table()
            .query(OPEN)
            .consistent()
            .run::<OpenImport>()
            .await?;
        Ok(open.items.into_iter().map(|open| open.import_id).collect())
    }

    /// Announces a file.
    pub async fn announce_upload(
        &self,
        slot: &Slot,
        answered: &Answered<Slot>,
    ) -> Result<(), StoreError> {
        let upload = &slot.upload;
        let item = UploadItem {
            id: upload.id,
            format: upload.format,
            source: upload.source.clone(),
            expires: upload.expires.seconds(),
        };
        let write = self
            .table()
            .transaction()
            .put("upload", &item, Condition::none());
        Ok(write.once(answered, slot).commit().await?)
    }

    /// A file that was announced, unless that is too long ago.
    pub async fn upload(&self, id: UploadId, at: Timestamp) -> Result<Option<Upload>, StoreError> {
        let item: Option<UploadItem> = self.table().get(upload_key(id)).await?;
        let upload = item.map(|item| Upload {
            id: item.id,
            format: item.format,
            source: item.source,
            expires: Timestamp::from_seconds(item.expires),
        });
        Ok(upload.filter(|upload| upload.expires > at))
    }
}

fn not_over() -> Condition {
    Condition::expression("status = :queued OR status = :running")
        .value(":queued", JobStatus::Queued)
        .value(":running", JobStatus::Running)
}
