//! Tax: which rates hold where an order goes, and how much that comes to.
//!
//! The [rates](RATES) are a plain table; whoever knows better (a provider, a shop's own rules)
//! implements [`TaxRates`], and nothing else changes.

mod rates;

use kernel::{CountryCode, Money, MoneyError};

pub use crate::order::TaxClass;
pub use rates::RATES;

/// A rate of tax, in thousandths of a percent: 8,875 is 8.875%.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Rate(pub u32);

/// The whole, in the unit of a [`Rate`].
const WHOLE: i128 = 100_000;

/// Where an order goes, as far as tax asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// The country.
    pub country: CountryCode,
    /// The ISO 3166-2 code of the region, without the country's, where it is known.
    pub region: Option<String>,
}

/// The rules of a destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taxes {
    /// Whether prices have the tax in them.
    pub included: bool,
    /// The rate of most things.
    pub standard: Rate,
    /// The rate of [`TaxClass::Reduced`].
    pub reduced: Rate,
    /// Whether sending things is taxed, at the standard rate.
    pub on_shipping: bool,
}

/// Whoever knows the rates.
pub trait TaxRates {
    /// The rules of a destination.
    fn taxes(&self, destination: &Destination) -> Taxes;
}

impl Taxes {
    /// No tax at all: what leaves for a country where the shop is not registered.
    pub const NONE: Self = Self {
        included: false,
        standard: Rate(0),
        reduced: Rate(0),
        on_shipping: false,
    };

    /// The rate of a class.
    pub const fn rate(&self, class: TaxClass) -> Rate {
        match class {
            TaxClass::Standard => self.standard,
            TaxClass::Reduced => self.reduced,
            TaxClass::Zero => Rate(0),
        }
    }

    /// The tax in an amount, or on it, to the nearest minor unit; a half is rounded up.
    ///
    /// # Errors
    /// When it is beyond all money.
    pub fn of(&self, rate: Rate, amount: Money) -> Result<Money, MoneyError> {
        let whole = if self.included {
            WHOLE + i128::from(rate.0)
        } else {
            WHOLE
        };
        let exact = i128::from(amount.minor) * i128::from(rate.0);
        let rounded = (2 * exact + whole).div_euclid(2 * whole);
        i64::try_from(rounded)
            .map(|minor| Money::new(minor, amount.currency))
            .map_err(|_| MoneyError::Overflow)
    }
}

#[cfg(test)]
mod tests;
