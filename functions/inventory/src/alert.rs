//! When staff and the shop are told that stock is low, gone, or there again.
//!
//! Each is told once a crossing. An alert of low stock opens at the threshold, and only another
//! one may open after the stock has recovered to the threshold and a tenth of it, two units at
//! least; so a hold of one unit, taken and released again and again at the border, is one alert.
//! An alert of stock that ran out opens at nought and closes at two units, or at the threshold
//! where that is less. Whether a thing can be had is told to the shop without such patience: it is
//! what shoppers see.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What was last told of a SKU's stock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watch {
    /// The shop was told that it can be had.
    pub in_stock: bool,
    /// An alert of low stock is open.
    pub low: bool,
    /// An alert that it ran out is open.
    pub out: bool,
}

/// Why staff are alerted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum AlertKind {
    /// The available units fell to the threshold.
    LowStock,
    /// Nothing is available.
    OutOfStock,
}

impl AlertKind {
    /// Both kinds.
    pub const ALL: [Self; 2] = [Self::LowStock, Self::OutOfStock];

    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LowStock => "low_stock",
            Self::OutOfStock => "out_of_stock",
        }
    }
}

/// Something to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// The stock is low.
    Low,
    /// Nothing is available any more.
    RanOut,
    /// Something is available again, or for the first time.
    Returned,
}

impl Watch {
    /// Of a SKU that was never stocked: nothing has run out.
    pub const NEW: Self = Self {
        in_stock: false,
        low: false,
        out: false,
    };

    /// What is to be told when so many units are available, and what has been told then.
    pub fn after(self, available: u64, threshold: u32) -> (Self, Vec<News>) {
        let threshold = u64::from(threshold);
        let mut next = self;
        let mut news = Vec::new();
        next.in_stock = available > 0;
        if next.in_stock && !self.in_stock {
            news.push(News::Returned);
        }
        // What was never there is neither low nor gone.
        let stocked = self.in_stock || next.in_stock || self.low || self.out;
        if self.low {
            next.low = available < threshold + (threshold / 10).max(2);
        } else if stocked && available <= threshold && threshold > 0 {
            next.low = true;
            news.push(News::Low);
        }
        if self.in_stock && !next.in_stock {
            news.push(News::RanOut);
        }
        next.out = if self.out {
            available < threshold.clamp(1, 2)
        } else {
            stocked && available == 0
        };
        (next, news)
    }

    /// Whether an alert of the kind is open.
    pub const fn is_open(self, kind: AlertKind) -> bool {
        match kind {
            AlertKind::LowStock => self.low,
            AlertKind::OutOfStock => self.out,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is told as the available units go through these numbers, and the alerts open at the end.
    fn told(threshold: u32, steps: &[u64]) -> (Vec<News>, bool, bool) {
        let mut all = Vec::new();
        let mut watch = Watch::NEW;
        for &available in steps {
            let (next, news) = watch.after(available, threshold);
            watch = next;
            all.extend(news);
        }
        (all, watch.low, watch.out)
    }

    #[test]
    fn each_crossing_is_told_once() {
        use News::{Low, RanOut, Returned};
        type Case = (u32, &'static [u64], &'static [News], bool, bool);
        let cases: [Case; 10] = [
            // Never stocked, or stocked to just below the threshold.
            (5, &[0, 0], &[], false, false),
            (5, &[3, 3], &[Returned, Low], true, false),
            (5, &[10, 6], &[Returned], false, false),
            (5, &[10, 5, 4, 3], &[Returned, Low], true, false),
            // At the border nothing is told twice; after the recovery it is.
            (5, &[10, 5, 6, 5, 6, 5], &[Returned, Low], true, false),
            (5, &[10, 5, 7], &[Returned, Low], false, false),
            (5, &[10, 5, 7, 5], &[Returned, Low, Low], true, false),
            (50, &[60, 50, 54, 50], &[Returned, Low], true, false),
            // Gone and back.
            (
                5,
                &[10, 0, 1],
                &[Returned, Low, RanOut, Returned],
                true,
                true,
            ),
            (
                0,
                &[1, 0, 0, 1],
                &[Returned, RanOut, Returned],
                false,
                false,
            ),
        ];
        for (threshold, steps, expected, low, out) in cases {
            let found = told(threshold, steps);
            assert_eq!(
                found,
                (expected.to_vec(), low, out),
                "threshold {threshold}, {steps:?}"
            );
        }
    }
}
