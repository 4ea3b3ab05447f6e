//! How many: at least one.

use crate::Invalid;

/// A count of things that are bought, reserved or shipped: from 1 to 4,294,967,295.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct Quantity(u32);

impl Quantity {
    /// One thing.
    pub const ONE: Self = Self(1);

    const RULE: Invalid = Invalid::new("must be a whole number, at least 1");

    /// A quantity, unless it is zero or too large.
    pub fn new(count: u64) -> Result<Self, Invalid> {
        match u32::try_from(count) {
            Ok(count) if count > 0 => Ok(Self(count)),
            _ => Err(Self::RULE),
        }
    }

    /// The count.
    pub const fn get(self) -> u32 {
        self.0
    }

    /// The sum of two quantities, unless it is too large to count.
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(sum) => Some(Self(sum)),
            None => None,
        }
    }
}

impl std::fmt::Display for Quantity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> serde::Deserialize<'de> for Quantity {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let count = u64::deserialize(deserializer)?;
        Self::new(count).map_err(serde::de::Error::custom)
    }
}

impl schemars::JsonSchema for Quantity {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Quantity".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "integer", "minimum": 1, "maximum": u32::MAX })
    }
}

#[cfg(test)]
mod tests;
