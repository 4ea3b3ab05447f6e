//! A file's records and where each stands, while the file comes in pieces.

use serde::{Deserialize, Serialize};

use super::Format;

/// The most bytes of one record.
pub const RECORD_MAX: usize = 1024 * 1024;

/// A record of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Where it starts, in bytes from the start of the file.
    pub from: u64,
    /// Where the next one starts.
    pub to: u64,
    /// Its number. Of NDJSON the line, from 1; of CSV the record, the header being 0.
    pub row: u32,
    /// What it holds, without its line end.
    pub bytes: Result<Vec<u8>, Flaw>,
}

/// Why nothing is kept of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum Flaw {
    /// It is longer than [`RECORD_MAX`].
    #[error("is longer than {RECORD_MAX} bytes")]
    TooLong,
    /// It is the rest of the file, for a quote that it opens is never closed.
    #[error("opens a quote that is not closed: what stands behind it, to the end, is not read")]
    Unclosed,
}

/// Cuts a file into records, piece by piece. Blank lines are none; a byte order mark is skipped.
#[derive(Debug)]
pub struct Splitter {
    format: Format,
    quotes: Quotes,
    /// Where the next byte stands.
    at: u64,
    /// Where the record that is being read started.
    from: u64,
    row: u32,
    bytes: Vec<u8>,
    too_long: bool,
}

/// Where in a CSV field we are: a line end inside quotes is a part of the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quotes {
    FieldStart,
    Bare,
    Inside,
    /// Behind a quote inside a quoted field: the field's end, or half of a doubled quote.
    Behind,
}

const BYTE_ORDER_MARK: [u8; 3] = [0xEF, 0xBB, 0xBF];

impl Splitter {
    /// A splitter for a file, or for a part of it that starts with a record of this number.
    pub fn new(format: Format, from: u64, row: u32) -> Self {
        Self {
            format,
            quotes: Quotes::FieldStart,
            at: from,
            from,
            row,
            bytes: Vec::new(),
            too_long: false,
        }
    }

    /// A splitter for a whole file.
    pub fn whole(format: Format) -> Self {
        Self::new(format, 0, first_row(format))
    }

    /// Takes the next piece and hands out the records that end in it.
    pub fn feed(&mut self, piece: &[u8], out: &mut Vec<Record>) {
        for &byte in piece {
            self.at += 1;
            let ends = byte == b'\n' && self.quotes != Quotes::Inside;
            if ends {
                self.end(out);
                continue;
            }
            let of_the_mark = self.at <= 3 && BYTE_ORDER_MARK.contains(&byte);
            if self.format == Format::Csv && !of_the_mark {
                self.quotes = self.quotes.after(byte);
            }
            if self.bytes.len() < RECORD_MAX {
                self.bytes.push(byte);
            } else {
                self.too_long = true;
            }
        }
    }

    /// Hands out the last record, which may have no line end.
    pub fn finish(mut self, out: &mut Vec<Record>) {
        self.end(out);
    }

    fn flaw(&self) -> Option<Flaw> {
        // Only the end of the file ends a record inside quotes.
        if self.quotes == Quotes::Inside {
            Some(Flaw::Unclosed)
        } else {
            self.too_long.then_some(Flaw::TooLong)
        }
    }

    fn end(&mut self, out: &mut Vec<Record>) {
        let mut bytes = std::mem::take(&mut self.bytes);
        if self.from == 0 && bytes.starts_with(&BYTE_ORDER_MARK) {
            bytes.drain(..BYTE_ORDER_MARK.len());
        }
        if bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
        let flaw = self.flaw();
        let blank = flaw.is_none() && bytes.iter().all(u8::is_ascii_whitespace);
        if !blank {
            out.push(Record {
                from: self.from,
                to: self.at,
                row: self.row,
                bytes: flaw.map_or(Ok(bytes), Err),
            });
        }
        if !blank || self.format == Format::Ndjson {
            self.row += 1;
        }
        self.from = self.at;
        self.quotes = Quotes::FieldStart;
        self.too_long = false;
    }
}

impl Quotes {
    fn after(self, byte: u8) -> Self {
        match (self, byte) {
            (Self::FieldStart | Self::Behind, b'"') => Self::Inside,
            (Self::Inside, b'"') => Self::Behind,
            (Self::Inside, _) => Self::Inside,
            (_, b',') => Self::FieldStart,
            _ => Self::Bare,
        }
    }
}

