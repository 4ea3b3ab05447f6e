//! Cutting a file into chunks that are worked on apart.

use std::collections::HashMap;

use super::records::Record;

/// The most rows of a chunk: few enough that one is done well within a function's time.
pub const ROWS: u32 = 50;
/// A chunk ends when it has this many bytes.
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
    /// How many rows it has.
    pub rows: u32,
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
        let number = u32::try_from(self.cut.len())
            .unwrap_or(u32::MAX)
            .saturating_add(1);
        let chunk = self.open.get_or_insert_with(|| Chunk {
            number,
            from: record.from,
            to: record.from,
            first_row: record.row,
            rows: 0,
            repeated: Vec::new(),
        });
        chunk.to = record.to;
        chunk.rows += 1;
        if let Some(sku) = sku {
            match self.seen.get(&sku) {
                Some(&first) => chunk.repeated.push((record.row, first)),
                None => drop(self.seen.insert(sku, record.row)),
            }
        }
        if chunk.rows == ROWS || chunk.to - chunk.from >= BYTES {
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
            bytes: Some(Vec::new()),
        }
    }

    #[test]
    fn chunks_are_bounded_by_rows_and_by_bytes_and_miss_nothing() {
        for (size, rows_in_a_chunk) in [(10, 50), (400_000, 3)] {
            let mut cutter = Cutter::default();
            for row in 1..=120 {
                cutter.take(&record(row, size), None);
            }
            assert_eq!(cutter.rows(), 120);
            let chunks = cutter.finish();
            assert_eq!(chunks[0].rows, rows_in_a_chunk);
            assert_eq!(chunks.iter().map(|chunk| chunk.rows).sum::<u32>(), 120);
            for (pair, number) in chunks.windows(2).zip(1..) {
                assert_eq!(pair[0].number, number);
                assert_eq!(pair[0].to, pair[1].from);
                assert_eq!(pair[0].first_row + pair[0].rows, pair[1].first_row);
            }
        }
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
