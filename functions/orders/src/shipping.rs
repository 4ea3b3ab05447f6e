//! What sending an order costs: a plain table, until carriers are asked.
//!
//! Each currency has a tariff of its own, for a price of 5.99 is no price of yen. A tariff has a home:
//! the countries that its prices are meant for. Elsewhere an order costs three times as much, and
//! is never sent for nothing.

use kernel::{CountryCode, CurrencyCode, Money};

pub use crate::order::ShippingMethod;

/// What sending costs in one currency, in its minor units.
#[derive(Debug, Clone, Copy)]
struct Tariff {
    currency: &'static str,
    home: &'static [&'static str],
    standard: i64,
    express: i64,
    /// Orders worth this much go home by the usual way for nothing.
    free_from: i64,
}

/// How much more it costs to send an order abroad.
const ABROAD: i64 = 3;

/// The European Union.
#[rustfmt::skip]
const UNION: &[&str] = &[
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT",
    "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
];

#[rustfmt::skip]
const TARIFFS: &[Tariff] = &[
    Tariff { currency: "USD", home: &["US"], standard: 599, express: 1_499, free_from: 5_000 },
    Tariff { currency: "EUR", home: UNION,   standard: 499, express: 1_299, free_from: 5_000 },
    Tariff { currency: "GBP", home: &["GB"], standard: 399, express:   999, free_from: 4_000 },
    Tariff { currency: "CAD", home: &["CA"], standard: 799, express: 1_999, free_from: 7_500 },
    Tariff { currency: "AUD", home: &["AU"], standard: 899, express: 1_999, free_from: 7_500 },
    Tariff { currency: "CHF", home: &["CH"], standard: 700, express: 1_500, free_from: 5_000 },
    Tariff { currency: "JPY", home: &["JP"], standard: 600, express: 1_200, free_from: 5_000 },
    Tariff { currency: "KWD", home: &["KW"], standard: 2_000, express: 5_000, free_from: 15_000 },
];

/// Of a currency without a tariff: an order costs a tenth of what is in it, and by the fast way a
/// quarter.
const TENTH: i64 = 10;
const QUARTER: i64 = 4;

/// What it costs to send things of this worth to a country.
pub fn cost(method: ShippingMethod, country: CountryCode, worth: Money) -> Money {
    let in_minor = |minor| Money::new(minor, worth.currency);
    let Some(tariff) = tariff_of(worth.currency) else {
        let part = match method {
            ShippingMethod::Standard => TENTH,
            ShippingMethod::Express => QUARTER,
        };
        return in_minor(worth.minor.max(0) / part);
    };
    let price = match method {
        ShippingMethod::Standard => tariff.standard,
        ShippingMethod::Express => tariff.express,
    };
    if !tariff.home.contains(&country.as_str()) {
        return in_minor(price * ABROAD);
    }
    let is_free = method == ShippingMethod::Standard && worth.minor >= tariff.free_from;
    in_minor(if is_free { 0 } else { price })
}

fn tariff_of(currency: CurrencyCode) -> Option<&'static Tariff> {
    let code = currency.to_string();
    TARIFFS.iter().find(|tariff| tariff.currency == code)
}

#[cfg(test)]
mod tests;