/// The number of a file's first record: a CSV file's is the header.
pub const fn first_row(format: Format) -> u32 {
    match format {
        Format::Ndjson => 1,
        Format::Csv => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn split(format: Format, text: &[u8], piece: usize) -> Vec<Record> {
        let mut splitter = Splitter::whole(format);
        let mut out = Vec::new();
        for piece in text.chunks(piece.max(1)) {
            splitter.feed(piece, &mut out);
        }
        splitter.finish(&mut out);
        out
    }

    fn rows(format: Format, text: &str) -> Vec<(u32, String)> {
        let text_of = |record: Record| String::from_utf8(record.bytes.unwrap()).unwrap();
        split(format, text.as_bytes(), 7)
            .into_iter()
            .map(|record| (record.row, text_of(record)))
            .collect()
    }

    #[test]
    fn lines_count_blank_or_not() {
        let found = rows(Format::Ndjson, "\u{feff}{\"a\":1}\r\n\n  \n{\"b\":2}");
        assert_eq!(found, [(1, "{\"a\":1}".into()), (4, "{\"b\":2}".into())]);
    }

    #[test]
    fn csv_records_go_over_lines_inside_quotes_only() {
        let text = "\u{feff}sku,name\r\n\r\nA,\"two\nlines, \"\"said\"\" he\"\nB,5\" disk\nC,x\n";
        assert_eq!(
            rows(Format::Csv, text),
            [
                (0, "sku,name".into()),
                (1, "A,\"two\nlines, \"\"said\"\" he\"".into()),
                (2, "B,5\" disk".into()),
                (3, "C,x".into()),
            ]
        );
    }

    #[test]
    fn a_record_that_is_too_long_is_told_without_its_bytes_and_the_next_is_whole() {
        let mut text = vec![b'x'; RECORD_MAX + 1];
        text.extend(b"\nnext\n");
        let found = split(Format::Ndjson, &text, 65_536);
        assert_eq!(found[0].bytes, Err(Flaw::TooLong));
        assert_eq!(found[1].bytes.as_deref(), Ok(&b"next"[..]));
        assert_eq!(found[1].row, 2);
        // Also when what is too long begins with blanks.
        let mut text = vec![b' '; RECORD_MAX];
        text.extend(b"{}\nnext\n");
        let found = split(Format::Ndjson, &text, 65_536);
        assert_eq!(found[0].bytes, Err(Flaw::TooLong));
        assert_eq!(found[1].row, 2);
    }

    #[test]
    fn a_quote_that_is_never_closed_is_told_of_the_row_that_opens_it() {
        let text = "sku,name\nA,x\nB,\"n,1,C\nq3,n\nq4,n\n";
        let found = split(Format::Csv, text.as_bytes(), 5);
        let flaws: Vec<_> = found
            .iter()
            .map(|record| (record.row, record.bytes.as_ref().err().copied()))
            .collect();
        assert_eq!(flaws, [(0, None), (1, None), (2, Some(Flaw::Unclosed))]);
        let long = format!("A,\"{}", "x\n".repeat(RECORD_MAX));
        let found = split(Format::Csv, long.as_bytes(), 65_536);
        assert_eq!(found[0].bytes, Err(Flaw::Unclosed));
        // A quote is nothing special in a line of JSON, nor inside a bare cell.
        assert!(split(Format::Ndjson, b"\"n", 9)[0].bytes.is_ok());
        assert!(split(Format::Csv, b"5\" disk", 9)[0].bytes.is_ok());
    }

    proptest! {
        #[test]
        fn pieces_do_not_matter_and_any_part_splits_alike(
            text in "[a\",\r\n ]{0,200}", piece in 1_usize..20, csv: bool
        ) {
            let format = if csv { Format::Csv } else { Format::Ndjson };
            let whole = split(format, text.as_bytes(), text.len());
            prop_assert_eq!(&split(format, text.as_bytes(), piece), &whole);
            // From the start of any record on, the rest is found again, with the same numbers.
            for (at, record) in whole.iter().enumerate() {
                let mut splitter = Splitter::new(format, record.from, record.row);
                let mut out = Vec::new();
                splitter.feed(&text.as_bytes()[record.from as usize..], &mut out);
                splitter.finish(&mut out);
                prop_assert_eq!(&out, &whole[at..]);
            }
            // No byte belongs to two records, and only blanks to none.
            for pair in whole.windows(2) {
                prop_assert!(pair[0].to <= pair[1].from);
            }
        }
    }
}
