//! A payment that is stopped after every single call to the database and the processor there is:
//! order, payment, processor and ledger agree afterwards, whether its shopper comes back or not.

use futures_util::future::join_all;
use testkit::{Brink, Outcome};

use super::tests::{Book, held, wish};
use super::*;
use crate::testing::{
    NOW, charges_on, cloud, is_of_a_moment, moved, patiently, silent, stripe, usd, user,
};

/// What becomes of a shopper whose request was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shopper {
    /// They try again, under the same key.
    ComesBack,
    /// They do not, and the schedule finds the payment.
    StaysAway,
}

/// More calls than a payment makes.
const CALLS: usize = 30;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payment_that_stops_after_any_call_is_whole_or_undone() {
    let mut stopped = Vec::new();
    // Some at once: each has a table, an order and a wallet of its own.
    for some in (1..=CALLS).collect::<Vec<_>>().chunks(3) {
        let runs = some.iter().flat_map(|&calls| {
            [Shopper::ComesBack, Shopper::StaysAway].map(|shopper| run(calls, shopper))
        });
        stopped.extend(join_all(runs).await.into_iter().flatten());
    }
    for call in [
        "TransactWriteItems",
        "confirm",
        "capture",
        "payment_intents",
    ] {
        let seen = stopped.iter().any(|stopped| stopped.ends_with(call));
        assert!(seen, "{call} is none of {stopped:?}");
    }
    assert!(
        stopped.len() < 2 * CALLS,
        "a payment makes more calls: {stopped:?}"
    );
}

/// The call that it was stopped after; none when it made fewer.
async fn run(calls: usize, shopper: Shopper) -> Option<String> {
    let aws = cloud().await;
    let healthy = charges_on(&aws, &stripe()).await;
    healthy.payments.fill(user("ann"), usd(300), "first").await;
    let brink = Brink::before(aws.environment());
    let watched = brink.connect(aws.environment()).await;
    let watched = charges_on(&watched, &brink.beside(&stripe())).await;
    let (book, order) = Book::of(usd(1000));
    let answered = silent(&testkit::unique("crash"));
    let pay = watched.pay(&book, wish(order, PayBy::Split), &answered, NOW);
    let stopped = match brink.after(calls, pay).await {
        Outcome::Stopped(call) => Some(call),
        Outcome::Done(Ok(paid)) => {
            assert_eq!(paid.stage, Stage::Captured);
            None
        }
        // On a busy machine the processor may be late, which leaves a payment in the middle as well.
        Outcome::Done(Err(error)) => {
            assert!(is_of_a_moment(&error), "{error:?}");
            None
        }
    };
    let case = format!("{calls} {stopped:?} {shopper:?}");
    match shopper {
        Shopper::ComesBack => {
            let pay = || healthy.pay(&book, wish(order, PayBy::Split), &answered, NOW);
            let paid = patiently(pay).await;
            assert_eq!(paid.unwrap().stage, Stage::Captured, "{case}");
        }
        Shopper::StaysAway => {
            // What a run has taken on and could not end is due again some time after it.
            let mut late = NOW;
            let resumed = patiently(|| {
                late = late.plus(std::time::Duration::from_mins(2));
                healthy.resume(&book, late)
            });
            resumed.await.unwrap();
        }
    }
    let id = PaymentId::derive(&answered.id().to_string(), "payment");
    let payment = healthy.payments.store.payment(id).await.unwrap();
    let stage = payment.map(|payment| payment.stage);
    let captured = stage == Some(Stage::Captured);
    assert!(
        captured || matches!(stage, None | Some(Stage::Failed)),
        "{case}: {stage:?}"
    );
    let (wallet, processor) = held(&healthy, user("ann")).await;
    let expected = if captured { (0, 1000) } else { (300, 300) };
    assert_eq!((wallet, processor), expected, "{case}");
    let ordered = book.order(order);
    assert_eq!(ordered.confirmed, captured, "{case}");
    assert_eq!(ordered.under_way.is_some(), captured, "{case}");
    assert_eq!(
        charged(&healthy, id).await,
        if captured { 700 } else { 0 },
        "{case}"
    );
    stopped
}

/// What the processor's own books have of a payment.
async fn charged(charges: &Charges, id: PaymentId) -> i64 {
    let moved = moved(charges).await;
    let ours = moved
        .iter()
        .filter(|moved| moved.reference == Some(id.to_string()));
    ours.map(|moved| moved.amount.minor).sum()
}
