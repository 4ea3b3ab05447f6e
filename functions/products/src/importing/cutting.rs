//! Cutting an import's file into chunks.

use aws::BlobError;
use kernel::{ImportId, Timestamp};

use super::{Chunk, FILE_MAX};
use crate::Products;
use crate::error::ProductsError;
use crate::import::cut::{self, Cutter, FILE_ROWS};
use crate::import::records::{Record, Splitter};
use crate::import::{Format, Job, RowError};
use crate::store::StoreError;
use crate::wire::Row;
use crate::wire::columns::Columns;

/// Bytes that are read at once.
const PIECE: u64 = 4 * 1024 * 1024;
/// Chunks whose messages are sent at once.
const CHUNKS_AT_ONCE: usize = 500;

impl Products {
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
