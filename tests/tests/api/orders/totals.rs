//! What orders cost, by where they go.

use serde_json::{Value, json};
use testkit::Stage;

use super::{Shopfront, address, put};

/// A preview of one thing of this price that goes there.
fn preview(shop: &Shopfront, price: Value, currency: &str, to: Value, method: &str) -> Value {
    let thing = shop.sell_with(json!({ "price": price, "currency": currency }), 9);
    let ann = Stage::from_env().user();
    put(&ann, &thing, 1).expect(200);
    let wish = json!({ "shippingAddress": to, "shippingMethod": method });
    ann.post("/api/v1/orders/preview", &wish).expect(200).data()
}

fn in_the_states(region: &str, code: &str) -> Value {
    let mut address = address();
    address["region"] = json!(region);
    address["postalCode"] = json!(code);
    address
}

fn abroad(country: &str, city: &str, code: &str) -> Value {
    json!({
        "name": "Ann Archer", "line1": "1 Main Street", "city": city, "postalCode": code,
        "country": country,
    })
}

#[test]
fn tax_and_shipping_follow_the_destination_and_the_currency() {
    let shop = Shopfront::new();
    let (berlin, tokyo) = (
        abroad("DE", "Berlin", "10115"),
        abroad("JP", "Tokyo", "100-0001"),
    );
    let cases = [
        // Oregon has no tax, and California has it on top of things.
        (
            json!(20),
            "USD",
            in_the_states("OR", "97201"),
            "standard",
            [0.0, 5.99, 25.99],
        ),
        (
            json!(20),
            "USD",
            in_the_states("California", "95814"),
            "standard",
            [1.45, 5.99, 27.44],
        ),
        (
            json!(20),
            "USD",
            in_the_states("US-CA", "95814"),
            "express",
            [1.45, 14.99, 36.44],
        ),
        (
            json!(50),
            "USD",
            in_the_states("OR", "97201"),
            "standard",
            [0.0, 0.0, 50.0],
        ),
        // Germany has it in the price, and in that of sending.
        (
            json!(20),
            "EUR",
            berlin.clone(),
            "standard",
            [3.99, 4.99, 24.99],
        ),
        (json!(20), "USD", berlin, "standard", [6.06, 17.97, 37.97]),
        (
            json!(1000),
            "JPY",
            tokyo,
            "standard",
            [146.0, 600.0, 1600.0],
        ),
    ];
    for (price, currency, to, method, [tax, shipping, total]) in cases {
        let found = preview(&shop, price, currency, to.clone(), method);
        let costs = ["tax", "shipping", "total"].map(|member| found[member].as_f64().unwrap());
        assert_eq!(
            costs,
            [tax, shipping, total],
            "{currency} to {to} by {method}"
        );
        let lines: f64 = found["items"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|it| it["lineTotal"].as_f64())
            .sum();
        assert_eq!(found["subtotal"].as_f64(), Some(lines));
    }
}
