//! Money: exact, in the currency's own decimals, however it is written.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use super::{Catalogue, path};

fn priced(catalogue: &Catalogue, price: &str, currency: &str) -> testkit::Reply {
    // Written by hand: the digits must go over the wire as they stand.
    let body = format!(
        r#"{{"name":"Priced","price":{price},"currency":"{currency}","categoryId":"{}"}}"#,
        catalogue.category
    );
    catalogue
        .staff
        .ask("POST", "/api/v1/products")
        .text("application/json", body)
        .send()
}

#[test]
fn an_amount_is_taken_exactly_when_its_currency_can_say_it() {
    let catalogue = Catalogue::new();
    for (price, currency, told) in [
        ("99.99", "USD", "99.99"),
        ("\"99.99\"", "USD", "99.99"),
        ("0.1", "USD", "0.1"),
        ("0.30", "EUR", "0.3"),
        ("0", "USD", "0"),
        ("19.990", "USD", "19.99"),
        ("1e2", "USD", "100"),
        ("1500", "JPY", "1500"),
        ("\"1500.0\"", "JPY", "1500"),
        ("1.234", "KWD", "1.234"),
        ("\"0.001\"", "BHD", "0.001"),
        ("1.1", "TND", "1.1"),
        ("9999999999.99", "USD", "9999999999.99"),
    ] {
        let reply = priced(&catalogue, price, currency).expect(201);
        let digits = digits_of(&reply.text(), "price");
        let exact = |text: &str| text.trim_matches('"').parse::<f64>().unwrap();
        assert_eq!(exact(&digits), exact(told), "{price} {currency}: {digits}");
        assert!(!digits.starts_with('"'), "a price is a number: {digits}");
        let decimals = digits.split_once('.').map_or(0, |(_, part)| part.len());
        let most = match currency {
            "JPY" => 0,
            "KWD" | "BHD" | "TND" => 3,
            _ => 2,
        };
        assert!(decimals <= most, "{price} {currency} came back as {digits}");
        assert_eq!(reply.data()["currency"], currency);
    }
}

#[test]
fn an_amount_that_its_currency_cannot_say_is_refused() {
    let catalogue = Catalogue::new();
    for (price, currency) in [
        ("99.999", "USD"),
        ("\"0.001\"", "USD"),
        ("1500.5", "JPY"),
        ("1.2345", "KWD"),
        ("-0.01", "USD"),
        ("\"-5\"", "USD"),
        ("\"12,50\"", "EUR"),
        ("\"$12.50\"", "USD"),
        ("\"NaN\"", "USD"),
        ("\"Infinity\"", "USD"),
        ("\"1e400\"", "USD"),
        ("1e400", "USD"),
        ("1e18", "USD"),
        ("\"99999999999999999999999999\"", "USD"),
        ("\"\"", "USD"),
        ("\" 1\"", "USD"),
        ("null", "USD"),
        ("[1]", "USD"),
        ("true", "USD"),
        ("0.1000000000000000055511151231257827", "USD"),
    ] {
        let reply = priced(&catalogue, price, currency);
        if price == "1e400" && reply.status == 400 {
            continue; // No JSON number of ours either way.
        }
        assert_eq!(
            reply.clone().refuse(422, "validation_failed").pointers(),
            ["/price"],
            "{price} {currency}: {reply}"
        );
    }
    for currency in ["usd", "XXX", "BTC", "US", "", "EURO"] {
        let reply = priced(&catalogue, "1", currency);
        assert_eq!(
            reply.refuse(422, "validation_failed").pointers(),
            ["/currency"],
            "{currency}"
        );
    }
}

#[test]
fn any_cents_come_back_as_they_went() {
    let catalogue = Catalogue::new();
    let product = catalogue.product("Any");
    let mut runner = TestRunner::new(Config {
        cases: 24,
        failure_persistence: None,
        ..Config::default()
    });
    let outcome = runner.run(&(0_i64..100_000_000_000), |cents| {
        let written = format!("{}.{:02}", cents / 100, cents % 100);
        let body = format!(r#"{{"price":{written}}}"#);
        let reply = catalogue
            .staff
            .ask("PUT", &path(&product))
            .text("application/json", body)
            .send();
        prop_assert_eq!(reply.status, 200, "{}", reply);
        let digits = digits_of(&reply.text(), "price");
        let (whole, part) = digits.split_once('.').unwrap_or((&digits, ""));
        let read: i64 = format!("{whole}{part:0<2}").parse().unwrap();
        prop_assert_eq!(read, cents, "{} came back as {}", written, digits);
        Ok(())
    });
    outcome.unwrap();
}

#[test]
fn a_new_currency_comes_with_every_amount() {
    let catalogue = Catalogue::new();
    let product = catalogue.product_with("Euro", json!({ "compareAtPrice": 25 }));
    for change in [
        json!({ "currency": "JPY" }),
        json!({ "currency": "JPY", "price": 2500 }),
    ] {
        let reply = catalogue.staff.put(&path(&product), &change).expect(422);
        assert_eq!(reply.pointers(), ["/currency"], "{reply}");
    }
    let change = json!({ "currency": "JPY", "price": 2500, "compareAtPrice": 3000 });
    let changed = catalogue
        .staff
        .put(&path(&product), &change)
        .expect(200)
        .data();
    assert_eq!(
        (&changed["price"], &changed["currency"]),
        (&json!(2500), &json!("JPY"))
    );
}

/// The digits of a number as they stand in the answer, before anybody rounds them.
fn digits_of(body: &str, field: &str) -> String {
    let _: Value = serde_json::from_str(body).unwrap();
    let (_, rest) = body.split_once(&format!("\"{field}\":")).unwrap();
    rest.chars()
        .take_while(|letter| !matches!(letter, ',' | '}'))
        .collect::<String>()
        .trim()
        .to_owned()
}
