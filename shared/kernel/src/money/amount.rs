//! Amounts as clients write them.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::value::RawValue;

use super::{CurrencyCode, Money};

/// Why a text is no amount, or no amount of its currency. The messages are for callers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// It is no plain decimal.
    #[error("must be a decimal number, or a decimal string such as \"99.99\"")]
    NotADecimal,
    /// It is below zero.
    #[error("must not be negative")]
    Negative,
    /// It has more significant digits than anyone's money.
    #[error("must have at most 18 significant digits")]
    TooManyDigits,
    /// It has more decimals than its currency.
    #[error("must have {}, as {currency} has", decimals(*allowed))]
    TooManyDecimals {
        /// The currency.
        currency: CurrencyCode,
        /// The decimals the currency has.
        allowed: u32,
    },
    /// It is more than [`Money::MAX_GIVEN`].
    #[error("is too large")]
    OutOfRange,
}

fn decimals(allowed: u32) -> String {
    match allowed {
        0 => "no decimals".to_owned(),
        1 => "at most 1 decimal".to_owned(),
        more => format!("at most {more} decimals"),
    }
}

/// A decimal exactly as a client gave it, before its currency is known: zero or more.
///
/// It reads a JSON number or a string of plain decimal digits, and takes the digits from the text
/// of the document, so that no float is ever involved. It is a number: zeros at the end of the
/// decimals do not count, `500.00` is an amount of yen and `500.50` is not. A number may have an
/// exponent (`1e3`), a string may not; a string has no sign, no spaces and no leading zeros.
///
/// Deserialising takes `serde_json` over text. Behind `#[serde(flatten)]` or an untagged enum,
/// and out of a `serde_json::Value`, serde has made a float of a number already: keep amounts out
/// of those. Elsewhere (CSV, query strings) use [`FromStr`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Amount {
    /// All digits, below 10^18; the last one is not zero unless there are no decimals.
    digits: u64,
    /// How many of them are decimals.
    decimals: u32,
}

impl Amount {
    /// The most significant digits.
    const MAX_DIGITS: usize = 18;
    /// The largest exponent, either way: beyond it even zero is a prank.
    const MAX_SHIFT: i64 = 40;

    /// Reads the text of a JSON number.
    pub fn from_json_number(text: &str) -> Result<Self, AmountError> {
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, shift) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, shift)) => (mantissa, parse_shift(shift)?),
            None => (unsigned, 0),
        };
        let amount = Self::from_mantissa(mantissa, shift)?;
        if negative && amount.digits != 0 {
            return Err(AmountError::Negative);
        }
        Ok(amount)
    }

    /// Reads a decimal string: digits, and a point between digits at most once.
    pub fn parse(text: &str) -> Result<Self, AmountError> {
        match text.strip_prefix('-') {
            // Told apart only so that the caller learns which rule it broke.
            Some(rest) => Self::from_mantissa(rest, 0).and(Err(AmountError::Negative)),
            None => Self::from_mantissa(text, 0),
        }
    }

    /// The money this is in a currency; refused when it has decimals that the currency has not.
    pub fn in_currency(self, currency: CurrencyCode) -> Result<Money, AmountError> {
        let allowed = currency.exponent();
        let Some(missing) = allowed.checked_sub(self.decimals) else {
            return Err(AmountError::TooManyDecimals { currency, allowed });
        };
        // Below 10^18 by at most 10^4: it fits 128 bits.
        let minor = i128::from(self.digits) * 10_i128.pow(missing);
        match i64::try_from(minor) {
            Ok(minor) if minor <= Money::MAX_GIVEN => Ok(Money::new(minor, currency)),
            _ => Err(AmountError::OutOfRange),
        }
    }

    /// Whether it is nothing.
    pub const fn is_zero(self) -> bool {
        self.digits == 0
    }

    fn from_mantissa(mantissa: &str, shift: i64) -> Result<Self, AmountError> {
        let (whole, part) = match mantissa.split_once('.') {
            Some((_, "")) => return Err(AmountError::NotADecimal),
            Some(halves) => halves,
            None => (mantissa, ""),
        };
        let digits_only = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        let zeros_lead = whole.len() > 1 && whole.starts_with('0');
        if whole.is_empty() || zeros_lead || !digits_only(whole) || !digits_only(part) {
            return Err(AmountError::NotADecimal);
        }

        let text = format!("{whole}{part}");
        let significant = text.trim_start_matches('0').trim_end_matches('0');
        if significant.is_empty() {
            return Ok(Self {
                digits: 0,
                decimals: 0,
            });
        }
        let zeros_at_end = text.len() - text.trim_end_matches('0').len();
        if significant.len() > Self::MAX_DIGITS {
            return Err(AmountError::TooManyDigits);
        }
        let digits: u64 = significant
            .parse()
            .map_err(|_| AmountError::TooManyDigits)?;

        // The value is digits / 10^places; places below zero are zeros to put back.
        let length = |n: usize| i64::try_from(n).map_err(|_| AmountError::TooManyDigits);
        let places = length(part.len())? - length(zeros_at_end)? - shift;
        match u32::try_from(places) {
            Ok(decimals) => Ok(Self { digits, decimals }),
            Err(_) => {
                let digits = u32::try_from(-places)
                    .ok()
                    .and_then(|zeros| 10_u64.checked_pow(zeros))
                    .and_then(|factor| digits.checked_mul(factor))
                    .filter(|&digits| digits < 10_u64.pow(Self::MAX_DIGITS as u32))
                    .ok_or(AmountError::OutOfRange)?;
                Ok(Self {
                    digits,
                    decimals: 0,
                })
            }
        }
    }
}

fn parse_shift(text: &str) -> Result<i64, AmountError> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(AmountError::NotADecimal);
    }
    match text.parse() {
        Ok(shift) if (-Amount::MAX_SHIFT..=Amount::MAX_SHIFT).contains(&shift) => Ok(shift),
        _ => Err(AmountError::OutOfRange),
    }
}

impl FromStr for Amount {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, AmountError> {
        Self::parse(text)
    }
}

/// The shortest plain decimal of the value.
impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = self.decimals as usize;
        if places == 0 {
            return write!(f, "{}", self.digits);
        }
        let digits = format!("{:0>width$}", self.digits, width = places + 1);
        let (whole, part) = digits.split_at(digits.len() - places);
        write!(f, "{whole}.{part}")
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.to_string())
            .map_err(serde::ser::Error::custom)?
            .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let text = raw.get();
        let amount = match text.as_bytes().first() {
            Some(b'"') => {
                let text: String = serde_json::from_str(text).map_err(de::Error::custom)?;
                Self::parse(&text)
            }
            Some(b'-' | b'0'..=b'9') => Self::from_json_number(text),
            _ => Err(AmountError::NotADecimal),
        };
        amount.map_err(de::Error::custom)
    }
}

impl JsonSchema for Amount {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Amount".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "Major units of the currency, exactly, with no more decimals than it has.",
            "anyOf": [
                { "type": "number", "minimum": 0, "maximum": 999_999_999_999_999_u64 },
                {
                    "type": "string",
                    "format": "decimal",
                    "maxLength": 40,
                    "pattern": "^(0|[1-9][0-9]*)(\\.[0-9]+)?$"
                }
            ],
            "examples": [99.99]
        })
    }
}
