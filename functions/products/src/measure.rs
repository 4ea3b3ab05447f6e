//! Weights and lengths: numbers that compare exactly.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A weight in grams or a length in millimetres, kept to the thousandth.
///
/// Suppliers measure in fractions (298.45 mm); whole thousandths compare without surprises, so a
/// change that changes nothing is known as such.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Measure(u64);

impl Measure {
    /// The most that can be measured: a thousand tonnes, a thousand kilometres.
    pub const MAX: u32 = 1_000_000_000;

    /// A measure of so many whole units.
    pub const fn whole(units: u32) -> Self {
        Self(units as u64 * 1000)
    }

    /// The measure rounded to thousandths; `None` below zero or beyond [`Measure::MAX`].
    pub fn new(units: f64) -> Option<Self> {
        let thousandths = (units * 1000.0).round();
        let most = f64::from(Self::MAX) * 1000.0;
        // Within these bounds a float holds every thousandth exactly.
        (0.0..=most)
            .contains(&thousandths)
            .then_some(Self(thousandths as u64))
    }

    /// Whole thousandths of the unit.
    pub const fn thousandths(self) -> u64 {
        self.0
    }
}

/// A whole number where it is one, else a decimal.
impl Serialize for Measure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.is_multiple_of(1000) {
            serializer.serialize_u64(self.0 / 1000)
        } else {
            serializer.serialize_f64(self.0 as f64 / 1000.0)
        }
    }
}

impl<'de> Deserialize<'de> for Measure {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let units = f64::deserialize(deserializer)?;
        Self::new(units).ok_or_else(|| {
            serde::de::Error::custom(format_args!("must be from 0 to {}", Self::MAX))
        })
    }
}

impl JsonSchema for Measure {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Measure".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "number", "minimum": 0, "maximum": Self::MAX })
    }
}

/// The outer size of a package, in millimetres.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dimensions {
    /// The longest side of the base.
    pub length: Measure,
    /// The other side of the base.
    pub width: Measure,
    /// How high it stands.
    pub height: Measure,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn whole_units_are_written_without_a_point_and_fractions_with_one() {
        for (text, written) in [
            ("450.0", "450"),
            ("298.45", "298.45"),
            ("0", "0"),
            ("0.0004", "0"),
        ] {
            let measure: Measure = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&measure).unwrap(), written);
        }
    }

    #[test]
    fn what_cannot_be_measured_is_refused() {
        for text in ["-1", "1000000001", "1e300", "\"1\""] {
            assert!(serde_json::from_str::<Measure>(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_measure_reads_back_as_itself(thousandths in 0..=u64::from(Measure::MAX) * 1000) {
            let measure = Measure(thousandths);
            let text = serde_json::to_string(&measure).unwrap();
            prop_assert_eq!(serde_json::from_str::<Measure>(&text).unwrap(), measure);
        }
    }
}
