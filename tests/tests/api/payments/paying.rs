//! Orders are paid, over HTTP, with everything deployed around them.

use serde_json::{Value, json};
use testkit::{Api, BY_QUEUE, Reply, Stage, all_at_once, eventually, unique};

use super::{await_order, pay, pay_once, setting, trial_balance_is_zero};
use crate::orders::{Shopfront, Visitor, guest_wish, ordered, path};
use crate::products::text;
use crate::walk::keys::{decided, served};

fn by_card(order: &Value, token: &str) -> Value {
    json!({ "orderId": order["id"], "method": "card", "paymentMethodId": token })
}

fn visa(order: &Value) -> Value {
    by_card(order, &setting("TEST_PAYMENT_METHOD"))
}

fn deposit(shopper: &Api, amount: &Value) {
    let body = json!({ "amount": amount, "paymentMethodId": setting("TEST_PAYMENT_METHOD") });
    shopper.post("/api/v1/wallet/deposit", &body).expect(201);
}

fn balance(shopper: &Api) -> Value {
    shopper.get("/api/v1/wallet").expect(200).data()["balance"].clone()
}

#[test]
fn an_order_that_is_paid_by_card_is_paid_and_is_refunded_to_the_card() {
    let (shop, ann) = (Shopfront::new(), Stage::from_env().user());
    let thing = shop.sell(25.50, 5);
    let order = ordered(&ann, &thing, 2);
    let paid = pay(&ann, &visa(&order)).expect(201);
    let location = paid.header("location").unwrap().to_owned();
    let paid = paid.data();
    assert_eq!(paid["status"], "succeeded");
    assert_eq!(paid["orderId"], order["id"]);
    assert_eq!(paid["amount"], order["total"]);
    assert_eq!(paid["currency"], order["currency"]);
    assert_eq!(paid["method"], "card");
    assert_eq!(paid["refundedAmount"], json!(0.00));
    assert!(paid.get("clientSecret").is_none());
    assert!(location.ends_with(&format!("/api/v1/payments/{}", text(&paid, "id"))));
    await_order(&ann, &order, |order| {
        order["status"] == "paid" && order["paymentStatus"] == "paid"
    });
    pay(&ann, &visa(&order)).refuse(409, "order_already_paid");

    let admin = Stage::from_env().holder_of("ADMIN_TOKEN");
    let payment = format!("/api/v1/payments/{}", text(&paid, "id"));
    let refund = json!({ "amount": 10.00, "reason": "a scratch" });
    let before = ann.get(&payment).expect(200);
    let tag = before.header("etag").unwrap();
    admin
        .post(&format!("{payment}/refund"), &refund)
        .expect(201);
    let again = ann.ask("GET", &payment).header("if-none-match", tag);
    let shown = again.send().expect(200).data();
    assert_eq!(shown["refundedAmount"], json!(10.00));
    let time = |payment: &Value| text(payment, "updatedAt").to_owned();
    assert!(time(&shown) > time(&before.data()), "{shown}");
    await_order(&ann, &order, |order| {
        order["paymentStatus"] == "partially_refunded"
    });
    trial_balance_is_zero();
}

#[test]
fn an_order_is_paid_by_wallet_or_by_both() {
    let (shop, ann) = (Shopfront::new(), Stage::from_env().user());
    let thing = shop.sell(30.00, 5);
    let first = ordered(&ann, &thing, 1);
    let by_wallet = json!({ "orderId": first["id"], "method": "wallet" });
    let short = pay(&ann, &by_wallet).refuse(409, "insufficient_funds");
    assert_eq!(short.json()["available"], json!(0.00));
    deposit(&ann, &first["total"]);
    let paid = pay(&ann, &by_wallet).expect(201).data();
    assert_eq!(
        (&paid["status"], &paid["walletAmount"]),
        (&json!("succeeded"), &first["total"])
    );
    assert_eq!(balance(&ann), json!(0.00));
    await_order(&ann, &first, |order| order["status"] == "paid");

    let second = ordered(&ann, &thing, 1);
    deposit(&ann, &json!(12.34));
    let both = json!({
        "orderId": second["id"], "method": "split", "walletAmount": 2.34,
        "paymentMethodId": setting("TEST_PAYMENT_METHOD"),
    });
    let paid = pay(&ann, &both).expect(201).data();
    assert_eq!(
        (&paid["status"], &paid["walletAmount"]),
        (&json!("succeeded"), &json!(2.34))
    );
    assert_eq!(paid["amount"], second["total"]);
    assert_eq!(balance(&ann), json!(10.00));
    await_order(&ann, &second, |order| order["status"] == "paid");
    trial_balance_is_zero();
}

