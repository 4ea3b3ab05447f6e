//! Amounts as Stripe counts them: in minor units, but not always those of ISO 4217.

use kernel::{CurrencyCode, Money};

use crate::processor::{Failure, ProcessorError};

/// Currencies without a minor unit of which Stripe takes hundredths all the same.
const IN_HUNDREDTHS: [&str; 2] = ["ISK", "UGX"];
/// Currencies with hundredths of which Stripe takes whole units.
const IN_UNITS: [&str; 1] = ["MGA"];

/// The least that a card is charged or given back of a currency, in minor units: what it is charged
/// and given back are multiples of it. Of three decimals the last must be nought:
/// https://docs.stripe.com/currencies#three-decimal.
pub fn step(currency: CurrencyCode) -> i64 {
    if IN_UNITS.contains(&currency.as_str()) {
        100
    } else if currency.exponent() == 3 {
        10
    } else {
        1
    }
}

/// The number that Stripe takes for an amount.
pub(super) fn to_stripe(amount: Money) -> Result<i64, ProcessorError> {
    let code = amount.currency.as_str();
    let number = if amount.minor % step(amount.currency) != 0 {
        None
    } else if IN_HUNDREDTHS.contains(&code) {
        amount.minor.checked_mul(100)
    } else if IN_UNITS.contains(&code) {
        Some(amount.minor / 100)
    } else {
        Some(amount.minor)
    };
    number.ok_or_else(|| ProcessorError::Refused {
        status: 400,
        failure: Failure {
            code: "amount_not_chargeable".to_owned(),
            message: format!("Cards are not charged {amount}."),
        },
    })
}

/// The amount that a number of Stripe's means.
pub(crate) fn from_stripe(number: i64, currency: &str) -> Result<Money, ProcessorError> {
    let code = currency.to_ascii_uppercase();
    let currency = CurrencyCode::parse(&code)
        .map_err(|invalid| ProcessorError::fault(format!("a currency {}", invalid.rule())))?;
    let minor = if IN_HUNDREDTHS.contains(&code.as_str()) {
        number / 100
    } else if IN_UNITS.contains(&code.as_str()) {
        number
            .checked_mul(100)
            .ok_or_else(|| ProcessorError::fault("an amount beyond all bounds"))?
    } else {
        number
    };
    Ok(Money::new(minor, currency))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_go_and_come_back_in_every_kind_of_currency() {
        for (currency, minor, number) in [
            ("USD", 1999, 1999),
            ("JPY", 500, 500),
            ("KWD", 12_340, 12_340),
            ("ISK", 700, 70_000),
            ("UGX", 1, 100),
            ("MGA", 500, 5),
            ("EUR", -3, -3),
        ] {
            let amount = Money::new(minor, CurrencyCode::parse(currency).unwrap());
            assert_eq!(to_stripe(amount).unwrap(), number, "{currency}");
            let lower = currency.to_ascii_lowercase();
            assert_eq!(from_stripe(number, &lower).unwrap(), amount, "{currency}");
        }
    }

    #[test]
    fn what_stripe_cannot_say_is_refused_and_not_rounded() {
        for (currency, minor) in [("MGA", 501), ("KWD", 12_345), ("BHD", 1), ("ISK", i64::MAX)] {
            let odd = Money::new(minor, CurrencyCode::parse(currency).unwrap());
            let refused = to_stripe(odd);
            assert!(
                matches!(refused, Err(ProcessorError::Refused { status: 400, .. })),
                "{odd}: {refused:?}"
            );
        }
    }
}
