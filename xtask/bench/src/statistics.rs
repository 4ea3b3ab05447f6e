//! What many measurements come to.

use std::time::Duration;

/// Measurements of one thing.
#[derive(Debug, Clone, Default)]
pub struct Sample(Vec<f64>);

impl Sample {
    /// One more.
    pub fn add(&mut self, value: f64) {
        self.0.push(value);
    }

    /// One more, in milliseconds.
    pub fn add_time(&mut self, time: Duration) {
        self.add(milliseconds(time));
    }

    /// Those of another sample as well.
    pub fn append(&mut self, mut other: Self) {
        self.0.append(&mut other.0);
    }

    /// How many.
    pub fn count(&self) -> u64 {
        self.0.len() as u64
    }

    /// The one in the middle.
    pub fn median(&self) -> f64 {
        self.percentile(50.0)
    }

    /// The least that so many in a hundred do not exceed.
    pub fn percentile(&self, percent: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let rank = (percent / 100.0 * sorted.len() as f64).ceil() as usize;
        sorted.get(rank.max(1) - 1).copied().unwrap_or(f64::NAN)
    }

    /// The largest.
    pub fn largest(&self) -> f64 {
        self.percentile(100.0)
    }
}

/// A time in milliseconds.
pub fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// To so many decimals as a reader needs.
pub fn rounded(value: f64) -> f64 {
    let factor = match value.abs() {
        size if size < 10.0 => 1_000.0,
        size if size < 1_000.0 => 100.0,
        _ => 1.0,
    };
    (value * factor).round() / factor
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let cases: [(&[f64], f64, f64); 7] = [
            (&[3.0, 1.0, 2.0], 50.0, 2.0),
            (&[4.0, 1.0, 3.0, 2.0], 50.0, 2.0),
            (
                &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0],
                90.0,
                9.0,
            ),
            (
                &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0],
                99.0,
                10.0,
            ),
            (&[5.0], 99.0, 5.0),
            (&[5.0, 6.0], 0.0, 5.0),
            (&[5.0, 6.0], 100.0, 6.0),
        ];
        for (values, percent, expected) in cases {
            let sample = Sample(values.to_vec());
            assert_eq!(sample.percentile(percent), expected, "{values:?} {percent}");
        }
        assert!(Sample::default().median().is_nan());
    }

    #[test]
    fn figures_have_the_decimals_that_mean_something() {
        for (value, expected) in [(0.123_456, 0.123), (12.345_6, 12.35), (1_234.567, 1_235.0)] {
            assert_eq!(rounded(value), expected);
        }
    }
}
