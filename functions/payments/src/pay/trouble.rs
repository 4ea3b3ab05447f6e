//! Trouble between us and the processor, against its stand-in; only the orders are a double.

use std::time::Duration;

use futures_util::future::join_all;
use testkit::{Proxy, Trouble};

use super::tests::{Book, held, wish};
use super::*;
use crate::testing::{NOW, charges_on, cloud, patiently, silent, stripe, usd, user};

/// Whatever happens between us and the processor, money is taken once or not at all, and the retry
/// goes on with the same payment.
#[tokio::test(flavor = "multi_thread")]
async fn trouble_with_the_processor_takes_nothing_twice() {
    let slow = Trouble::Slow(Duration::from_millis(5_500));
    let steps = ["POST /v1/payment_intents", "/confirm", "/capture"];
    let cases = steps.into_iter().flat_map(|part| {
        [
            (part, Trouble::Refused, 1),
            (part, Trouble::Refused, 9),
            (part, Trouble::Reset, 1),
            (part, Trouble::AnswerLost, 1),
            (part, Trouble::AnswerLost, 9),
            (part, slow, 1),
            (part, Trouble::Status(409), 1),
            (part, Trouble::Status(429), 2),
            (part, Trouble::Status(500), 1),
            (part, Trouble::Status(503), 9),
        ]
    });
    join_all(cases.map(|(part, trouble, times)| troubled(part, trouble, times))).await;
}

async fn troubled(part: &str, trouble: Trouble, times: usize) {
    let case = format!("{part} {trouble:?} {times}");
    let proxy = Proxy::before(&stripe());
    let aws = cloud().await;
    let charges = charges_on(&aws, proxy.address()).await;
    charges.payments.fill(user("ann"), usd(300), "first").await;
    let (book, order) = Book::of(usd(1000));
    let answered = silent("trouble");
    proxy.trouble(part, trouble, times);
    let first = charges
        .pay(&book, wish(order, PayBy::Split), &answered, NOW)
        .await;
    proxy.heal();
    match first {
        Ok(paid) => assert_eq!(paid.stage, Stage::Captured, "{case}"),
        Err(PaymentsError::Processor(ProcessorError::Unavailable(_))) => {}
        Err(error) => panic!("{case}: {error:?}"),
    }
    // A new instance, whose circuit is closed.
    let charges = charges_on(&aws, proxy.address()).await;
    let pay = || charges.pay(&book, wish(order, PayBy::Split), &answered, NOW);
    let paid = patiently(pay).await;
    assert_eq!(paid.unwrap().stage, Stage::Captured, "{case}");
    assert_eq!(held(&charges, user("ann")).await, (0, 1000), "{case}");
    let sent = proxy.seen().into_iter();
    let keys: Vec<_> = sent
        .filter(|seen| seen.request.contains(part) && seen.request.starts_with("POST"))
        .filter(|seen| !part.ends_with("intents") || seen.request.ends_with("intents"))
        .map(|seen| seen.key.unwrap_or_default())
        .collect();
    let same = keys.iter().all(|key| *key == keys[0] && !key.is_empty());
    assert!(same, "{case}: {keys:?}");
}

/// Nobody comes back: the schedule ends the payment, one way or the other.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_shopper_has_given_up_is_ended_by_the_schedule() {
    let cases = [
        ("POST /v1/payment_intents", Trouble::Refused, Stage::Failed),
        (
            "POST /v1/payment_intents",
            Trouble::AnswerLost,
            Stage::Failed,
        ),
        ("/confirm", Trouble::Refused, Stage::Failed),
        ("/confirm", Trouble::AnswerLost, Stage::Captured),
        ("/capture", Trouble::AnswerLost, Stage::Captured),
    ];
    join_all(cases.map(|(part, trouble, stage)| given_up(part, trouble, stage))).await;
}

async fn given_up(part: &str, trouble: Trouble, stage: Stage) {
    let case = format!("{part} {trouble:?}");
    let proxy = Proxy::before(&stripe());
    let aws = cloud().await;
    let charges = charges_on(&aws, proxy.address()).await;
    charges.payments.fill(user("ann"), usd(300), "first").await;
    let (book, order) = Book::of(usd(1000));
    proxy.trouble(part, trouble, 99);
    proxy.trouble("GET /v1/payment_intents", Trouble::Refused, 99);
    let first = charges
        .pay(&book, wish(order, PayBy::Split), &silent("gone"), NOW)
        .await;
    assert!(first.is_err(), "{case}: {first:?}");
    let charges = charges_on(&aws, &stripe()).await;
    let resumed = charges.resume(&book, NOW).await;
    assert_eq!(resumed.unwrap(), 0, "{case}: it is too early");
    // What a run has taken on and could not end is due again some time after it.
    let mut late = NOW;
    let resumed = patiently(|| {
        late = late.plus(Duration::from_mins(2));
        charges.resume(&book, late)
    });
    assert_eq!(resumed.await.unwrap(), 1, "{case}");
    assert_eq!(charges.resume(&book, late).await.unwrap(), 0, "{case}");
    let captured = stage == Stage::Captured;
    let expected = if captured { (0, 1000) } else { (300, 300) };
    assert_eq!(held(&charges, user("ann")).await, expected, "{case}");
    assert_eq!(book.order(order).confirmed, captured, "{case}");
}
