//! How large the functions are, as a table. A cold start reads the code first.

use std::fmt::{self, Display};

/// What nine of ten archives may have.
const LIMIT: u64 = 3_500_000;

/// One function's code, in bytes.
pub struct Size {
    /// Its name.
    pub function: String,
    /// Its binary.
    pub binary: u64,
    /// Its archive.
    pub archive: u64,
}

/// All of them.
pub struct Sizes(pub Vec<Size>);

impl Sizes {
    /// The value that a share of the functions does not exceed.
    fn quantile(&self, of: fn(&Size) -> u64, percent: usize) -> u64 {
        let mut values: Vec<u64> = self.0.iter().map(of).collect();
        values.sort_unstable();
        let rank = (values.len() * percent).div_ceil(100).max(1);
        values.get(rank - 1).copied().unwrap_or_default()
    }
}

impl Display for Sizes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widest = self.0.iter().map(|size| size.function.len()).max();
        let width = widest.unwrap_or_default().max("90th percentile".len());
        let mut row = |name: &str, binary: &str, archive: &str| {
            writeln!(f, "{name:width$}  {binary:>8}  {archive:>8}")
        };
        row("function", "binary", "zip")?;
        for size in &self.0 {
            row(
                &size.function,
                &megabytes(size.binary),
                &megabytes(size.archive),
            )?;
        }
        for (name, percent) in [("median", 50), ("90th percentile", 90), ("largest", 100)] {
            row(
                name,
                &megabytes(self.quantile(|size| size.binary, percent)),
                &megabytes(self.quantile(|size| size.archive, percent)),
            )?;
        }
        let over: Vec<&str> = self
            .0
            .iter()
            .filter(|size| size.archive > LIMIT)
            .map(|size| size.function.as_str())
            .collect();
        let limit = megabytes(LIMIT);
        match over.as_slice() {
            [] => write!(f, "no zip exceeds {limit}"),
            _ => write!(
                f,
                "{} of {} zips exceed {limit}: {}",
                over.len(),
                self.0.len(),
                over.join(", ")
            ),
        }
    }
}

/// With two decimals, rounded up: what is over a limit never looks as if it kept to it.
fn megabytes(bytes: u64) -> String {
    let hundredths = bytes.div_ceil(10_000);
    format!("{}.{:02} MB", hundredths / 100, hundredths % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(archives: &[u64]) -> Sizes {
        let size = |(at, archive): (usize, &u64)| Size {
            function: format!("orders-{at}"),
            binary: archive * 2,
            archive: *archive,
        };
        Sizes(archives.iter().enumerate().map(size).collect())
    }

    #[test]
    fn the_table_has_every_function_and_names_what_is_too_large() {
        assert_eq!(
            sizes(&[3_500_000, 3_500_001, 1_000_000]).to_string(),
            "\
function           binary       zip
orders-0          7.00 MB   3.50 MB
orders-1          7.01 MB   3.51 MB
orders-2          2.00 MB   1.00 MB
median            7.00 MB   3.50 MB
90th percentile   7.01 MB   3.51 MB
largest           7.01 MB   3.51 MB
1 of 3 zips exceed 3.50 MB: orders-1"
        );
    }

    #[test]
    fn a_quantile_is_a_value_that_occurs() {
        let ten: Vec<u64> = (1..=10).collect();
        for (values, percent, expected) in [
            (&ten[..], 50, 5),
            (&ten, 90, 9),
            (&ten, 91, 10),
            (&ten, 100, 10),
            (&ten[..1], 50, 1),
            (&[], 50, 0),
        ] {
            let found = sizes(values).quantile(|size| size.archive, percent);
            assert_eq!(found, expected, "{percent} % of {values:?}");
        }
        assert!(
            sizes(&[LIMIT])
                .to_string()
                .ends_with("no zip exceeds 3.50 MB")
        );
    }
}
