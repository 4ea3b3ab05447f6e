//! Reconciliation against the processor's stand-in, which other tests move money at too: only what
//! is this test's own is looked at.

use std::time::Duration;

use kernel::{Clock, CurrencyCode, PaymentId, SystemClock};
use testkit::Brink;

use super::*;
use crate::ledger::{DepositId, Tender};
use crate::processor::NewIntent;
use crate::reconciliation::DifferenceKind;
use crate::testing::{charges, charges_on, cloud, silent, stripe, usd, user};

/// Differences of a reference.
async fn of(charges: &Charges, reference: &str) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut cursor = None;
    loop {
        let page = charges
            .payments
            .differences(cursor.as_ref(), Limit::MAX)
            .await
            .unwrap();
        found.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    found.retain(|difference| difference.reference.as_deref() == Some(reference));
    found
}

/// Compares what was moved since a time. All that other tests have moved before would be kept as a
/// difference each.
async fn reconcile(charges: &Charges, since: Timestamp, at: Timestamp) -> u64 {
    let store = &charges.payments.store;
    let through = since.plus(OVERLAP);
    store.set_reconciled_through(through).await.unwrap();
    charges.reconcile(at).await.unwrap()
}

/// Money that the processor takes for something of ours.
async fn charge(charges: &Charges, reference: &str, minor: i64) {
    let new = NewIntent {
        reference,
        amount: usd(minor),
        payment_method: "pm_card_visa",
        customer: None,
    };
    let intent = charges.processor.create(new).await.unwrap();
    charges.processor.confirm(&intent.id).await.unwrap();
    charges
        .processor
        .capture(&intent.id, usd(minor))
        .await
        .unwrap();
}

#[tokio::test]
async fn books_that_agree_have_no_differences() {
    let charges = charges().await;
    let now = SystemClock.now();
    let answered = silent(&testkit::unique("deposit"));
    let visa = "pm_card_visa".to_owned();
    let filled = charges
        .deposit(user("ann"), usd(700), visa, &answered, now)
        .await
        .unwrap();
    let reference = filled.deposited.deposit.id.to_string();
    let soon = now.plus(Duration::from_secs(60));
    charges.reconcile(soon).await.unwrap();
    assert_eq!(of(&charges, &reference).await, [], "it may be late yet");
    reconcile(&charges, now, soon.plus(LAG)).await;
    reconcile(&charges, now, soon.plus(Duration::from_hours(5))).await;
    assert_eq!(of(&charges, &reference).await, []);
}

#[tokio::test]
async fn what_only_one_book_has_and_what_they_have_otherwise_is_found_once() {
    let charges = charges().await;
    let now = SystemClock.now();
    let ids: Vec<PaymentId> = (0..3_u8)
        .map(|number| {
            PaymentId::generate(
                now,
                fastrand::u128(..).to_le_bytes()[..10]
                    .try_into()
                    .map(|random: [u8; 10]| random.map(|byte| byte ^ number))
                    .unwrap(),
            )
        })
        .collect();
    let [unposted, otherwise, unknown] = ids[..] else {
        unreachable!()
    };
    charge(&charges, &unposted.to_string(), 700).await;
    charge(&charges, &otherwise.to_string(), 700).await;
    for (payment, card) in [(otherwise, 600), (unknown, 500)] {
        let tender = Tender {
            card,
            wallet: 0,
            currency: CurrencyCode::USD,
        };
        let entry = Entry::captured(payment, tender, 0, now).unwrap();
        charges
            .payments
            .store
            .post(&entry, |alone, _| alone)
            .await
            .unwrap();
    }
    let later = now.plus(LAG).plus(Duration::from_mins(5));
    assert!(reconcile(&charges, now, later).await >= 3);
    let again = reconcile(&charges, now, later.plus(Duration::from_hours(1))).await;
    for (payment, kind, ledger, processor) in [
        (unposted, DifferenceKind::MissingInLedger, 0, 700),
        (otherwise, DifferenceKind::AmountDiffers, 600, 700),
        (unknown, DifferenceKind::MissingAtProcessor, 500, 0),
    ] {
        let found = of(&charges, &payment.to_string()).await;
        let [difference] = &found[..] else {
            panic!("{kind:?}: {found:?} {again}")
        };
        assert_eq!(difference.kind, kind);
        assert_eq!(
            (difference.ledger, difference.processor),
            (usd(ledger), usd(processor))
        );
        assert_eq!(difference.resolved_at, None);
    }

    // What was only late is gone by itself, however many have come after it.
    for number in 0..=Limit::MAX.as_usize() {
        let newer = Difference {
            subject: format!("txn_newer_{number}"),
            kind: DifferenceKind::MissingInLedger,
            reference: None,
            ledger: usd(0),
            processor: usd(1),
            moved_at: later,
            found_at: later,
            resolved_at: None,
        };
        let kept = charges.payments.store.keep_difference(&newer);
        assert!(kept.await.unwrap());
    }
    let tender = Tender {
        card: 700,
        wallet: 0,
        currency: CurrencyCode::USD,
    };
    let entry = Entry::captured(unposted, tender, 0, later).unwrap();
    charges
        .payments
        .store
        .post(&entry, |alone, _| alone)
        .await
        .unwrap();
    charge(&charges, &unknown.to_string(), 500).await;
    let at_last = later.plus(Duration::from_hours(2));
    reconcile(&charges, now, at_last).await;
    for payment in [unposted, unknown] {
        let found = of(&charges, &payment.to_string()).await;
        assert_eq!(found[0].resolved_at, Some(at_last), "{found:?}");
    }
    charges.payments.audited().await;
}

#[tokio::test]
async fn the_processors_fees_are_posted_once_and_what_was_found_is_not_written_again() {
    let aws = cloud().await;
    let brink = Brink::before(aws.environment());
    let charges = charges_on(&brink.connect(aws.environment()).await, &stripe()).await;
    let now = SystemClock.now();
    let deposit = DepositId::generate(now, [9; 10]);
    let entry = Entry::deposited(deposit, user("ann"), usd(700), now).unwrap();
    charges
        .payments
        .store
        .post(&entry, |alone, _| alone)
        .await
        .unwrap();
    let movement = BalanceTransaction {
        id: "txn_1".to_owned(),
        kind: "charge".to_owned(),
        source: Some("ch_1".to_owned()),
        intent: Some("pi_1".to_owned()),
        reference: Some(deposit.to_string()),
        amount: usd(700),
        fee: usd(31),
        created: now,
    };
    let compare = || charges.compare_page(vec![movement.clone()], now);
    assert_eq!(compare().await.unwrap(), 0);
    let again = brink.after(usize::MAX, compare()).await;
    assert_eq!(again.done().unwrap().unwrap(), 0);
    let calls = brink.calls();
    assert_eq!(calls.len(), 3, "{calls:?}");
    assert!(
        calls.iter().all(|call| call.ends_with("BatchGetItem")),
        "{calls:?}"
    );
    let books = charges.payments.trial_balance().await.unwrap();
    let accounts = &books.accounts[&CurrencyCode::USD];
    assert_eq!(accounts["fees"].difference(), 31);
    assert_eq!(accounts["processor"].difference(), 669);
}
