//! Running an import: it is asked for, cut into chunks, and worked on chunk by chunk.
//!
//! Every step may be done again. A product remembers the import that made it, so a chunk that is
//! worked on twice says twice that it made it; and a chunk is counted once.

use std::time::Duration;

use aws::{Answered, BlobError};
use futures_util::{StreamExt, TryStreamExt, stream};
use kernel::{ImportId, OperationId, Timestamp, UploadId};
use serde::{Deserialize, Serialize};

use crate::Products;
use crate::category::Tree;
use crate::error::ProductsError;
use crate::import::columns::Columns;
use crate::import::cut::{self, Cutter, FILE_ROWS};
use crate::import::records::{RECORD_MAX, Record, Splitter};
use crate::import::{Format, Job, Row, RowError, Tally};
use crate::product::{Product, Status};
use crate::store::{ChunkDone, StoreError, Upload, Written};

/// The most bytes of a file.
pub const FILE_MAX: u64 = 256 * 1024 * 1024;
/// How long a file may be uploaded after it was announced.
pub const UPLOAD_FOR: Duration = Duration::from_hours(1);
/// How long an announced file may be imported.
const UPLOAD_KEPT: Duration = Duration::from_hours(24);
/// After this time without progress an import has failed.
const STALLED: Duration = Duration::from_hours(1);
/// Bytes that are read at once.
const PIECE: u64 = 4 * 1024 * 1024;
/// Rows of a chunk that are worked on at once.
const ROWS_AT_ONCE: usize = 8;
/// Chunks whose messages are sent at once.
const CHUNKS_AT_ONCE: usize = 500;

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
    /// Rows whose SKU stands in an earlier row, and that row.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub repeated: Vec<(u32, u32)>,
    /// The trace of the import.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
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

enum Outcome {
    Created,
    Updated,
    Failed(Vec<RowError>),
}

