//! Cutting an import's file into chunks.

use aws::{BlobError, Head};
use kernel::{ImportId, Timestamp};

use super::{Chunk, FILE_MAX, replaced};
use crate::error::ProductsError;
use crate::import::cut::{self, Cutter, FILE_ROWS};
use crate::import::records::{Record, Splitter};
use crate::import::{Format, Job, RowError};
use crate::store::StoreError;
use crate::wire::Row;
use crate::wire::columns::Columns;
use crate::{Imports, Transfers};

/// Bytes that are fetched at once.
const PIECE: u64 = 4 * 1024 * 1024;
/// Bytes whose records are held at once: of a file of empty rows each takes more than its bytes.
const BITE: usize = 64 * 1024;
/// Chunks whose messages are sent at once.
const CHUNKS_AT_ONCE: usize = 500;

impl Imports {
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
        let products = &self.transfers.products;
        let Some(job) = products
            .store
            .import(id)
            .await?
            .filter(|job| !job.is_over())
        else {
            return Ok(());
        };
        let (header, rows, chunks) = match self.transfers.cut(&job).await? {
            Ok(cut) => cut,
            Err(reason) => return Ok(products.store.fail_import(id, &reason, at).await?),
        };
        let count = u32::try_from(chunks.len()).unwrap_or(u32::MAX);
        match products.store.import_is_cut(id, rows, count, at).await {
            // It is over by now.
            Err(StoreError::Stale) => return Ok(()),
            outcome => outcome?,
        }
        if chunks.is_empty() {
            return Ok(products.store.complete_import(id, at).await?);
        }
        let message = |chunk: &cut::Chunk| {
            serde_json::to_string(&Chunk {
                import_id: id,
                number: chunk.number,
                from: chunk.from,
                to: chunk.to,
                first_row: chunk.first_row,
                header: header.clone(),
                flawed: chunk.flawed.clone(),
                repeated: chunk.repeated.clone(),
                traceparent: traceparent.map(str::to_owned),
            })
        };
        for some in chunks.chunks(CHUNKS_AT_ONCE) {
            let messages = some.iter().map(message).collect::<Result<Vec<_>, _>>();
            let messages = messages.map_err(|error| aws::TableError::Fault(error.into()))?;
            self.chunks.send(&messages).await?;
        }
        Ok(())
    }
}

impl Transfers {
    /// Reads the whole file once; the inner error says why it cannot be read at all.
    #[allow(
        clippy::type_complexity,
        reason = "header, rows and chunks, read apart at once"
    )]
    async fn cut(
        &self,
        job: &Job,
    ) -> Result<Result<(Option<String>, u32, Vec<cut::Chunk>), RowError>, ProductsError> {
        let size = match self.files.head(&job.source).await {
            Ok(Head { size, .. }) if size > FILE_MAX => {
                let detail = format!("is larger than {FILE_MAX} bytes");
                return Ok(Err(RowError::new(0, "", detail)));
            }
            Ok(Head { etag, .. }) if job.etag.is_some() && etag != job.etag => {
                return Ok(Err(replaced()));
            }
            Ok(Head { size, .. }) => size,
            Err(BlobError::Absent) => return Ok(Err(RowError::new(0, "", "is not there"))),
            Err(error) => return Err(error.into()),
        };
        let mut cutting = Cutting::new(job.format);
        let mut at = 0;
        while at < size {
            let end = size.min(at + PIECE);
            let piece = match self
                .files
                .get_range_of(&job.source, job.etag.as_deref(), at, end)
                .await
            {
                Err(BlobError::Changed) => return Ok(Err(replaced())),
                piece => piece?,
            };
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
        for bite in piece.chunks(BITE) {
            let mut records = Vec::new();
            self.splitter.feed(bite, &mut records);
            self.take(records)?;
        }
        Ok(())
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
            let bytes = record.bytes.as_deref().ok();
            let sku = match (self.format, &self.header) {
                (Format::Ndjson, _) => bytes.and_then(Row::sku_in),
                (Format::Csv, Some((_, columns))) => bytes.and_then(|row| columns.sku(row)),
                (Format::Csv, None) => {
                    if let Err(flaw) = record.bytes {
                        return Err(RowError::new(0, "", flaw.to_string()));
                    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::records::{Flaw, RECORD_MAX};

    fn cut(format: Format, file: &[u8]) -> Result<(u32, Vec<cut::Chunk>), String> {
        let mut cutting = Cutting::new(format);
        cutting.feed(file).map_err(|reason| reason.detail)?;
        let (_, rows, chunks) = cutting.finish().map_err(|reason| reason.detail)?;
        Ok((rows, chunks))
    }

    #[test]
    fn a_row_that_cannot_be_read_fails_alone_and_is_never_fetched() {
        let mut file = b"sku,name\nA,x\n".to_vec();
        file.extend(vec![b'x'; 3 * RECORD_MAX]);
        file.extend(b"\nB,y\nC,\"z\nD,y\n");
        let (rows, chunks) = cut(Format::Csv, &file).unwrap();
        assert_eq!(rows, 4);
        let flawed: Vec<_> = chunks.iter().flat_map(|chunk| &chunk.flawed).collect();
        assert_eq!(flawed, [&(2, Flaw::TooLong), &(4, Flaw::Unclosed)]);
        assert!(chunks.iter().all(|chunk| chunk.to - chunk.from <= 8));
    }

    #[test]
    fn a_header_that_cannot_be_read_is_told_as_what_it_is() {
        let open = cut(Format::Csv, b"sku,\"name\nA,x\n").unwrap_err();
        assert!(open.contains("not closed"), "{open}");
        let long = vec![b'x'; RECORD_MAX + 1];
        let long = cut(Format::Csv, &long).unwrap_err();
        assert!(long.contains("longer"), "{long}");
    }
}
