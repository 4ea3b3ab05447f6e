//! Imports: a file of products becomes products, row by row, and may be run again.

pub mod cut;
pub mod job;
pub mod records;

pub use job::{Format, Job, JobStatus, RowError, Tally};