impl Products {
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
        let blobs = self.transfers()?;
        let request = blobs
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
        Ok(self.store.announce_upload(slot, answered).await?)
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
        let (format, source) = match file {
            File::Here(format, bytes) => {
                if bytes.iter().all(u8::is_ascii_whitespace) {
                    return Err(ProductsError::invalid("", "must not be empty"));
                }
                let source = format!("imports/{id}/source");
                self.transfers()?
                    .put(&source, bytes, format.media())
                    .await?;
                (format, source)
            }
            File::Uploaded(upload) => self.uploaded(upload, written.at).await?,
        };
        let job = Job::queued(id, format, source, written.at);
        self.store.request_import(&job, answered, written).await?;
        Ok(job)
    }

    async fn uploaded(
        &self,
        id: UploadId,
        at: Timestamp,
    ) -> Result<(Format, String), ProductsError> {
        let unknown = || ProductsError::invalid("/uploadId", "must be the id of an upload");
        let upload = self.store.upload(id, at).await?.ok_or_else(unknown)?;
        match self.transfers()?.size(&upload.source).await {
            Ok(0) => Err(ProductsError::invalid("/uploadId", "is an empty file")),
            Ok(size) if size > FILE_MAX => {
                let rule = format!("is larger than {FILE_MAX} bytes");
                Err(ProductsError::invalid("/uploadId", rule))
            }
            Ok(_) => Ok((upload.format, upload.source)),
            Err(BlobError::Absent) => Err(ProductsError::invalid(
                "/uploadId",
                "has not been uploaded yet",
            )),
            Err(error) => Err(error.into()),
        }
    }

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

    /// Cuts an import into chunks and sends them to be worked on.
    ///
    /// # Errors
    /// The table's, the bucket's, the queue's: it is tried again.
    pub async fn cut_import(
        &self,
        id: ImportId,
        traceparent: Option<&str>,
        at: Timestamp,
    ) -> Result<(), ProductsError> {
        let Some(job) = self.store.import(id).await?.filter(|job| !job.is_over()) else {
            return Ok(());
        };
        let (header, rows, chunks) = match self.cut(&job).await? {
            Ok(cut) => cut,
            Err(reason) => return Ok(self.store.fail_import(id, &reason, at).await?),
        };
        let count = u32::try_from(chunks.len()).unwrap_or(u32::MAX);
        match self.store.import_is_cut(id, rows, count, at).await {
            // It is over by now.
            Err(StoreError::Stale) => return Ok(()),
            outcome => outcome?,
        }
        if chunks.is_empty() {
            return Ok(self.store.complete_import(id, at).await?);
        }
        let message = |chunk: &cut::Chunk| {
            serde_json::to_string(&Chunk {
                import_id: id,
                number: chunk.number,
                from: chunk.from,
                to: chunk.to,
                first_row: chunk.first_row,
                header: header.clone(),
                repeated: chunk.repeated.clone(),
                traceparent: traceparent.map(str::to_owned),
            })
        };
        for some in chunks.chunks(CHUNKS_AT_ONCE) {
            let messages = some.iter().map(message).collect::<Result<Vec<_>, _>>();
            let messages = messages.map_err(|error| aws::TableError::Fault(error.into()))?;
            self.chunks()?.send(&messages).await?;
        }
        Ok(())
    }

    /// Reads the whole file once; the inner error says why it cannot be read at all.
    #[allow(
        clippy::type_complexity,
        reason = "header, rows and chunks, read apart at once"
    )]
    async fn cut(
        &self,
        job: &Job,
    ) -> Result<Result<(Option<String>, u32, Vec<cut::Chunk>), RowError>, ProductsError> {
        let blobs = self.transfers()?;
        let size = match blobs.size(&job.source).await {
            Ok(size) if size > FILE_MAX => {
                let detail = format!("is larger than {FILE_MAX} bytes");
                return Ok(Err(RowError::new(0, "", detail)));
            }
            Ok(size) => size,
            Err(BlobError::Absent) => return Ok(Err(RowError::new(0, "", "is not there"))),
            Err(error) => return Err(error.into()),
        };
        let mut cutting = Cutting::new(job.format);
        let mut at = 0;
        while at < size {
            let end = size.min(at + PIECE);
            let piece = blobs.get_range(&job.source, at, end).await?;
            if let Err(reason) = cutting.feed(&piece) {
                return Ok(Err(reason));
            }
            at = end;
        }
        Ok(cutting.finish())
    }

    /// Works on a chunk.
    ///
    /// # Errors
    /// The table's or the bucket's: it is tried again.
    pub async fn work_on(&self, chunk: &Chunk, at: Timestamp) -> Result<(), ProductsError> {
        let id = chunk.import_id;
        let Some(job) = self.store.import(id).await?.filter(|job| !job.is_over()) else {
            return Ok(());
        };
        if !self.store.chunk_is_done(id, chunk.number).await? {
            let done = self.work_on_rows(&job, chunk, at).await?;
            self.store.chunk_done(&done, at).await?;
        }
        // Also when the chunk was done before: whoever counted it may have died before this.
        Ok(self.store.complete_import(id, at).await?)
    }

    async fn work_on_rows(
        &self,
        job: &Job,
        chunk: &Chunk,
        at: Timestamp,
    ) -> Result<ChunkDone, ProductsError> {
        let bytes = self
            .transfers()?
            .get_range(&job.source, chunk.from, chunk.to)
            .await?;
        let mut splitter = Splitter::new(job.format, chunk.from, chunk.first_row);
        let mut records = Vec::new();
        splitter.feed(&bytes, &mut records);
        splitter.finish(&mut records);
        let columns = chunk
            .header
            .as_deref()
            .map(|header| Columns::read(header.as_bytes()));
        let columns = columns.and_then(Result::ok);
        let tree = self.store.known_tree().await?;
        let written = Written {
            at,
            traceparent: chunk.traceparent.clone(),
        };
        let mut outcomes = Vec::new();
        let mut rows = Vec::new();
        for record in &records {
            match read(record, chunk, columns.as_ref(), &tree) {
                Ok(row) => rows.push((record.row, row)),
                Err(errors) => outcomes.push((record.row, Outcome::Failed(errors))),
            }
        }
        // All that are there already are read together; most rows then need no read of their own.
        let skus: Vec<_> = rows.iter().map(|(_, row)| row.sku.clone()).collect();
        let mut known = self.store.products_by_skus(&skus).await?;
        let work = rows.into_iter().map(|(number, row)| {
            let (known, written) = (known.remove(&row.sku), &written);
            async move {
                let outcome = self.put(job.id, number, row, known, written).await?;
                Ok::<_, ProductsError>((number, outcome))
            }
        });
        let work: Vec<_> = work.collect();
        let work = stream::iter(work).buffer_unordered(ROWS_AT_ONCE);
        outcomes.extend(work.try_collect::<Vec<_>>().await?);
        outcomes.sort_by_key(|(row, _)| *row);
        let mut tally = Tally::default();
        let mut errors = Vec::new();
        for (_, outcome) in outcomes {
            match outcome {
                Outcome::Created => tally.created += 1,
                Outcome::Updated => tally.updated += 1,
                Outcome::Failed(why) => {
                    tally.failed += 1;
                    errors.extend(why);
                }
            }
        }
        Ok(ChunkDone {
            import_id: job.id,
            number: chunk.number,
            tally,
            errors,
        })
    }

    /// Makes the product of a row, or changes the one that has its SKU.
    async fn put(
        &self,
        import: ImportId,
        number: u32,
        mut row: Row,
        mut known: Option<Product>,
        written: &Written,
    ) -> Result<Outcome, ProductsError> {
        const TRIES: usize = 3;
        let operation = OperationId::derive(&import.to_string(), &format!("row {number}"));
        let answered = Answered::silent(operation);
        for _ in 0..TRIES {
            let outcome = match known {
                None => {
                    self.put_new(import, number, &mut row, &answered, written)
                        .await?
                }
                Some(product) => {
                    self.put_over(import, number, &mut row, &product, &answered, written)
                        .await?
                }
            };
            match outcome {
                Some(outcome) => return Ok(outcome),
                // Somebody else was faster: it is another by now.
                None => known = self.store.product_by_sku(&row.sku).await?,
            }
        }
        Err(ProductsError::Busy)
    }

    /// Makes the product of a row; nothing when its SKU was taken meanwhile.
    async fn put_new(
        &self,
        import: ImportId,
        number: u32,
        row: &mut Row,
        answered: &Answered<Product>,
        written: &Written,
    ) -> Result<Option<Outcome>, ProductsError> {
        if row.changes.status == Some(Status::Archived) {
            // What is archived holds no SKU: it is as the row says.
            return Ok(Some(Outcome::Updated));
        }
        for variant in row.changes.variants.iter_mut().flatten() {
            variant.id = None;
        }
        let made = self
            .create(&row.changes, Some(import), answered, written)
            .await;
        match made {
            Ok(_) => Ok(Some(Outcome::Created)),
            Err(ProductsError::SkuTaken { pointer, .. }) if pointer == "/sku" => Ok(None),
            Err(error) => failed(number, error).map(Some),
        }
    }

    /// Changes the product of a row; nothing when it lost its SKU meanwhile.
    async fn put_over(
        &self,
        import: ImportId,
        number: u32,
        row: &mut Row,
        known: &Product,
        answered: &Answered<Product>,
        written: &Written,
    ) -> Result<Option<Outcome>, ProductsError> {
        if known.sku != row.sku {
            let detail = format!("is the SKU of a variant of {}", known.id);
            let error = RowError::new(number, "sku", detail);
            return Ok(Some(Outcome::Failed(vec![error])));
        }
        for variant in row.changes.variants.iter_mut().flatten() {
            let is_its = |id: &_| known.variants.iter().any(|variant| variant.id == *id);
            variant.id = variant.id.filter(is_its);
        }
        let asked = &row.changes;
        // Most rows of a file that is imported again change nothing, and cost nothing more.
        let changed = match known.changed(asked, written.at) {
            Ok(same) if same == *known => Ok(same),
            Ok(_) => self.change(known.id, asked, None, answered, written).await,
            Err(faults) => Err(ProductsError::Invalid(faults)),
        };
        let archived = asked.status == Some(Status::Archived);
        Ok(Some(match changed {
            Ok(product) if product.status == Status::Archived && !archived => return Ok(None),
            // A run before this one made it.
            Ok(product) if product.import_id == Some(import) => Outcome::Created,
            Ok(_) => Outcome::Updated,
            Err(error) => failed(number, error)?,
        }))
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

/// A file that is being cut.
struct Cutting {
    format: Format,
    splitter: Splitter,
    header: Option<(String, Columns)>,
    cutter: Cutter,
}

impl Cutting {
    fn new(format: Format) -> Self {
        Self {
            format,
            splitter: Splitter::whole(format),
            header: None,
            cutter: Cutter::default(),
        }
    }

    fn feed(&mut self, piece: &[u8]) -> Result<(), RowError> {
        let mut records = Vec::new();
        self.splitter.feed(piece, &mut records);
        self.take(records)
    }

    fn finish(mut self) -> Result<(Option<String>, u32, Vec<cut::Chunk>), RowError> {
        let mut records = Vec::new();
        let splitter = std::mem::replace(&mut self.splitter, Splitter::whole(self.format));
        splitter.finish(&mut records);
        self.take(records)?;
        if self.format == Format::Csv && self.header.is_none() {
            return Err(RowError::new(0, "", "has no header"));
        }
        let header = self.header.map(|(text, _)| text);
        Ok((header, self.cutter.rows(), self.cutter.finish()))
    }

    fn take(&mut self, records: Vec<Record>) -> Result<(), RowError> {
        for record in records {
            let bytes = record.bytes.as_deref();
            let sku = match (self.format, &self.header) {
                (Format::Ndjson, _) => bytes.and_then(Row::sku_in),
                (Format::Csv, Some((_, columns))) => bytes.and_then(|row| columns.sku(row)),
                (Format::Csv, None) => {
                    let header = bytes.unwrap_or_default();
                    let columns = Columns::read(header).map_err(|errors| {
                        let first = errors.into_iter().next();
                        first.unwrap_or_else(|| RowError::new(0, "", "has no header"))
                    })?;
                    let text = String::from_utf8_lossy(header).into_owned();
                    self.header = Some((text, columns));
                    continue;
                }
            };
            self.cutter.take(&record, sku);
            if self.cutter.rows() > FILE_ROWS {
                let detail = format!("has more than {FILE_ROWS} rows");
                return Err(RowError::new(0, "", detail));
            }
        }
        Ok(())
    }
}

/// What a record asks for.
fn read(
    record: &Record,
    chunk: &Chunk,
    columns: Option<&Columns>,
    tree: &Tree,
) -> Result<Row, Vec<RowError>> {
    let wrong = |field: &str, detail: String| vec![RowError::new(record.row, field, detail)];
    let repeated = chunk.repeated.iter().find(|(row, _)| *row == record.row);
    if let Some((_, first)) = repeated {
        return Err(wrong("sku", format!("repeats the SKU of row {first}")));
    }
    let Some(bytes) = record.bytes.as_deref() else {
        return Err(wrong("", format!("is longer than {RECORD_MAX} bytes")));
    };
    let json = match columns {
        Some(columns) => columns
            .to_json(bytes)
            .map_err(|rule| wrong("", rule.to_owned()))?,
        None => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => return Err(wrong("", "must be UTF-8 text".to_owned())),
        },
    };
    let mut row =
        Row::read(&json).map_err(|faults| RowError::of_faults(record.row, faults.into_vec()))?;
    let known = row.changes.category_id.filter(|id| tree.get(*id).is_some());
    if known.is_none()
        && let Some(slug) = &row.category
    {
        match tree.by_slug(slug.as_str()) {
            Some(category) => row.changes.category_id = Some(category.id),
            None => {
                return Err(wrong(
                    "category",
                    "must be the slug of a category".to_owned(),
                ));
            }
        }
    }
    Ok(row)
}

/// What of a failure is the row's own fault; the rest is tried again.
fn failed(row: u32, error: ProductsError) -> Result<Outcome, ProductsError> {
    let errors = match error {
        ProductsError::Invalid(faults) => RowError::of_faults(row, faults.into_vec()),
        ProductsError::SkuTaken { sku, pointer } => {
            let field = pointer.trim_start_matches('/');
            vec![RowError::new(row, field, format!("{sku} is taken"))]
        }
        ProductsError::SlugTaken => vec![RowError::new(row, "slug", "is taken")],
        other => return Err(other),
    };
    Ok(Outcome::Failed(errors))
}
