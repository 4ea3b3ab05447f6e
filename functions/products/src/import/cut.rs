//! Cutting a file into chunks that are worked on apart.

use std::collections::HashMap;

use kernel::Sku;

use super::records::{Flaw, Record};

/// The most rows of a chunk: few enough that one is done well within a function's time.
pub const ROWS: u32 = 50;
/// The most bytes of a chunk, unless its one record has a few more.
pub const BYTES: u64 = 1024 * 1024;
/// The most rows of a file.
pub const FILE_ROWS: u32 = 1_000_000;

/// A run of rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    /// Its number, from 1.
    pub number: u32,
    /// Where it starts, in bytes from the start of the file.
    pub from: u64,
    /// Where it ends.
    pub to: u64,
    /// The number of its first row.
    pub first_row: u32,
    /// How many rows it has, read or not.
    pub rows: u32,
    /// Its rows of which nothing can be read; their bytes are outside of the chunk.
    pub flawed: Vec<(u32, Flaw)>,
    /// Its rows whose SKU stood in the file before, each with the row where it stood first.
    pub repeated: Vec<(u32, u32)>,
}

/// Cuts rows into chunks and finds SKUs that stand in the file twice: the first row wins, however
/// often and in whatever order the chunks are worked on.
#[derive(Debug, Default)]
pub struct Cutter {
    open: Option<Chunk>,
    cut: Vec<Chunk>,
    seen: HashMap<String, u32>,
    rows: u32,
}

impl Cutter {
    /// Takes the next row and the SKU it names, if it can be read.
    pub fn take(&mut self, record: &Record, sku: Option<String>) {
        self.rows += 1;
        // Blank lines between two records may be any length.
        let reach = |chunk: &Chunk| record.to - chunk.from;
        if record.bytes.is_ok() && self.open.as_ref().is_some_and(|chunk| reach(chunk) > BYTES) {
            self.cut.extend(self.open.take());
        }
        let number = u32::try_from(self.cut.len())
            .unwrap_or(u32::MAX)
            .saturating_add(1);
        let chunk = self.open.get_or_insert_with(|| Chunk {
            number,
            from: record.from,
            to: record.from,
            first_row: record.row,
            rows: 0,
            flawed: Vec::new(),
            repeated: Vec::new(),
        });
        chunk.rows += 1;
        match record.bytes {
            Ok(_) => chunk.to = record.to,
            Err(flaw) => chunk.flawed.push((record.row, flaw)),
        }
        // What is longer is no SKU, and a million of them would fill the memory.
        if let Some(sku) = sku.filter(|sku| sku.len() <= Sku::MAX) {
            match self.seen.get(&sku) {
                Some(&first) => chunk.repeated.push((record.row, first)),
                None => drop(self.seen.insert(sku, record.row)),
            }
        }
        if chunk.rows == ROWS || record.bytes.is_err() {
            self.cut.extend(self.open.take());
        }
    }

    /// The rows taken so far.
    pub const fn rows(&self) -> u32 {
        self.rows
    }

    /// All chunks.
    pub fn finish(mut self) -> Vec<Chunk> {
        self.cut.extend(self.open.take());
        self.cut
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(row: u32, size: u64) -> Record {
        let from = u64::from(row) * size;
        Record {
            from,
            to: from + size,
            row,
            bytes: Ok(Vec::new()),
        }
    }

    #[test]
    fn chunks_are_bounded_by_rows_and_by_bytes_and_miss_nothing() {
        for (size, rows_in_a_chunk) in [(10, 50), (400_000, 2), (1_048_577, 1)] {
            let mut cutter = Cutter::default();
            for row in 1..=120 {
                cutter.take(&record(row, size), None);
            }
            assert_eq!(cutter.rows(), 120);
            let chunks = cutter.finish();
            assert_eq!(chunks[0].rows, rows_in_a_chunk);
            for chunk in &chunks {
                assert!(chunk.to - chunk.from <= BYTES.max(size));
            }
            assert_eq!(chunks.iter().map(|chunk| chunk.rows).sum::<u32>(), 120);
            for (pair, number) in chunks.windows(2).zip(1..) {
                assert_eq!(pair[0].number, number);
                assert_eq!(pair[0].to, pair[1].from);
                assert_eq!(pair[0].first_row + pair[0].rows, pair[1].first_row);
            }
        }
    }

    #[test]
    fn no_chunk_holds_the_bytes_of_a_record_that_cannot_be_read() {
        let mut cutter = Cutter::default();
        let long = 200 * BYTES;
        for (row, from, to, flaw) in [
            (1, 0, 10, None),
            (2, 10, long, Some(Flaw::TooLong)),
            (3, long, long + 5, None),
            (4, long + 5, long + 9, Some(Flaw::Unclosed)),
            (5, long + 9, 2 * long, Some(Flaw::TooLong)),
        ] {
            let bytes = flaw.map_or(Ok(Vec::new()), Err);
            cutter.take(
                &Record {
                    from,
                    to,
                    row,
                    bytes,
                },
                None,
            );
        }
        let chunks = cutter.finish();
        let places: Vec<_> = chunks
            .iter()
            .map(|chunk| (chunk.from, chunk.to, chunk.first_row, chunk.rows))
            .collect();
        assert_eq!(
            places,
            [
                (0, 10, 1, 2),
                (long, long + 5, 3, 2),
                (long + 9, long + 9, 5, 1)
            ]
        );
        assert_eq!(chunks[0].flawed, [(2, Flaw::TooLong)]);
        assert_eq!(chunks[1].flawed, [(4, Flaw::Unclosed)]);
    }

    #[test]
    fn blank_lines_between_records_make_no_chunk_larger() {
        let mut cutter = Cutter::default();
        for (row, from) in [(1, 0), (900, 50 * BYTES)] {
            let to = from + 10;
            let bytes = Ok(Vec::new());
            cutter.take(
                &Record {
                    from,
                    to,
                    row,
                    bytes,
                },
                None,
            );
        }
        let chunks = cutter.finish();
        assert_eq!(chunks.len(), 2);
        assert_eq!((chunks[1].from, chunks[1].first_row), (50 * BYTES, 900));
    }

    #[test]
    fn a_sku_that_was_there_is_told_with_the_row_it_was_in_across_chunks() {
        let mut cutter = Cutter::default();
        for row in 1..=60 {
            let sku = if row % 55 == 3 {
                "same".to_owned()
            } else {
                format!("S{row}")
            };
            cutter.take(&record(row, 10), Some(sku));
        }
        cutter.take(&record(61, 10), None);
        let chunks = cutter.finish();
        assert_eq!(chunks[0].repeated, []);
        assert_eq!(chunks[1].repeated, [(58, 3)]);
    }
}
