//! The one refusal of every word type, and the macro that gives a word type its usual traits.

/// A text broke the rule of the type it was read as.
///
/// The rule is a whole clause that a caller may read after the name of the field: `must be …`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{rule}")]
pub struct Invalid {
    rule: &'static str,
}

impl Invalid {
    /// A refusal with the rule that was broken.
    pub const fn new(rule: &'static str) -> Self {
        Self { rule }
    }

    /// The rule, for a list of faults.
    pub const fn rule(&self) -> &'static str {
        self.rule
    }
}

/// Gives a type that has `parse(&str) -> Result<Self, Invalid>` and `as_str(&self) -> &str` the
/// traits of a word: it reads and writes as one JSON string and checks its rule on the way in.
macro_rules! word {
    ($name:ident, $schema:tt) => {
        impl std::str::FromStr for $name {
            type Err = $crate::Invalid;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }

        impl TryFrom<&str> for $name {
            type Error = $crate::Invalid;

            fn try_from(text: &str) -> Result<Self, Self::Error> {
                Self::parse(text)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }

        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!($schema)
            }
        }
    };
}

pub(crate) use word;
