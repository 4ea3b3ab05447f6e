//! Money: whole minor units of a currency, and never a float.
//!
//! [`Amount`] is what a client wrote, exactly; with a [`CurrencyCode`] it becomes [`Money`];
//! [`Decimal`] is how money is written back.

mod amount;
mod currency;

use std::cmp::Ordering;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;

pub use amount::{Amount, AmountError};
pub use currency::CurrencyCode;

use crate::Quantity;

/// Why a sum could not be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Two currencies do not add, subtract or compare.
    #[error("{0} and {1} are different currencies")]
    CurrencyMismatch(CurrencyCode, CurrencyCode),
    /// The result is more than 64 bits of minor units.
    #[error("the amount is too large")]
    Overflow,
    /// Nothing to share among: no weights, or all of them zero.
    #[error("there is nobody to share the amount among")]
    NoShares,
}

/// An amount of money: whole minor units (cents, yen, fils) and their currency.
///
/// In storage and in events it is `{"minor": 9999, "currency": "USD"}`; answers to clients write
/// [`Money::amount`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Money {
    /// Whole minor units of the currency.
    pub minor: i64,
    /// The currency.
    pub currency: CurrencyCode,
}

impl Money {
    /// The most that a client may name: 15 digits of minor units.
    ///
    /// Every decimal of 15 digits survives a reader that makes floats of JSON numbers, which most
    /// clients are.
    pub const MAX_GIVEN: i64 = 999_999_999_999_999;

    /// The width of a [`Money::sort_key`].
    pub const SORT_KEY_WIDTH: usize = 25;

    /// Money of whole minor units.
    pub const fn new(minor: i64, currency: CurrencyCode) -> Self {
        Self { minor, currency }
    }

    /// No money.
    pub const fn zero(currency: CurrencyCode) -> Self {
        Self::new(0, currency)
    }

    /// Whether it is less than nothing.
    pub const fn is_negative(self) -> bool {
        self.minor < 0
    }

    /// Whether it is nothing.
    pub const fn is_zero(self) -> bool {
        self.minor == 0
    }

