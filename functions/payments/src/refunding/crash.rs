//! A refund that is stopped after every single call to the database and the processor there is: it
//! has gone back once afterwards, or was never begun, whether somebody comes back or not.

use std::time::Duration;

use futures_util::future::join_all;
use kernel::CurrencyCode;
use testkit::{Brink, Outcome};

use super::tests::{captured, gone_back, run, sum, wish};
use crate::refund::RefundState;
use crate::testing::{NOW, charges_on, cloud, is_of_a_moment, patiently, stripe, user};

/// More calls than a refund makes.
const CALLS: usize = 12;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refund_that_stops_after_any_call_goes_back_once_or_was_never_begun() {
    let mut stopped = Vec::new();
    // Some at once: each has a table and a wallet of its own.
    for some in (1..=CALLS).collect::<Vec<_>>().chunks(3) {
        let runs = some
            .iter()
            .flat_map(|&calls| [true, false].map(|back| stopped_after(calls, back)));
        stopped.extend(join_all(runs).await.into_iter().flatten());
    }
    for call in ["TransactWriteItems", "refunds", "GetItem"] {
        let seen = stopped.iter().any(|stopped| stopped.ends_with(call));
        assert!(seen, "{call} is none of {stopped:?}");
    }
    assert!(
        stopped.len() < 2 * CALLS,
        "a refund makes more calls: {stopped:?}"
    );
}

/// The call that it was stopped after; none when it made fewer.
async fn stopped_after(calls: usize, comes_back: bool) -> Option<String> {
    let aws = cloud().await;
    let healthy = charges_on(&aws, &stripe()).await;
    let payment = captured(&healthy, 700, 300, &[]).await;
    let brink = Brink::before(aws.environment());
    let watched = brink.connect(aws.environment()).await;
    let watched = charges_on(&watched, &brink.beside(&stripe())).await;
    let asked = wish("crash", Some(900));
    let stopped = match brink
        .after(calls, watched.refund(payment, &asked, run()))
        .await
    {
        Outcome::Stopped(call) => Some(call),
        Outcome::Done(Ok(refund)) => {
            assert_eq!(refund.state, RefundState::Succeeded);
            None
        }
        // On a busy machine the processor may be late, which leaves a refund in the middle as well.
        Outcome::Done(Err(error)) => {
            assert!(is_of_a_moment(&error), "{error:?}");
            None
        }
    };
    let case = format!("{calls} {stopped:?} {comes_back}");
    if comes_back {
        let refund = patiently(|| healthy.refund(payment, &asked, run())).await;
        assert_eq!(refund.unwrap().state, RefundState::Succeeded, "{case}");
    } else {
        // What a run has taken on and could not end is due again some time after it.
        let mut late = NOW;
        let resumed = patiently(|| {
            late = late.plus(Duration::from_mins(2));
            healthy.resume_refunds(late)
        });
        resumed.await.unwrap();
    }
    let refund = healthy.payments.store.refund(asked.id).await.unwrap();
    let state = refund.map(|refund| refund.state);
    assert!(
        matches!(state, None | Some(RefundState::Succeeded)),
        "{case}: {state:?}"
    );
    let (card, wallet) = state.map_or((0, 0), |_| (700, 200));
    assert_eq!(gone_back(&healthy, payment).await, card, "{case}");
    let books = healthy.payments.audited().await;
    assert_eq!(sum(&books, "refunds"), card + wallet, "{case}");
    let ann = healthy.payments.wallet(user("ann")).await.unwrap();
    assert_eq!(ann.balance(CurrencyCode::USD).minor, wallet, "{case}");
    let left = healthy.payments.store.refundable(payment).await.unwrap();
    let left = left.unwrap();
    assert_eq!(left.left.total().unwrap().minor, 1_000 - card - wallet);
    assert_eq!(left.returned, card + wallet, "{case}");
    stopped
}
