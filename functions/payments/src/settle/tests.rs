//! Webhooks that were kept, against the processor's stand-in and a table of the test's own.

use kernel::{CurrencyCode, OrderId};
use serde_json::{Value, json};

use super::*;
use crate::pay::tests::{Book, pay_by_card};
use crate::store::Received;
use crate::testing::{NOW, authenticate, charges, silent, usd, user};

async fn told(charges: &Charges, book: &Book, id: &str, kind: &str, object: Value) {
    let received = Received {
        id: id.to_owned(),
        kind: kind.to_owned(),
        event: json!({ "id": id, "type": kind, "data": { "object": object } }).to_string(),
    };
    let store = &charges.payments.store;
    store.keep_webhook(received, NOW).await.unwrap();
    charges.work_off(book, id, NOW).await.unwrap();
}

async fn disputed(charges: &Charges) -> i128 {
    let books = charges.payments.audited().await;
    let accounts = &books.accounts[&CurrencyCode::USD];
    accounts.get("disputes").map_or(0, |sums| sums.difference())
}

#[tokio::test]
async fn a_dispute_is_posted_once_whichever_of_its_events_come_and_in_any_order() {
    let (created, withdrawn) = ("charge.dispute.created", "charge.dispute.funds_withdrawn");
    let (reinstated, closed) = ("charge.dispute.funds_reinstated", "charge.dispute.closed");
    for (events, left) in [
        (vec![created, withdrawn], 1000),
        (vec![withdrawn, created, withdrawn], 1000),
        (vec![created, withdrawn, reinstated, closed], 0),
        (vec![closed, reinstated, withdrawn, created], 0),
        (vec![reinstated], 0),
    ] {
        let charges = charges().await;
        let (book, order) = Book::of(usd(1000));
        let paid = pay_by_card(&charges, &book, order, "pm_card_visa").await;
        for (number, kind) in events.iter().enumerate() {
            let status = if *kind == closed {
                "won"
            } else {
                "needs_response"
            };
            let object = json!({
                "id": "dp_1", "payment_intent": paid.intent, "amount": 1000, "currency": "usd",
                "status": status,
            });
            told(&charges, &book, &format!("evt_{number}"), kind, object).await;
        }
        assert_eq!(disputed(&charges).await, left, "{events:?}");
    }
}

#[tokio::test]
async fn a_disputed_deposit_is_posted_too_and_the_wallet_is_left_to_people() {
    let charges = charges().await;
    let (book, _) = Book::of(usd(1000));
    let answered = silent(&testkit::unique("disputed"));
    let visa = "pm_card_visa".to_owned();
    let filled = charges.deposit(user("ann"), usd(1000), visa, &answered, NOW);
    let deposit = filled.await.unwrap().deposited.deposit;
    let object = json!({
        "id": "dp_1", "payment_intent": deposit.intent, "amount": 1000, "currency": "usd",
        "status": "needs_response",
    });
    let kind = "charge.dispute.created";
    told(&charges, &book, "evt_1", kind, object.clone()).await;
    assert_eq!(disputed(&charges).await, 1000);
    let balance = || async { charges.payments.wallet(user("ann")).await.unwrap() };
    assert_eq!(balance().await.balance(CurrencyCode::USD), usd(1000));
    let kind = "charge.dispute.funds_reinstated";
    told(&charges, &book, "evt_2", kind, object).await;
    assert_eq!(disputed(&charges).await, 0);
}

#[tokio::test]
async fn a_dispute_of_a_payment_that_is_not_ours_posts_nothing() {
    let charges = charges().await;
    let (book, order) = Book::of(usd(1000));
    pay_by_card(&charges, &book, order, "pm_card_visa").await;
    let object = json!({
        "id": "dp_1", "payment_intent": "pi_of_somebody", "amount": 1000, "currency": "usd",
        "status": "needs_response",
    });
    told(&charges, &book, "evt_1", "charge.dispute.created", object).await;
    assert_eq!(disputed(&charges).await, 0);
}

#[tokio::test]
async fn a_webhook_brings_a_payment_on_that_waited_for_its_shopper() {
    let charges = charges().await;
    let (book, order) = Book::of(usd(1000));
    let token = "pm_card_authenticationRequired";
    let waits = pay_by_card(&charges, &book, order, token).await;
    let intent = waits.intent.clone().unwrap();
    let object = || json!({ "id": intent, "metadata": { "reference": waits.id } });
    // It speaks of what has not happened yet, so it is not taken at its word.
    told(
        &charges,
        &book,
        "evt_0",
        "payment_intent.succeeded",
        object(),
    )
    .await;
    let still = charges.payments.known_payment(waits.id).await.unwrap();
    assert_eq!(still.stage, Stage::AwaitingAction);
    let secret = charges.processor.intent(&intent).await.unwrap();
    authenticate(&intent, secret.client_secret.unwrap().reveal(), true).await;
    let (succeeded, capturable) = (
        "payment_intent.succeeded",
        "payment_intent.amount_capturable_updated",
    );
    for (id, kind) in [
        ("evt_2", succeeded),
        ("evt_1", capturable),
        ("evt_2", succeeded),
    ] {
        told(&charges, &book, id, kind, object()).await;
        let paid = charges.payments.known_payment(waits.id).await.unwrap();
        assert_eq!(paid.stage, Stage::Captured, "{id}");
    }
    charges.payments.audited().await;
}

#[tokio::test]
async fn a_webhook_of_nothing_we_know_is_done_with() {
    let charges = charges().await;
    let book = Book::default();
    let stranger = json!({ "metadata": { "reference": PaymentId::derive("", "nobody's") } });
    told(
        &charges,
        &book,
        "evt_1",
        "payment_intent.succeeded",
        stranger,
    )
    .await;
    told(&charges, &book, "evt_2", "customer.created", json!({})).await;
    for id in ["evt_1", "evt_2", "evt_unheard_of"] {
        assert_eq!(
            charges.payments.store.webhook(id).await.unwrap(),
            None,
            "{id}"
        );
        charges.work_off(&book, id, NOW).await.unwrap();
    }
    let again = Received {
        id: "evt_1".to_owned(),
        kind: "payment_intent.succeeded".to_owned(),
        event: "{}".to_owned(),
    };
    let store = &charges.payments.store;
    assert!(
        !store.keep_webhook(again, NOW).await.unwrap(),
        "it is done with"
    );
    assert_eq!(book.order(OrderId::derive("", "one")).failed, 0);
}
