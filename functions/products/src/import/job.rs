//! An import as a whole: what it is, how far it is, and what went wrong.

use kernel::{Fault, ImportId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The most errors that an import shows.
pub const ERRORS_MAX: usize = 1000;
/// The most errors that are kept of one row.
pub const ROW_ERRORS_MAX: usize = 20;

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// One JSON object a line.
    Ndjson,
    /// A header and records with commas between (RFC 4180).
    Csv,
}

impl Format {
    /// The format of a media type, without its parameters.
    pub fn of_media(media: &str) -> Option<Self> {
        match media {
            "application/x-ndjson" | "application/ndjson" | "application/jsonl" => {
                Some(Self::Ndjson)
            }
            "text/csv" | "application/csv" => Some(Self::Csv),
            _ => None,
        }
    }

    /// Its media type.
    pub const fn media(self) -> &'static str {
        match self {
            Self::Ndjson => "application/x-ndjson",
            Self::Csv => "text/csv",
        }
    }

    /// What file names end in.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
        }
    }
}

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum JobStatus {
    /// It waits to be cut into chunks.
    Queued,
    /// Its chunks are being worked on.
    Running,
    /// Every row was tried; some may have failed.
    Completed,
    /// It could not be read at all, or stopped for good.
    Failed,
}

/// What happened to rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Rows that made a product.
    pub created: u32,
    /// Rows whose product was there; also when nothing of it differed.
    pub updated: u32,
    /// Rows that could not be taken.
    pub failed: u32,
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RowError {
    /// The row: the line of an NDJSON file, the record behind the header of a CSV file, from 1;
    /// 0 is the file itself.
    pub row: u32,
    /// The field, `price` or `variants/0/sku`; empty for the row as a whole.
    pub field: String,
    /// The rule it breaks.
    pub detail: String,
}

impl RowError {
    /// An error of a row's field.
    pub fn new(row: u32, field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            row,
            field: field.into(),
            detail: detail.into(),
        }
    }

    /// The errors of a row, of the faults found in it.
    pub fn of_faults(row: u32, faults: impl IntoIterator<Item = Fault>) -> Vec<Self> {
        let of = |fault: Fault| {
            let field = fault.pointer.strip_prefix('/').unwrap_or_default();
            Self::new(row, field, fault.detail)
        };
        faults.into_iter().take(ROW_ERRORS_MAX).map(of).collect()
    }
}

/// An import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its id.
    pub id: ImportId,
    /// How far it is.
    pub status: JobStatus,
    /// How its file is written.
    pub format: Format,
    /// Where its file is.
    pub source: String,
    /// What the bucket called the file's content when the import was asked for; another content is
    /// another file. `None` of files that nobody else can write.
    pub etag: Option<String>,
    /// Rows of the file; 0 until it was cut.
    pub total: u32,
    /// Chunks of the file; 0 until it was cut.
    pub chunks: u32,
    /// Chunks that are done.
    pub done: u32,
    /// What happened to the rows of those.
    pub tally: Tally,
    /// Why it failed as a whole.
    pub reason: Option<RowError>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it last made progress.
    pub updated_at: Timestamp,
}

impl Job {
    /// An import that waits.
    pub fn queued(id: ImportId, format: Format, source: String, at: Timestamp) -> Self {
        Self {
            id,
            status: JobStatus::Queued,
            format,
            source,
            etag: None,
            total: 0,
            chunks: 0,
            done: 0,
            tally: Tally::default(),
            reason: None,
            created_at: at,
            updated_at: at,
        }
    }

    /// Whether it will change no more.
    pub fn is_over(&self) -> bool {
        matches!(self.status, JobStatus::Completed | JobStatus::Failed)
    }
}