#[test]
fn a_declined_card_leaves_the_order_payable_and_the_wallet_whole() {
    let (shop, ann) = (Shopfront::new(), Stage::from_env().user());
    let thing = shop.sell(30.00, 5);
    let order = ordered(&ann, &thing, 1);
    deposit(&ann, &json!(5.00));
    let declined = json!({
        "orderId": order["id"], "method": "split", "walletAmount": 5.00,
        "paymentMethodId": "pm_card_visa_chargeDeclined",
    });
    let failed = pay(&ann, &declined).expect(201).data();
    assert_eq!(failed["status"], "failed");
    assert_eq!(failed["failure"]["code"], "card_declined");
    assert!(!text(&failed["failure"], "message").is_empty());
    assert_eq!(balance(&ann), json!(5.00));
    assert_eq!(
        pay(&ann, &visa(&order)).expect(201).data()["status"],
        "succeeded"
    );
    trial_balance_is_zero();
}

#[test]
fn a_guest_pays_with_the_orders_token_and_nobody_else_sees_the_payment() {
    let shop = Shopfront::new();
    let thing = shop.sell(30.00, 5);
    let mut guest = Visitor::new();
    guest.put(&thing, 1);
    let placed = guest.ask("POST", "/api/v1/orders", Some(&guest_wish()));
    let token = placed.header("x-order-token").unwrap().to_owned();
    let order = placed.expect(201).data();
    let api = Stage::from_env().api();
    let ask = |token: &str, method: &str, path: &str, body: Option<&Value>| {
        let ask = api.ask(method, path).header("x-order-token", token);
        match body {
            Some(body) => ask.json(body).send(),
            None => ask.send(),
        }
    };
    let other = "A".repeat(43);
    ask(&other, "POST", "/api/v1/payments", Some(&visa(&order))).expect(404);
    pay(&Stage::from_env().user(), &visa(&order)).expect(404);
    let paid = ask(&token, "POST", "/api/v1/payments", Some(&visa(&order)));
    let paid = paid.expect(201).data();
    assert_eq!(paid["status"], "succeeded");
    let place = format!("/api/v1/payments/{}", text(&paid, "id"));
    assert_eq!(
        ask(&token, "GET", &place, None).expect(200).data()["id"],
        paid["id"]
    );
    ask(&other, "GET", &place, None).expect(404);
    api.get(&place).expect(404);
    Stage::from_env().user().get(&place).expect(404);
    Stage::from_env().manager().get(&place).expect(404);
    Stage::from_env()
        .holder_of("ADMIN_TOKEN")
        .get(&place)
        .expect(200);
}

#[test]
fn a_bank_that_asks_its_shopper_is_answered_and_the_payment_goes_on_by_a_webhook() {
    let (shop, ann) = (Shopfront::new(), Stage::from_env().user());
    let thing = shop.sell(30.00, 5);
    let order = ordered(&ann, &thing, 1);
    let key = unique("key");
    let asks = by_card(&order, "pm_card_authenticationRequired");
    let waits = pay_once(&ann, &asks, &key).expect(201).data();
    assert_eq!(waits["status"], "requires_action");
    let secret = text(&waits, "clientSecret");
    let place = format!("/api/v1/payments/{}", text(&waits, "id"));
    let again = pay_once(&ann, &asks, &key).expect(201);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert!(again.data().get("clientSecret").is_none(), "it is not kept");
    assert_eq!(ann.get(&place).expect(200).data()["clientSecret"], secret);
    // What the shopper's browser does.
    let intent = secret.split("_secret_").next().unwrap();
    let form = format!("client_secret={secret}&success=true&key=pk_test_of_the_tests");
    Api::at(setting("STRIPE_URL"))
        .ask(
            "POST",
            &format!("/v1/payment_intents/{intent}/_authenticate"),
        )
        .text("application/x-www-form-urlencoded", form)
        .send()
        .expect(200);
    let paid = eventually("the payment", BY_QUEUE, || {
        let payment = ann.get(&place).expect(200).data();
        (payment["status"] == "succeeded").then_some(payment)
    });
    assert!(paid.get("clientSecret").is_none());
    await_order(&ann, &order, |order| order["status"] == "paid");
    trial_balance_is_zero();
}

#[test]
fn fifty_requests_under_one_key_are_one_payment() {
    let (shop, ann) = (Shopfront::new(), Stage::from_env().user());
    let thing = shop.sell(30.00, 5);
    let order = ordered(&ann, &thing, 1);
    let (key, body) = (unique("key"), visa(&order));
    let replies: Vec<Reply> = all_at_once(50, |_| served(|| pay_once(&ann, &body, &key)));
    let mut ids: Vec<String> = Vec::new();
    for reply in replies {
        match reply.status {
            201 => ids.push(text(&reply.data(), "id")),
            _ => drop(reply.refuse(409, "idempotency_in_flight")),
        }
    }
    ids.dedup();
    assert_eq!(ids.len(), 1);
    let once_more = pay_once(&ann, &body, &key).expect(201);
    assert_eq!(once_more.data()["status"], "succeeded");
    let other = by_card(&order, "pm_card_mastercard");
    pay_once(&ann, &other, &key).refuse(422, "idempotency_key_reused");
}

