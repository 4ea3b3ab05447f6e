use proptest::prelude::*;

use super::*;

/// Every currency the type reads, found by trying all three-letter codes.
fn currencies() -> Vec<CurrencyCode> {
    let letters = || b'A'..=b'Z';
    let mut found = Vec::new();
    for (a, b, c) in
        letters().flat_map(|a| letters().flat_map(move |b| letters().map(move |c| (a, b, c))))
    {
        let code = String::from_utf8(vec![a, b, c]).unwrap();
        found.extend(CurrencyCode::parse(&code));
    }
    found
}

fn any_currency() -> impl Strategy<Value = CurrencyCode> {
    proptest::sample::select(currencies())
}

fn json(text: &str) -> Result<Amount, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

#[test]
fn currencies_are_those_of_iso_4217_that_have_minor_units() {
    let all = currencies();
    assert!(all.len() > 150, "only {} currencies", all.len());
    // ISO 4217 list one: all that do not count in hundredths.
    let counted_in = |exponent: u32| {
        let of_it = all.iter().filter(|c| c.exponent() == exponent);
        of_it
            .map(CurrencyCode::as_str)
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(
        counted_in(0),
        "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
    );
    assert_eq!(counted_in(1), "");
    assert_eq!(counted_in(3), "BHD IQD JOD KWD LYD OMR TND");
    assert_eq!(counted_in(4), "CLF UYW");
    // Gold, test, no currency, drawing rights; then what is no code at all.
    for code in [
        "XAU", "XTS", "XXX", "XDR", "usd", "Usd", " USD", "USD ", "", "US", "USDX", "ÜSD", "999",
    ] {
        assert!(CurrencyCode::parse(code).is_err(), "{code} was read");
    }
    for currency in all {
        assert!(currency.exponent() <= CurrencyCode::MAX_EXPONENT);
    }
}

#[test]
fn amounts_are_read_exactly_and_written_with_the_currencys_decimals() {
    for (given, code, minor, written) in [
        ("99.99", "USD", 9999, "99.99"),
        ("\"99.99\"", "USD", 9999, "99.99"),
        ("99.9", "USD", 9990, "99.90"),
        ("100", "USD", 10000, "100.00"),
        ("0.07", "USD", 7, "0.07"),
        ("0", "USD", 0, "0.00"),
        ("-0", "USD", 0, "0.00"),
        ("-0.00", "USD", 0, "0.00"),
        ("0e5", "USD", 0, "0.00"),
        ("500", "JPY", 500, "500"),
        ("500.00", "JPY", 500, "500"),
        ("\"500.0\"", "JPY", 500, "500"),
        ("1.250", "KWD", 1250, "1.250"),
        ("1.25", "KWD", 1250, "1.250"),
        ("1e3", "USD", 100_000, "1000.00"),
        ("1.5E+1", "USD", 1500, "15.00"),
        ("1999e-2", "USD", 1999, "19.99"),
        ("100e-2", "JPY", 1, "1"),
        ("1.0000000000000000000000", "USD", 100, "1.00"),
        (
            "9999999999999.99",
            "USD",
            999_999_999_999_999,
            "9999999999999.99",
        ),
        ("0.29", "USD", 29, "0.29"),
        ("1.005e2", "USD", 10050, "100.50"),
    ] {
        let currency = CurrencyCode::parse(code).unwrap();
        let money = json(given).unwrap().in_currency(currency).unwrap();
        assert_eq!(money, Money::new(minor, currency), "{given} {code}");
        assert_eq!(serde_json::to_string(&money.amount()).unwrap(), written);
    }
}

#[test]
fn amounts_with_more_decimals_than_the_currency_are_refused() {
    for (given, code, allowed) in [
        ("9.999", "USD", 2),
        ("0.001", "USD", 2),
        ("500.5", "JPY", 0),
        ("1e-1", "JPY", 0),
        ("1.2345", "KWD", 3),
        ("\"1.00001\"", "CLF", 4),
    ] {
        let currency = CurrencyCode::parse(code).unwrap();
        let refused = json(given).unwrap().in_currency(currency);
        assert_eq!(
            refused,
            Err(AmountError::TooManyDecimals { currency, allowed }),
            "{given} {code}"
        );
    }
    let message = |code: &str| {
        let currency = CurrencyCode::parse(code).unwrap();
        let amount = Amount::parse("1.00001").unwrap();
        amount.in_currency(currency).unwrap_err().to_string()
    };
    assert_eq!(message("USD"), "must have at most 2 decimals, as USD has");
    assert_eq!(message("JPY"), "must have no decimals, as JPY has");
}

#[test]
fn amounts_beyond_anyones_money_are_refused() {
    let in_usd = |text: &str| json(text).unwrap().in_currency(CurrencyCode::USD);
    assert_eq!(in_usd("10000000000000"), Err(AmountError::OutOfRange));
    assert_eq!(in_usd("123456789012345678"), Err(AmountError::OutOfRange));
    for text in ["1e41", "1e400", "1e-41", "1e99999999999999999999", "1e18"] {
        assert!(
            json(text).unwrap_err().starts_with("is too large"),
            "{text}"
        );
    }
    for text in [
        "1234567890123456789",
        "0.1234567890123456789",
        "\"1234567890123456789\"",
    ] {
        assert!(json(text).unwrap_err().contains("18 significant"), "{text}");
    }
}

#[test]
fn what_is_no_plain_decimal_is_refused() {
    for text in [
        "\"\"",
        "\" 1\"",
        "\"1 \"",
        "\"+1\"",
        "\"1.\"",
        "\".5\"",
        "\"01\"",
        "\"00\"",
        "\"1,5\"",
        "\"1.2.3\"",
        "\"1e3\"",
        "\"NaN\"",
        "\"Infinity\"",
        "\"inf\"",
        "\"0x10\"",
        "\"1_000\"",
        "\"$5\"",
        "\"٣\"",
        "\"１\"",
        "\"-\"",
        "null",
        "true",
        "[1]",
        "{}",
        "{\"a\":1}",
    ] {
        let refusal = json(text).unwrap_err();
        assert!(
            refusal.starts_with("must be a decimal"),
            "{text}: {refusal}"
        );
    }
    for text in ["NaN", "+1", "01", "1.", ".5", "-", "Infinity"] {
        assert!(json(text).is_err(), "{text} was read");
    }
    for text in ["-1", "-0.01", "\"-1\"", "-1e2"] {
        assert!(
            json(text).unwrap_err().starts_with("must not be negative"),
            "{text}"
        );
    }
    // From a CSV field the same texts come without quotes.
    for text in ["", "abc", "1e3", "--1", "1.-1", "-x"] {
        assert_eq!(
            text.parse::<Amount>(),
            Err(AmountError::NotADecimal),
            "{text}"
        );
    }
}

#[test]
fn an_absent_amount_is_none_and_a_present_one_keeps_its_digits_inside_a_body() {
    #[derive(serde::Deserialize)]
    struct Body {
        price: Amount,
        #[serde(default)]
        compare: Option<Amount>,
    }
    let body: Body = serde_json::from_str(r#"{"price": 0.10000, "compare": null}"#).unwrap();
    assert_eq!(
        (body.price.to_string(), body.compare),
        ("0.1".to_owned(), None)
    );
    let body: Body = serde_json::from_slice(br#"{"price": 1, "compare": "2.50"}"#).unwrap();
    assert_eq!(body.compare.unwrap().to_string(), "2.5");
}

#[test]
fn sums_refuse_other_currencies_and_overflow() {
    let usd = |minor| Money::new(minor, CurrencyCode::USD);
    let yen = Money::new(1, CurrencyCode::JPY);
    let mismatch = MoneyError::CurrencyMismatch(CurrencyCode::USD, CurrencyCode::JPY);
    assert_eq!(usd(1).checked_add(yen), Err(mismatch));
    assert_eq!(usd(1).checked_sub(yen), Err(mismatch));
    assert_eq!(usd(1).compare(yen), Err(mismatch));
    assert_eq!(usd(i64::MAX).checked_add(usd(1)), Err(MoneyError::Overflow));
    assert_eq!(usd(i64::MIN).checked_sub(usd(1)), Err(MoneyError::Overflow));
    assert_eq!(usd(i64::MIN).checked_neg(), Err(MoneyError::Overflow));
    let many = Quantity::new(u64::from(u32::MAX)).unwrap();
    assert_eq!(
        usd(i64::MAX / 2).checked_mul(many),
        Err(MoneyError::Overflow)
    );
    assert_eq!(
        usd(1999).checked_mul(Quantity::new(3).unwrap()),
        Ok(usd(5997))
    );
    assert_eq!(Money::sum(CurrencyCode::USD, [usd(1), usd(2)]), Ok(usd(3)));
    assert_eq!(Money::sum(CurrencyCode::USD, []), Ok(usd(0)));
    assert_eq!(Money::sum(CurrencyCode::USD, [yen]), Err(mismatch));
}

#[test]
fn shares_go_to_those_who_lost_most() {
    let share = |minor: i64, weights: &[u64]| {
        let shares = Money::new(minor, CurrencyCode::USD).allocate(weights);
        shares.map(|shares| shares.iter().map(|m| m.minor).collect::<Vec<_>>())
    };
    assert_eq!(share(100, &[1, 1, 1]), Ok(vec![34, 33, 33]));
    assert_eq!(share(-100, &[1, 1, 1]), Ok(vec![-34, -33, -33]));
    assert_eq!(share(5, &[3, 7]), Ok(vec![2, 3]));
    assert_eq!(share(1, &[0, 1, 1]), Ok(vec![0, 1, 0]));
    assert_eq!(share(10, &[1999, 1, 0]), Ok(vec![10, 0, 0]));
    assert_eq!(share(0, &[1, 2]), Ok(vec![0, 0]));
    assert_eq!(share(i64::MIN, &[1]), Ok(vec![i64::MIN]));
    assert_eq!(share(i64::MAX, &[u64::MAX, 0]), Ok(vec![i64::MAX, 0]));
    assert_eq!(share(1, &[]), Err(MoneyError::NoShares));
    assert_eq!(share(1, &[0, 0]), Err(MoneyError::NoShares));
}

#[test]
fn money_is_stored_in_minor_units() {
    let money = Money::new(-1250, CurrencyCode::KWD);
    let text = r#"{"minor":-1250,"currency":"KWD"}"#;
    assert_eq!(serde_json::to_string(&money).unwrap(), text);
    assert_eq!(serde_json::from_str::<Money>(text).unwrap(), money);
    assert_eq!(money.to_string(), "-1.250 KWD");
    assert_eq!(money.amount().to_string(), "-1.250");
    assert_eq!(
        Money::new(i64::MIN, CurrencyCode::JPY).to_string(),
        "-9223372036854775808 JPY"
    );
}

proptest! {
    #[test]
    fn every_price_of_every_currency_comes_back_as_it_went_out(
        minor in 0..=Money::MAX_GIVEN,
        currency in any_currency(),
    ) {
        let money = Money::new(minor, currency);
        let written = serde_json::to_string(&money.amount()).unwrap();
        let read: Amount = serde_json::from_str(&written).unwrap();
        prop_assert_eq!(read.in_currency(currency), Ok(money));
        prop_assert_eq!(Amount::parse(&written).unwrap(), read);
        prop_assert_eq!(serde_json::from_str::<Amount>(&format!("{read}")).unwrap(), read);
        let again: Amount = serde_json::from_str(&serde_json::to_string(&read).unwrap()).unwrap();
        prop_assert_eq!(again, read);
        // Readers that make floats of numbers get the same decimals back.
        let float: f64 = written.parse().unwrap();
        prop_assert_eq!(format!("{float:.*}", currency.exponent() as usize), written);
    }

    #[test]
    fn an_exponent_moves_the_point_and_nothing_else(digits in 0_u64..1_000_000_000, shift in -9_i32..=9) {
        let number = Amount::from_json_number(&format!("{digits}e{shift}")).unwrap();
        let plain = if shift >= 0 {
            format!("{}", u128::from(digits) * 10_u128.pow(shift.unsigned_abs()))
        } else {
            let unit = 10_u64.pow(shift.unsigned_abs());
            format!("{}.{:0w$}", digits / unit, digits % unit, w = shift.unsigned_abs() as usize)
        };
        prop_assert_eq!(number, Amount::parse(&plain).unwrap());
    }

    #[test]
    fn no_text_makes_an_amount_panic(text in "\\PC{0,40}") {
        let _ = Amount::parse(&text);
        let _ = Amount::from_json_number(&text);
        let _ = serde_json::from_str::<Amount>(&text);
    }

    #[test]
    fn number_like_texts_read_as_json_reads_them(text in "-?[0-9]{1,6}(\\.[0-9]{1,6})?([eE][+-]?[0-9]{1,2})?") {
        let json: Result<serde_json::Value, _> = serde_json::from_str(&text);
        match serde_json::from_str::<Amount>(&text) {
            Ok(amount) => {
                let ours: f64 = amount.to_string().parse().unwrap();
                prop_assert_eq!(Some(ours.abs()), json.unwrap().as_f64().map(f64::abs));
            }
            Err(error) => {
                let reason = error.to_string();
                let known = json.is_err() || reason.starts_with("must not be") || reason.starts_with("is too large");
                prop_assert!(known, "{text}: {reason}");
            }
        }
    }

    #[test]
    fn shares_sum_to_the_whole_and_are_fair(
        minor in any::<i64>(),
        weights in prop::collection::vec(prop_oneof![Just(0_u64), 0_u64..1000, any::<u64>()], 1..30),
    ) {
        let total: u128 = weights.iter().map(|&w| u128::from(w)).sum();
        let whole = Money::new(minor, CurrencyCode::USD);
        if total == 0 {
            prop_assert_eq!(whole.allocate(&weights), Err(MoneyError::NoShares));
            return Ok(());
        }
        let shares = whole.allocate(&weights).unwrap();
        prop_assert_eq!(shares.len(), weights.len());
        let sum: i128 = shares.iter().map(|share| i128::from(share.minor)).sum();
        prop_assert_eq!(sum, i128::from(minor));
        for (share, &weight) in shares.iter().zip(&weights) {
            prop_assert!(weight > 0 || share.is_zero());
            prop_assert!(share.is_zero() || share.is_negative() == whole.is_negative());
            let floor = u128::from(minor.unsigned_abs()) * u128::from(weight) / total;
            let got = u128::from(share.minor.unsigned_abs());
            prop_assert!(got == floor || got == floor + 1, "{got} for {floor}");
        }
    }

    #[test]
    fn sort_keys_sort_as_amounts_do_across_currencies(
        a in prop_oneof![any::<i64>(), -1000_i64..1000],
        b in prop_oneof![any::<i64>(), -1000_i64..1000],
        currency_a in any_currency(),
        currency_b in any_currency(),
    ) {
        let (a, b) = (Money::new(a, currency_a), Money::new(b, currency_b));
        let scaled = |m: Money| i128::from(m.minor) * 10_i128.pow(4 - m.currency.exponent());
        prop_assert_eq!(a.sort_key().len(), Money::SORT_KEY_WIDTH);
        prop_assert_eq!(a.sort_key().cmp(&b.sort_key()), scaled(a).cmp(&scaled(b)));
    }
}
