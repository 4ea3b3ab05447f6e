//! Currencies, by ISO 4217.

use std::fmt;

use iso_currency::Currency;

use crate::invalid::{Invalid, word};

/// An ISO 4217 currency by its code, in upper case, that has minor units to count in.
///
/// Gold, test codes and bond units have none, and cannot be a price.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CurrencyCode(Currency);

impl CurrencyCode {
    /// The US dollar.
    pub const USD: Self = Self(Currency::USD);
    /// The euro.
    pub const EUR: Self = Self(Currency::EUR);
    /// The yen, which has no decimals.
    pub const JPY: Self = Self(Currency::JPY);
    /// The Kuwaiti dinar, which has three.
    pub const KWD: Self = Self(Currency::KWD);

    /// The most decimals any currency has (CLF, UYW).
    pub const MAX_EXPONENT: u32 = 4;

    const RULE: Invalid = Invalid::new("must be an ISO 4217 currency code such as USD");

    /// Reads a code in upper case.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        Currency::from_code(text)
            .filter(|currency| {
                currency
                    .exponent()
                    .is_some_and(|places| u32::from(places) <= Self::MAX_EXPONENT)
            })
            .map(Self)
            .ok_or(Self::RULE)
    }

    /// How many decimals amounts of the currency have.
    pub fn exponent(self) -> u32 {
        // Parsing lets no currency in that has none.
        self.0.exponent().map_or(0, u32::from)
    }

    /// The code.
    pub fn as_str(&self) -> &'static str {
        self.0.code()
    }

    /// The currency's English name.
    pub fn name(&self) -> &str {
        self.0.name()
    }
}

impl fmt::Debug for CurrencyCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl PartialOrd for CurrencyCode {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for CurrencyCode {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.as_str().cmp(other.as_str())
    }
}

word!(CurrencyCode, {
    "type": "string",
    "format": "currency",
    "minLength": 3,
    "maxLength": 3,
    "pattern": "^[A-Z]{3}$",
    "examples": ["USD"]
});
