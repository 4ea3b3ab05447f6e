//! Attributes: what is said of a product beyond the fields that every product has.

use std::collections::BTreeMap;

use kernel::{Faults, Pointer, words};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Number;

/// The attributes of a product, by name.
pub type Attributes = BTreeMap<String, Attribute>;

/// The most attributes of a product.
pub const MOST: usize = 256;
/// The most characters of an attribute's name.
pub const NAME_MAX: usize = 100;
/// The most characters of an attribute's text.
pub const TEXT_MAX: usize = 8192;

/// The value of an attribute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(inline)]
pub enum Attribute {
    /// Yes or no.
    Flag(bool),
    /// A number.
    Number(Number),
    /// A text.
    Text(#[schemars(length(max = 8192))] String),
}

impl Attribute {
    /// The value in its one form: a whole number is written without a point, so that `450.0` and
    /// `450` are no change.
    fn normal(self) -> Self {
        const EXACT: f64 = 9_007_199_254_740_992.0; // 2^53
        match self {
            Self::Number(number) if number.is_f64() => match number.as_f64() {
                Some(float) if float.fract() == 0.0 && float.abs() < EXACT => {
                    Self::Number(Number::from(float as i64))
                }
                _ => Self::Number(number),
            },
            other => other,
        }
    }

    /// About the bytes it takes when it is written.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Flag(_) | Self::Number(_) => 24,
        }
    }

    /// The rule that the value breaks, if it breaks one.
    fn broken_rule(&self) -> Option<String> {
        match self {
            Self::Flag(_) => None,
            // The table keeps magnitudes from 1e-130 to below 1e126.
            Self::Number(number) => {
                let size = number.as_f64().map_or(0.0, f64::abs);
                (size != 0.0 && !(1e-130..1e125).contains(&size))
                    .then(|| "must be zero or of a magnitude from 1e-130 to 1e125".to_owned())
            }
            Self::Text(text) if text.chars().count() > TEXT_MAX => {
                Some(format!("must have at most {TEXT_MAX} characters"))
            }
            Self::Text(text) => words::broken_prose(text).map(str::to_owned),
        }
    }
}

/// Checks attributes that stand at a place, and brings them to their one form.
pub fn checked(attributes: &Attributes, at: &Pointer, faults: &mut Faults) -> Attributes {
    if attributes.len() > MOST {
        faults.add(at, format_args!("must have at most {MOST} entries"));
    }
    for (name, value) in attributes {
        let place = at.field(name);
        if let Some(rule) = words::broken_line(name) {
            faults.add(&place, format_args!("has a name that {rule}"));
        } else if name.chars().count() > NAME_MAX {
            faults.add(
                &place,
                format_args!("must have a name of at most {NAME_MAX} characters"),
            );
        }
        if let Some(rule) = value.broken_rule() {
            faults.add(&place, rule);
        }
    }
    attributes
        .iter()
        .map(|(name, value)| (name.clone(), value.clone().normal()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults_of(json: &str) -> Vec<String> {
        let attributes: Attributes = serde_json::from_str(json).unwrap();
        let mut faults = Faults::new();
        checked(&attributes, &Pointer::root(), &mut faults);
        faults.iter().map(|fault| fault.pointer.clone()).collect()
    }

    #[test]
    fn values_keep_their_kind_and_whole_numbers_lose_their_point() {
        let given: Attributes =
            serde_json::from_str(r#"{"a":"42","b":42.0,"c":42.5,"d":true,"e":-0.0,"f":1e20}"#)
                .unwrap();
        let kept = checked(&given, &Pointer::root(), &mut Faults::new());
        assert_eq!(
            serde_json::to_string(&kept).unwrap(),
            r#"{"a":"42","b":42,"c":42.5,"d":true,"e":0,"f":1e+20}"#
        );
    }

    #[test]
    fn what_is_too_long_too_large_or_nameless_is_a_fault_at_its_place() {
        let long_text = "x".repeat(TEXT_MAX + 1);
        let long_name = "n".repeat(NAME_MAX + 1);
        assert_eq!(faults_of(&format!(r#"{{"a":"{long_text}"}}"#)), ["/a"]);
        assert_eq!(
            faults_of(&format!(r#"{{"{long_name}":1}}"#)),
            [format!("/{long_name}")]
        );
        assert_eq!(
            faults_of(r#"{" ":1,"a/b":1e200,"c":1e-200}"#),
            ["/ ", "/a~1b", "/c"]
        );
        let many: Vec<String> = (0..=MOST).map(|n| format!("\"a{n}\":1")).collect();
        assert_eq!(faults_of(&format!("{{{}}}", many.join(","))), [""]);
    }

    #[test]
    fn the_largest_that_is_allowed_is_allowed() {
        let text = "é".repeat(TEXT_MAX);
        let name = "ü".repeat(NAME_MAX);
        assert!(faults_of(&format!(r#"{{"{name}":"{text}"}}"#)).is_empty());
    }
}
