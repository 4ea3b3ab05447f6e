//! A deposit that is stopped after every single call to the database and the processor there is: the
//! card and the wallet agree afterwards, whether its user comes back or not.

use std::time::Duration;

use futures_util::future::join_all;
use kernel::CurrencyCode;
use testkit::{Brink, Outcome};

use crate::Charges;
use crate::deposit::DepositStage;
use crate::ledger::DepositId;
use crate::testing::{
    NOW, charges_on, cloud, is_of_a_moment, moved, patiently, silent, stripe, usd, user,
};

/// More calls than a deposit makes.
const CALLS: usize = 14;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deposit_that_stops_after_any_call_is_whole_or_undone() {
    let mut stopped = Vec::new();
    // Some at once: each has a table and a wallet of its own.
    for some in (1..=CALLS).collect::<Vec<_>>().chunks(3) {
        let runs = some
            .iter()
            .flat_map(|&calls| [true, false].map(|back| stopped_after(calls, back)));
        stopped.extend(join_all(runs).await.into_iter().flatten());
    }
    for call in [
        "TransactWriteItems",
        "payment_intents",
        "confirm",
        "capture",
    ] {
        let seen = stopped.iter().any(|stopped| stopped.ends_with(call));
        assert!(seen, "{call} is none of {stopped:?}");
    }
    assert!(
        stopped.len() < 2 * CALLS,
        "a deposit makes more calls: {stopped:?}"
    );
}

/// The call that it was stopped after; none when it made fewer.
async fn stopped_after(calls: usize, comes_back: bool) -> Option<String> {
    let aws = cloud().await;
    let healthy = charges_on(&aws, &stripe()).await;
    let brink = Brink::before(aws.environment());
    let watched = brink.connect(aws.environment()).await;
    let watched = charges_on(&watched, &brink.beside(&stripe())).await;
    let answered = silent(&testkit::unique("crash"));
    let visa = || "pm_card_visa".to_owned();
    let asked = watched.deposit(user("ann"), usd(700), visa(), &answered, NOW);
    let stopped = match brink.after(calls, asked).await {
        Outcome::Stopped(call) => Some(call),
        Outcome::Done(Ok(outcome)) => {
            let stage = outcome.deposited.deposit.stage;
            assert_eq!(stage, DepositStage::Succeeded);
            None
        }
        // On a busy machine the processor may be late, which leaves a deposit in the middle as well.
        Outcome::Done(Err(error)) => {
            assert!(is_of_a_moment(&error), "{error:?}");
            None
        }
    };
    let case = format!("{calls} {stopped:?} {comes_back}");
    if comes_back {
        let again = || healthy.deposit(user("ann"), usd(700), visa(), &answered, NOW);
        let stage = patiently(again).await.unwrap().deposited.deposit.stage;
        assert_eq!(stage, DepositStage::Succeeded, "{case}");
    } else {
        // What a run has taken on and could not end is due again some time after it.
        let mut late = NOW;
        let resumed = patiently(|| {
            late = late.plus(Duration::from_mins(2));
            healthy.resume_deposits(late)
        });
        resumed.await.unwrap();
    }
    let id = DepositId::derive(&answered.operation().id.to_string(), "deposit");
    let deposit = healthy.payments.store.deposit(id).await.unwrap();
    let stage = deposit.map(|deposit| deposit.stage);
    let expected = match stage {
        Some(DepositStage::Succeeded) => 700,
        None | Some(DepositStage::Failed) => 0,
        other => panic!("{case}: {other:?}"),
    };
    healthy.payments.audited().await;
    let wallet = healthy.payments.wallet(user("ann")).await.unwrap();
    assert_eq!(wallet.balance(CurrencyCode::USD).minor, expected, "{case}");
    assert_eq!(charged(&healthy, id).await, expected, "{case}");
    stopped
}

/// What the processor's own books have of a deposit.
async fn charged(charges: &Charges, id: DepositId) -> i64 {
    let moved = moved(charges).await;
    let ours = moved
        .iter()
        .filter(|moved| moved.reference == Some(id.to_string()));
    ours.map(|moved| moved.amount.minor).sum()
}
