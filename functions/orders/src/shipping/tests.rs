use super::*;

fn cost_of(method: ShippingMethod, country: &str, minor: i64, currency: &str) -> i64 {
    let worth = Money::new(minor, CurrencyCode::parse(currency).unwrap());
    cost(method, CountryCode::parse(country).unwrap(), worth).minor
}

#[test]
fn it_depends_on_the_way_the_country_and_the_worth() {
    use ShippingMethod::{Express, Standard};
    for (method, country, minor, currency, cost) in [
        (Standard, "US", 4_999, "USD", 599),
        (Standard, "US", 5_000, "USD", 0),
        (Express, "US", 5_000, "USD", 1_499),
        (Standard, "DE", 5_000, "USD", 1_797),
        (Standard, "DE", 4_999, "EUR", 499),
        (Express, "JP", 100, "JPY", 1_200),
        (Standard, "JP", 5_000, "JPY", 0),
        (Standard, "US", 1_000, "SEK", 100),
        (Express, "SE", 1_000, "SEK", 250),
        (Standard, "SE", 9, "SEK", 0),
    ] {
        let found = cost_of(method, country, minor, currency);
        assert_eq!(found, cost, "{method:?} to {country} of {minor} {currency}");
    }
}

#[test]
fn every_tariff_is_of_a_currency_and_of_countries() {
    for tariff in TARIFFS {
        assert!(CurrencyCode::parse(tariff.currency).is_ok());
        assert!(tariff.standard < tariff.express && tariff.express < tariff.free_from);
        for country in tariff.home {
            assert!(CountryCode::parse(country).is_ok(), "{country}");
        }
    }
}