#[test]
fn of_fifty_payments_of_one_order_one_succeeds() {
    let (shop, ann) = (Shopfront::new(), Stage::from_env().user());
    let thing = shop.sell(30.00, 5);
    let order = ordered(&ann, &thing, 1);
    let body = visa(&order);
    let replies: Vec<Reply> = all_at_once(50, |_| {
        decided(ann.ask("POST", "/api/v1/payments").json(&body))
    });
    let (succeeded, refused): (Vec<_>, Vec<_>) =
        replies.iter().partition(|reply| reply.status == 201);
    for reply in refused {
        assert_eq!(reply.status, 409, "{}", reply.text());
        let code = reply.code();
        assert!(
            ["payment_in_progress", "order_already_paid"].contains(&code.as_str()),
            "{code}"
        );
    }
    assert_eq!(succeeded.len(), 1);
    trial_balance_is_zero();
}

#[test]
fn what_was_paid_for_an_order_that_is_called_off_goes_back_to_where_it_came_from() {
    let (shop, ann) = (Shopfront::new(), Stage::from_env().user());
    let thing = shop.sell(30.00, 5);
    let order = ordered(&ann, &thing, 1);
    deposit(&ann, &json!(5.00));
    let both = json!({
        "orderId": order["id"], "method": "split", "walletAmount": 5.00,
        "paymentMethodId": setting("TEST_PAYMENT_METHOD"),
    });
    let paid = pay(&ann, &both).expect(201).data();
    await_order(&ann, &order, |order| order["status"] == "paid");
    let cancel = json!({ "reason": "changed my mind" });
    ann.post(&format!("{}/cancel", path(&order)), &cancel)
        .expect(200);
    let place = format!("/api/v1/payments/{}", text(&paid, "id"));
    eventually("the refund", BY_QUEUE, || {
        let payment = ann.get(&place).expect(200).data();
        (payment["refundedAmount"] == payment["amount"]).then_some(())
    });
    assert_eq!(balance(&ann), json!(5.00));
    await_order(&ann, &order, |order| order["paymentStatus"] == "refunded");
    trial_balance_is_zero();
}

#[test]
fn every_fault_of_a_wish_is_told_at_once() {
    let ann = Stage::from_env().user();
    let bad = json!({ "method": "cash", "walletAmount": -1, "paymentMethodId": "", "amount": 1 });
    let reply = pay(&ann, &bad).refuse(422, "validation_failed");
    let pointers = reply.pointers();
    for pointer in [
        "/orderId",
        "/method",
        "/walletAmount",
        "/paymentMethodId",
        "/amount",
    ] {
        assert!(
            pointers.iter().any(|told| told == pointer),
            "{pointer} {pointers:?}"
        );
    }
    let order = "ord_01jxy3rp00fmq8y42b7h5ytvr1";
    for (body, pointer) in [
        (
            json!({ "orderId": order, "method": "card" }),
            "/paymentMethodId",
        ),
        (
            json!({ "orderId": order, "method": "wallet", "walletAmount": 1 }),
            "/walletAmount",
        ),
    ] {
        assert_eq!(pay(&ann, &body).expect(422).pointers(), [pointer]);
    }
    let nobodys = json!({ "orderId": order, "method": "card", "paymentMethodId": "pm_card_visa" });
    pay(&ann, &nobodys).expect(404);
    pay(&Stage::from_env().api(), &nobodys).expect(404);
    let by_wallet = json!({ "orderId": order, "method": "wallet" });
    pay(&Stage::from_env().api(), &by_wallet).expect(422);
}

#[test]
fn a_payment_that_is_captured_is_not_captured_again_nor_voided() {
    let (shop, ann) = (Shopfront::new(), Stage::from_env().user());
    let thing = shop.sell(30.00, 5);
    let order = ordered(&ann, &thing, 1);
    let paid = pay(&ann, &visa(&order)).expect(201).data();
    let place = format!("/api/v1/payments/{}", text(&paid, "id"));
    let admin = Stage::from_env().holder_of("ADMIN_TOKEN");
    for (action, code) in [
        ("capture", "payment_not_capturable"),
        ("void", "payment_not_voidable"),
    ] {
        let at = format!("{place}/{action}");
        ann.post(&at, &json!({})).expect(403);
        admin.post(&at, &json!({})).refuse(409, code);
        let nothing = format!("/api/v1/payments/pay_01jxy3rp00fmq8y42b7h5ytvr1/{action}");
        admin.post(&nothing, &json!({})).expect(404);
    }
}