    /// The sum of two amounts of one currency.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        self.of_same(other, i64::checked_add)
    }

    /// The difference of two amounts of one currency.
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        self.of_same(other, i64::checked_sub)
    }

    /// So many times the amount.
    pub fn checked_mul(self, quantity: Quantity) -> Result<Self, MoneyError> {
        self.with(self.minor.checked_mul(i64::from(quantity.get())))
    }

    /// The amount with its sign turned.
    pub fn checked_neg(self) -> Result<Self, MoneyError> {
        self.with(self.minor.checked_neg())
    }

    /// Compares two amounts of one currency.
    pub fn compare(self, other: Self) -> Result<Ordering, MoneyError> {
        self.same(other)?;
        Ok(self.minor.cmp(&other.minor))
    }

    /// The sum of amounts of one currency; none at all are nothing of it.
    pub fn sum(
        currency: CurrencyCode,
        amounts: impl IntoIterator<Item = Self>,
    ) -> Result<Self, MoneyError> {
        amounts
            .into_iter()
            .try_fold(Self::zero(currency), Self::checked_add)
    }

    /// Shares the amount in proportion to weights, to the last minor unit.
    ///
    /// By largest remainder: everyone gets their share rounded towards nothing, and what is left
    /// goes one unit each to those who lost most by rounding, the earlier first. The shares sum to
    /// the amount exactly, each differs from its exact share by less than one unit, and a weight
    /// of zero gets nothing.
    pub fn allocate(self, weights: &[u64]) -> Result<Vec<Self>, MoneyError> {
        let total: u128 = weights.iter().map(|&weight| u128::from(weight)).sum();
        if total == 0 {
            return Err(MoneyError::NoShares);
        }
        let whole = u128::from(self.minor.unsigned_abs());
        // A minor unit count is below 2^64 and so is a weight: the product fits.
        let exact = |weight: u64| whole * u128::from(weight);
        let mut shares: Vec<u128> = weights.iter().map(|&w| exact(w) / total).collect();
        let left = whole - shares.iter().sum::<u128>();

        let mut by_loss: Vec<(u128, usize)> = weights
            .iter()
            .enumerate()
            .map(|(at, &weight)| (exact(weight) % total, at))
            .collect();
        by_loss.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        // What is left is less than the number of those who lost something.
        for ((_, at), _) in by_loss.into_iter().zip(0..left) {
            shares[at] += 1;
        }

        let sign = i128::from(self.minor.signum());
        shares
            .into_iter()
            .map(|share| {
                let minor = i128::try_from(share).ok().map(|share| share * sign);
                self.with(minor.and_then(|minor| i64::try_from(minor).ok()))
            })
            .collect()
    }

    /// The amount as it is written to clients.
    pub const fn amount(self) -> Decimal {
        Decimal(self)
    }

    /// A text of fixed width that sorts as the amounts do, in major units, whatever the number of
    /// decimals of their currencies: 5 yen stand between 4.99 and 5.01 dollars.
    ///
    /// It compares numbers, not values: nothing is converted.
    pub fn sort_key(self) -> String {
        let steps = CurrencyCode::MAX_EXPONENT.saturating_sub(self.currency.exponent());
        let scaled = i128::from(self.minor) * 10_i128.pow(steps);
        // Below nothing, the rest to a power of ten counts down as the amount does, and the sign
        // digit puts all of it before zero.
        let (sign, digits) = if scaled < 0 {
            (0, SORT_KEY_SPAN + scaled)
        } else {
            (1, scaled)
        };
        format!("{sign}{digits:024}")
    }

    fn same(self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency {
            Ok(())
        } else {
            Err(MoneyError::CurrencyMismatch(self.currency, other.currency))
        }
    }

    fn of_same(
        self,
        other: Self,
        sum: impl Fn(i64, i64) -> Option<i64>,
    ) -> Result<Self, MoneyError> {
        self.same(other)?;
        self.with(sum(self.minor, other.minor))
    }

    fn with(self, minor: Option<i64>) -> Result<Self, MoneyError> {
        minor
            .map(|minor| Self::new(minor, self.currency))
            .ok_or(MoneyError::Overflow)
    }
}

/// More than any scaled amount: 2^63 minor units by 10^4 is below 10^23.
const SORT_KEY_SPAN: i128 = 10_i128.pow(24);

/// The digits of the amount in major units, with the decimals of its currency: `99.90`.
fn digits(f: &mut impl fmt::Write, money: Money) -> fmt::Result {
    let exponent = money.currency.exponent();
    let unit = 10_u64.pow(exponent);
    let (whole, part) = (
        money.minor.unsigned_abs() / unit,
        money.minor.unsigned_abs() % unit,
    );
    let sign = if money.is_negative() { "-" } else { "" };
    match exponent {
        0 => write!(f, "{sign}{whole}"),
        places => write!(f, "{sign}{whole}.{part:0places$}", places = places as usize),
    }
}

/// For logs and messages: `99.90 USD`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        digits(f, *self)?;
        write!(f, " {}", self.currency)
    }
}

/// Money as answers write it: an exact JSON number in major units, with all the decimals of its
/// currency (USD `99.90`, JPY `500`, KWD `1.250`).
///
/// The currency stands beside it, in a field of its own. The digits go out as they are, through
/// [`RawValue`], so no float is involved; that holds for `serde_json` writing to text, which is
/// what a wire type is for. Other formats have no exact decimals and take [`Money`] instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decimal(pub Money);

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        digits(f, self.0)
    }
}

impl From<Money> for Decimal {
    fn from(money: Money) -> Self {
        Self(money)
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.to_string())
            .map_err(serde::ser::Error::custom)?
            .serialize(serializer)
    }
}

impl JsonSchema for Decimal {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Decimal".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "number",
            "description": "Major units of the currency beside it, with the currency's decimals.",
            "examples": [99.99]
        })
    }
}

#[cfg(test)]
mod tests;
