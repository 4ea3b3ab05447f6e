//! What orders hear of payments, by the deployed function.

use serde_json::{Value, json};
use testkit::{Api, Stage, unique};

use super::{Shopfront, ordered, path};
use crate::products::text;

/// An event of a payment of an order, as its queue holds it.
fn event(kind: &str, order: &Value, more: &Value) -> Value {
    let id = kernel::EventId::from_uuid(uuid::Uuid::now_v7()).to_string();
    let mut data = json!({ "paymentId": payment_of(order), "orderId": order["id"] });
    for (name, value) in more.as_object().unwrap() {
        data[name] = value.clone();
    }
    json!({
        "id": id, "type": format!("payments.payment-{kind}.v1"), "source": "payments",
        "occurredAt": "2026-01-31T09:05:07.042Z", "data": data,
    })
}

/// The payment that pays an order in these tests.
fn payment_of(order: &Value) -> String {
    kernel::PaymentId::derive(&text(order, "id"), "payment").to_string()
}

fn cents(amount: f64) -> Value {
    #[allow(clippy::cast_possible_truncation, reason = "amounts of a test")]
    let minor = (amount * 100.0).round() as i64;
    json!({ "minor": minor, "currency": "USD" })
}

fn captured(order: &Value) -> Value {
    let amount = cents(order["total"].as_f64().unwrap());
    event("captured", order, &json!({ "amount": amount }))
}

fn refunded(order: &Value, amount: f64) -> Value {
    let captured = cents(order["total"].as_f64().unwrap());
    let refund = kernel::RefundId::derive(&text(order, "id"), &amount.to_string()).to_string();
    let more = json!({
        "refundId": refund, "amount": cents(amount), "refunded": cents(amount), "captured": captured,
    });
    event("refunded", order, &more)
}

/// Has orders hear of something, and gives the places of the messages that failed.
fn hear(messages: &[String]) -> Vec<usize> {
    let stage = Stage::from_env();
    let function = stage.function("orders-on-payment-changed");
    stage.account().deliver(&function, messages)
}

/// An order of some of a thing, and of what is in the cart already, that is paid.
pub fn paid(shopper: &Api, thing: &Value, quantity: u64) -> Value {
    let order = ordered(shopper, thing, quantity);
    assert_eq!(hear(&[captured(&order).to_string()]), [0; 0]);
    let paid = shopper.get(&path(&order)).expect(200).data();
    assert_eq!(paid["status"], "paid", "{paid}");
    paid
}

/// So much of an order's money, in all, went back.
pub fn refund(order: &Value, amount: f64) {
    assert_eq!(hear(&[refunded(order, amount).to_string()]), [0; 0]);
}

#[test]
fn an_order_is_paid_when_its_money_is_there_and_refunded_when_it_went_back() {
    let shop = Shopfront::new();
    let ann = Stage::from_env().user();
    let thing = shop.sell(10.0, 2);
    let order = paid(&ann, &thing, 2);
    assert_eq!(order["paymentStatus"], "paid");
    assert_eq!(order["reservationExpiresAt"], Value::Null);
    assert_eq!(shop.available(&thing), 0);
    let sku = text(&thing, "sku");
    let stock = shop
        .catalogue
        .staff
        .get(&format!("/api/v1/inventory/{sku}"));
    assert_eq!(stock.expect(200).data()["onHand"], 0, "it is off the shelf");
    for (amount, status) in [
        (5.0, "partially_refunded"),
        (25.99, "refunded"),
        (5.0, "refunded"),
    ] {
        refund(&order, amount);
        let now = ann.get(&path(&order)).expect(200).data();
        assert_eq!(now["paymentStatus"], status);
        assert_eq!(now["status"], "paid");
    }
}

#[test]
fn the_bad_of_ten_fail_alone_and_the_others_are_heard() {
    let shop = Shopfront::new();
    let ann = Stage::from_env().user();
    let thing = shop.sell(1.0, 9);
    let orders: Vec<Value> = (0..3).map(|_| ordered(&ann, &thing, 1)).collect();
    let mut torn = captured(&orders[0]);
    torn["data"].as_object_mut().unwrap().remove("amount");
    let mut stranger = captured(&orders[0]);
    stranger["data"]["orderId"] = json!("ord_01jxy3rpg0f4nrx2h35t6nwqvg");
    let mut yen = captured(&orders[0]);
    yen["data"]["amount"]["currency"] = json!("JPY");
    let mut unheard = captured(&orders[0]);
    unheard["type"] = json!("auth.user-erased.v1");
    let messages = [
        unique("poison"),
        captured(&orders[0]).to_string(),
        torn.to_string(),
        captured(&orders[1]).to_string(),
        stranger.to_string(),
        // Twice, and the refund first.
        captured(&orders[1]).to_string(),
        yen.to_string(),
        refunded(&orders[2], 0.5).to_string(),
        unheard.to_string(),
        captured(&orders[2]).to_string(),
    ];
    assert_eq!(hear(&messages), [0, 2, 4, 6, 8]);
    let expected = ["paid", "paid", "partially_refunded"];
    for (order, payment) in orders.iter().zip(expected) {
        let now = ann.get(&path(order)).expect(200).data();
        assert_eq!(
            (&now["status"], &now["paymentStatus"]),
            (&json!("paid"), &json!(payment))
        );
    }
}

#[test]
fn a_payment_that_failed_leaves_the_order_to_be_paid() {
    let shop = Shopfront::new();
    let ann = Stage::from_env().user();
    let order = ordered(&ann, &shop.sell(1.0, 1), 1);
    // It was never begun here, so nothing came of it that would have to be told.
    let failed = event("failed", &order, &json!({ "code": "card_declined" }));
    assert_eq!(hear(&[failed.to_string()]), [0; 0]);
    assert_eq!(ann.get(&path(&order)).expect(200).data(), order);
}

#[test]
fn money_for_an_order_that_is_off_is_heard_and_due_back() {
    let shop = Shopfront::new();
    let ann = Stage::from_env().user();
    let order = ordered(&ann, &shop.sell(1.0, 1), 1);
    let cancelled = ann.post(&format!("{}/cancel", path(&order)), &json!({}));
    cancelled.expect(200);
    assert_eq!(hear(&[captured(&order).to_string()]), [0; 0]);
    let now = ann.get(&path(&order)).expect(200).data();
    assert_eq!(
        (&now["status"], &now["paymentStatus"]),
        (&json!("cancelled"), &json!("paid"))
    );
    refund(&order, order["total"].as_f64().unwrap());
    let now = ann.get(&path(&order)).expect(200).data();
    assert_eq!(now["paymentStatus"], "refunded");
}
