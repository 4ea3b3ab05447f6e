use super::*;
use kernel::CurrencyCode;

fn taxes(included: bool) -> Taxes {
    Taxes {
        included,
        standard: Rate(19_000),
        reduced: Rate(7_000),
        on_shipping: true,
    }
}

#[test]
fn tax_is_rounded_to_the_nearest_minor_unit() {
    for (included, rate, amount, tax) in [
        (false, 19_000, 10_000, 1_900),
        (false, 8_875, 1_999, 177), // 177.41
        (false, 50_000, 1, 1),      // a half
        (false, 49_999, 1, 0),
        (true, 19_000, 11_900, 1_900),
        (true, 19_000, 9_999, 1_596), // 1596.48
        (true, 0, 9_999, 0),
        (false, 0, 9_999, 0),
    ] {
        let amount = Money::new(amount, CurrencyCode::USD);
        let found = taxes(included).of(Rate(rate), amount).unwrap();
        assert_eq!(found.minor, tax, "{rate} of {amount}, included: {included}");
    }
}

#[test]
fn a_class_has_its_rate() {
    let taxes = taxes(true);
    for (class, rate) in [
        (TaxClass::Standard, 19_000),
        (TaxClass::Reduced, 7_000),
        (TaxClass::Zero, 0),
    ] {
        assert_eq!(taxes.rate(class), Rate(rate));
    }
}

#[test]
fn tax_beyond_all_money_is_an_error() {
    let amount = Money::new(i64::MAX, CurrencyCode::USD);
    assert!(taxes(false).of(Rate(u32::MAX), amount).is_err());
}
