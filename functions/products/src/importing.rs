//! Running an import: it is asked for, cut into chunks, and worked on chunk by chunk.
//!
//! Every step may be done again. A product remembers the import that made it, so a chunk that is
//! worked on twice says twice that it made it; and a chunk is counted once.

mod cutting;
mod working;

use std::time::Duration;

use aws::{Answered, BlobError, Head};
use kernel::{ImportId, OperationId, Timestamp, UploadId};
use serde::{Deserialize, Serialize};

use crate::error::ProductsError;
use crate::import::records::Flaw;
use crate::import::{Format, Job, RowError};
use crate::store::{Upload, Written};
use crate::{Products, Transfers};

/// The most bytes of a file.
pub const FILE_MAX: u64 = 256 * 1024 * 1024;
/// How long a file may be uploaded after it was announced.
pub const UPLOAD_FOR: Duration = Duration::from_hours(1);
/// How long an announced file may be imported.
const UPLOAD_KEPT: Duration = Duration::from_hours(24);
/// After this time without progress an import has failed.
const STALLED: Duration = Duration::from_hours(1);

/// A chunk to be worked on, as the queue carries it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Chunk {
    /// The import.
    pub import_id: ImportId,
    /// The chunk's number, from 1.
    pub number: u32,
    /// Where it starts in the file.
    pub from: u64,
    /// Where it ends.
    pub to: u64,
    /// The number of its first row.
    pub first_row: u32,
    /// The header of a CSV file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// Rows of which nothing can be read; their bytes are not in the chunk.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flawed: Vec<(u32, Flaw)>,
    /// Rows whose SKU stands in an earlier row, and that row.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub repeated: Vec<(u32, u32)>,
    /// The trace of the import.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
}

/// Why an import failed whose file is not the one it was asked for.
fn replaced() -> RowError {
    RowError::new(0, "", "was replaced after the import was asked for")
}

/// Where the file of an import comes from.
#[derive(Debug, Clone)]
pub enum File {
    /// With the request.
    Here(Format, Vec<u8>),
    /// It was uploaded before.
    Uploaded(UploadId),
}

/// A file that may be uploaded, and how.
#[derive(Debug, Clone)]
pub struct Slot {
    /// The upload.
    pub upload: Upload,
    /// The request that uploads it.
    pub request: aws::Presigned,
    /// Until when.
    pub until: Timestamp,
}

impl Transfers {
    /// Makes room for a file that is too large for a request.
    ///
    /// # Errors
    /// The bucket's.
    pub async fn upload_slot(
        &self,
        format: Format,
        size: Option<u64>,
        operation: OperationId,
        at: Timestamp,
    ) -> Result<Slot, ProductsError> {
        let id = UploadId::derive(&operation.to_string(), "upload");
        let source = format!("imports/uploads/{id}");
        let request = self
            .files
            .presign_put(&source, format.media(), size, UPLOAD_FOR)
            .await?;
        let upload = Upload {
            id,
            format,
            source,
            expires: at.plus(UPLOAD_KEPT),
        };
        Ok(Slot {
            upload,
            request,
            until: at.plus(UPLOAD_FOR),
        })
    }

    /// Remembers a file that may be uploaded.
    ///
    /// # Errors
    /// The table's.
    pub async fn announce_upload(
        &self,
        slot: &Slot,
        answered: &Answered<Slot>,
    ) -> Result<(), ProductsError> {
        Ok(self.products.store.announce_upload(slot, answered).await?)
    }

    /// Takes an import and asks for it to be run.
    ///
    /// # Errors
    /// A file that is empty, too large, or not there.
    pub async fn request_import(
        &self,
        file: File,
        answered: &Answered<Job>,
        written: &Written,
    ) -> Result<Job, ProductsError> {
        let id = ImportId::derive(&answered.id().to_string(), "import");
        let (format, source, etag) = match file {
            File::Here(format, bytes) => {
                if bytes.iter().all(u8::is_ascii_whitespace) {
                    return Err(ProductsError::invalid("", "must not be empty"));
                }
                let source = format!("imports/{id}/source");
                self.files.put(&source, bytes, format.media()).await?;
                (format, source, None)
            }
            File::Uploaded(upload) => self.uploaded(upload, written.at).await?,
        };
        let job = Job {
            etag,
            ..Job::queued(id, format, source, written.at)
        };
        self.products
            .store
            .request_import(&job, answered, written)
            .await?;
        Ok(job)
    }

    async fn uploaded(
        &self,
        id: UploadId,
        at: Timestamp,
    ) -> Result<(Format, String, Option<String>), ProductsError> {
        let unknown = || ProductsError::invalid("/uploadId", "must be the id of an upload");
        let upload = self
            .products
            .store
            .upload(id, at)
            .await?
            .ok_or_else(unknown)?;
        match self.files.head(&upload.source).await {
            Ok(Head { size: 0, .. }) => {
                Err(ProductsError::invalid("/uploadId", "is an empty file"))
            }
            Ok(Head { size, .. }) if size > FILE_MAX => {
                let rule = format!("is larger than {FILE_MAX} bytes");
                Err(ProductsError::invalid("/uploadId", rule))
            }
            // The request that uploads may be made again while the import runs.
            Ok(Head { etag, .. }) => Ok((upload.format, upload.source, etag)),
            Err(BlobError::Absent) => Err(ProductsError::invalid(
                "/uploadId",
                "has not been uploaded yet",
            )),
            Err(error) => Err(error.into()),
        }
    }
}

impl Products {
    /// An import and its first errors.
    ///
    /// # Errors
    /// There is none.
    pub async fn import(&self, id: ImportId) -> Result<(Job, Vec<RowError>), ProductsError> {
        let job = self
            .store
            .import(id)
            .await?
            .ok_or(ProductsError::NotFound)?;
        let mut errors: Vec<_> = job.reason.clone().into_iter().collect();
        if job.tally.failed > 0 {
            errors.extend(self.store.import_errors(id).await?);
        }
        Ok((job, errors))
    }

    /// Fails the imports that have made no progress for long.
    ///
    /// # Errors
    /// The table's.
    pub async fn expire_imports(&self, at: Timestamp) -> Result<u64, ProductsError> {
        let mut failed = 0;
        for id in self.store.open_imports().await? {
            let Some(job) = self.store.import(id).await? else {
                continue;
            };
            if !job.is_over() && at.since(job.updated_at) >= STALLED {
                let reason = RowError::new(0, "", "stopped before it was done; import it again");
                self.store.fail_import(id, &reason, at).await?;
                failed += 1;
            }
        }
        Ok(failed)
    }
}

#[cfg(test)]
mod tests;
