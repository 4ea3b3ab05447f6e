//! Refunds against the processor's stand-in and a table of the test's own.

use std::time::Duration;

use contracts::orders::CancelledLine;
use futures_util::future::join_all;
use kernel::{CancellationId, CurrencyCode, LineId, Quantity, Sku};
use testkit::{Proxy, Trouble};

use super::*;
use crate::ledger::{Books, Tender};
use crate::processor::{IntentState, NewIntent};
use crate::refund::{Part, Share};
use crate::store::Store;
use crate::testing::{
    NOW, charges, charges_on, cloud, moved, patiently, silent, stripe, usd, user,
};

/// A payment of ann's that was captured, by card at the processor and by wallet.
pub(super) async fn captured(
    charges: &Charges,
    card: i64,
    wallet: i64,
    parts: &[Share],
) -> PaymentId {
    let payments = &charges.payments;
    let payment = PaymentId::generate(
        NOW,
        fastrand::u128(..).to_le_bytes()[..10].try_into().unwrap(),
    );
    let ann = user("ann");
    let intent = if card > 0 {
        let new = NewIntent {
            reference: &payment.to_string(),
            amount: usd(card),
            payment_method: "pm_card_visa",
            customer: None,
        };
        let intent = charges.processor.create(new).await.unwrap().id;
        charges.processor.confirm(&intent).await.unwrap();
        let taken = charges.processor.capture(&intent, usd(card)).await.unwrap();
        assert_eq!(taken.state, IntentState::Captured(usd(card)));
        Some(intent)
    } else {
        None
    };
    if wallet > 0 {
        payments.fill(ann, usd(wallet), &payment.to_string()).await;
        let held = Entry::wallet_held(payment, ann, usd(wallet), NOW).unwrap();
        payments.store.post(&held, |alone, _| alone).await.unwrap();
    }
    let tender = Tender {
        card,
        wallet,
        currency: CurrencyCode::USD,
    };
    let order = order();
    let refundable =
        Refundable::of_captured(payment, order, Some(ann), intent, tender, parts).unwrap();
    let entry = Entry::captured(payment, tender, 0, NOW).unwrap();
    payments
        .store
        .post(&entry, |with, _| Store::with_refundable(with, &refundable))
        .await
        .unwrap();
    payment
}

fn order() -> OrderId {
    OrderId::derive("", "order")
}

pub(super) fn wish(name: &str, amount: Option<i64>) -> RefundWish {
    let operation = silent::<()>(name).operation().id.to_string();
    RefundWish {
        id: RefundId::derive(&operation, "refund"),
        amount: amount.map(usd),
        at_most: false,
        lines: Vec::new(),
        cancellation_id: None,
        reason: None,
    }
}

pub(super) const fn run() -> Run<'static> {
    Run {
        at: NOW,
        answered: None,
        traceparent: None,
    }
}

/// What the books have of an account.
pub(super) fn sum(books: &Books, account: &str) -> i64 {
    let accounts = books.accounts.get(&CurrencyCode::USD);
    let sums = accounts.and_then(|accounts| accounts.get(account));
    i64::try_from(sums.copied().unwrap_or_default().difference()).unwrap()
}

/// What the processor says has gone back of a payment.
pub(super) async fn gone_back(charges: &Charges, payment: PaymentId) -> i64 {
    let refundable = charges.payments.store.refundable(payment).await.unwrap();
    let intent = refundable.unwrap().intent;
    let moved = moved(charges).await;
    let of_it = moved
        .iter()
        .filter(|one| one.kind == "refund" && one.intent == intent);
    -of_it.map(|one| one.amount.minor).sum::<i64>()
}

#[tokio::test]
async fn a_split_payment_goes_back_to_the_card_first_and_then_to_the_wallet() {
    let charges = charges().await;
    let line = Part::Line(LineId::derive("", "1"));
    let parts = [(line, 60), (Part::Tax, 25), (Part::Shipping, 15)];
    let parts = parts.map(|(part, amount)| Share { part, amount });
    let payment = captured(&charges, 700, 300, &parts).await;
    let refund = |name: &'static str, amount| {
        let charges = &charges;
        async move { charges.refund(payment, &wish(name, amount), run()).await }
    };
    let first = refund("first", Some(800)).await.unwrap();
    assert_eq!(first.state, RefundState::Succeeded);
    assert_eq!((first.amount.card, first.amount.wallet), (700, 100));
    let shares: Vec<_> = first.shares.iter().map(|share| share.amount).collect();
    assert_eq!(shares, [480, 200, 120]);
    let too_much = refund("too much", Some(201)).await;
    assert!(
        matches!(too_much, Err(PaymentsError::RefundExceedsPayment { left }) if left == usd(200))
    );
    let rest = refund("rest", None).await.unwrap();
    assert_eq!((rest.amount.card, rest.amount.wallet), (0, 200));
    let nothing = refund("nothing", None).await;
    assert!(matches!(nothing, Err(PaymentsError::RefundExceedsPayment { left }) if left.is_zero()));

    let books = charges.payments.audited().await;
    let wallet = charges.payments.wallet(user("ann")).await.unwrap();
    assert_eq!(wallet.balance(CurrencyCode::USD), usd(300));
    assert_eq!(sum(&books, "refunds"), 1_000);
    assert_eq!(gone_back(&charges, payment).await, 700);
    let told = aws::testing::told(charges.payments.store.table()).await;
    assert_eq!(told.unwrap(), ["payments.payment-refunded.v1"; 2]);
}

#[tokio::test]
async fn of_50_refunds_at_once_no_more_go_back_than_was_captured() {
    let charges = charges().await;
    let payment = captured(&charges, 1_000, 500, &[]).await;
    let wishes: Vec<_> = (0..50)
        .map(|number| wish(&format!("{number}"), Some(70)))
        .collect();
    let ours = &charges;
    // Each of so many changes what the others have read; who is sent away for that comes again.
    let refunds = wishes
        .iter()
        .map(|wish| patiently(move || ours.refund(payment, wish, run())));
    let outcomes = join_all(refunds).await;
    let succeeded = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, Ok(refund) if refund.state == RefundState::Succeeded));
    assert_eq!(succeeded.count(), 21, "21 × 70 is what 1,500 has room for");
    for error in outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
        assert!(
            matches!(error, PaymentsError::RefundExceedsPayment { .. }),
            "{error:?}"
        );
    }
    let books = charges.payments.audited().await;
    assert_eq!(sum(&books, "refunds"), 1_470);
    assert_eq!(gone_back(&charges, payment).await, 1_000);
    let refundable = charges
        .payments
        .store
        .refundable(payment)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((refundable.left.wallet, refundable.returned), (30, 1_470));
}

#[tokio::test]
async fn a_refund_that_is_asked_for_16_times_at_once_goes_back_once() {
    let charges = charges().await;
    let payment = captured(&charges, 1_000, 0, &[]).await;
    let asked = wish("once", Some(400));
    let outcomes = join_all((0..16).map(|_| charges.refund(payment, &asked, run()))).await;
    for outcome in outcomes {
        assert_eq!(outcome.unwrap().state, RefundState::Succeeded);
    }
    let books = charges.payments.audited().await;
    assert_eq!(
        (sum(&books, "refunds"), sum(&books, "processor")),
        (400, 600)
    );
    let left = charges
        .payments
        .store
        .refundable(payment)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((left.left.card, left.returned), (600, 400));
}

#[tokio::test]
async fn trouble_on_the_way_to_the_processor_never_gives_back_twice() {
    for trouble in [
        Trouble::Refused,
        Trouble::Reset,
        Trouble::AnswerLost,
        Trouble::Slow(Duration::from_millis(300)),
        Trouble::Status(429),
        Trouble::Status(500),
    ] {
        let aws = cloud().await;
        let proxy = Proxy::before(&stripe());
        let charges = charges_on(&aws, proxy.address()).await;
        let payment = captured(&charges, 1_000, 0, &[]).await;
        proxy.trouble("POST /v1/refunds", trouble, 1);
        let refund = charges
            .refund(payment, &wish("one", Some(400)), run())
            .await
            .unwrap();
        assert_eq!(refund.state, RefundState::Succeeded, "{trouble:?}");
        assert_eq!(gone_back(&charges, payment).await, 400, "{trouble:?}");
        charges.payments.audited().await;
    }
}

#[tokio::test]
async fn a_refund_that_the_processor_was_away_for_is_finished_by_the_schedule() {
    let aws = cloud().await;
    let proxy = Proxy::before(&stripe());
    let charges = charges_on(&aws, proxy.address()).await;
    let payment = captured(&charges, 1_000, 0, &[]).await;
    proxy.trouble("/v1/refunds", Trouble::Refused, 1_000);
    let asked = wish("away", Some(400));
    let away = charges.refund(payment, &asked, run()).await;
    assert!(
        matches!(
            away,
            Err(PaymentsError::Processor(ProcessorError::Unavailable(_)))
        ),
        "{away:?}"
    );
    let pending = charges
        .payments
        .store
        .refund(asked.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(pending.state, RefundState::Pending);
    let more = charges
        .refund(payment, &wish("more", Some(700)), run())
        .await;
    let left =
        matches!(more, Err(PaymentsError::RefundExceedsPayment { left }) if left == usd(600));
    assert!(left, "what is under way is taken off: {more:?}");

    // A function of its own, whose circuit is closed.
    let charges = charges_on(&aws, &stripe()).await;
    assert_eq!(
        charges.resume_refunds(NOW).await.unwrap(),
        0,
        "it is not its time yet"
    );
    let later = NOW.plus(Duration::from_mins(2));
    assert_eq!(charges.resume_refunds(later).await.unwrap(), 1);
    let done = charges
        .payments
        .store
        .refund(asked.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(done.state, RefundState::Succeeded);
    assert_eq!(
        charges
            .resume_refunds(later.plus(Duration::from_hours(9)))
            .await
            .unwrap(),
        0
    );
    assert_eq!(gone_back(&charges, payment).await, 400);
    charges.payments.audited().await;
}

#[tokio::test]
async fn what_the_bank_refuses_may_be_refunded_again() {
    let charges = charges().await;
    let payment = captured(&charges, 1_000, 0, &[]).await;
    let intent = charges
        .payments
        .store
        .refundable(payment)
        .await
        .unwrap()
        .unwrap()
        .intent
        .unwrap();
    // Somebody has given most of it back on the processor's own pages.
    let elsewhere = RefundId::derive("", &intent);
    charges
        .processor
        .refund(&intent, elsewhere, usd(900))
        .await
        .unwrap();
    let refused = charges
        .refund(payment, &wish("one", Some(400)), run())
        .await
        .unwrap();
    assert_eq!(refused.state, RefundState::Failed);
    assert!(refused.failure.is_some());
    let left = charges
        .payments
        .store
        .refundable(payment)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((left.left.card, left.returned), (1_000, 0));
    let less = charges
        .refund(payment, &wish("two", Some(100)), run())
        .await
        .unwrap();
    assert_eq!(less.state, RefundState::Succeeded);
    let books = charges.payments.audited().await;
    assert_eq!(sum(&books, "refunds"), 100);
}

#[tokio::test]
async fn nothing_goes_back_of_what_was_not_captured_or_is_not_there() {
    let charges = charges().await;
    let payment = PaymentId::derive("", "none");
    let refused = charges.refund(payment, &wish("one", None), run()).await;
    assert!(
        matches!(refused, Err(PaymentsError::NotFound)),
        "{refused:?}"
    );
}

fn cancellation(name: &str, minor: i64) -> Cancellation {
    let line = CancelledLine {
        id: LineId::derive("", "1"),
        sku: Sku::parse("SKU-1").unwrap(),
        quantity: Quantity::new(1).unwrap(),
    };
    let parent = silent::<()>(name).operation().id.to_string();
    Cancellation {
        id: CancellationId::derive(&parent, name),
        items: vec![line],
        payment_id: None,
        refund: usd(minor),
        reason: Some("changed my mind".to_owned()),
    }
}

#[tokio::test]
async fn a_cancellation_is_refunded_once_however_often_it_is_heard() {
    let charges = charges().await;
    let early = charges
        .refund_cancellation(order(), &cancellation("one", 400), run())
        .await;
    let told = matches!(early, Err(PaymentsError::NotCaptured));
    assert!(told, "before its payment it comes again: {early:?}");
    let unpaid = charges
        .refund_cancellation(order(), &cancellation("unpaid", 0), run())
        .await;
    assert!(unpaid.is_ok(), "nothing is due of what was not paid");

    let payment = captured(&charges, 1_000, 0, &[]).await;
    let one = cancellation("one", 400);
    let heard = join_all((0..8).map(|_| charges.refund_cancellation(order(), &one, run()))).await;
    assert!(heard.iter().all(Result::is_ok), "{heard:?}");
    // By hand, so that less is left than the next cancellation calls for.
    charges
        .refund(payment, &wish("by hand", Some(500)), run())
        .await
        .unwrap();
    for name in ["two", "three"] {
        let cancelled = cancellation(name, 300);
        charges
            .refund_cancellation(order(), &cancelled, run())
            .await
            .unwrap();
    }
    let books = charges.payments.audited().await;
    assert_eq!(sum(&books, "refunds"), 1_000);
    assert_eq!(gone_back(&charges, payment).await, 1_000);
    let told = aws::testing::told(charges.payments.store.table()).await;
    assert_eq!(told.unwrap(), ["payments.payment-refunded.v1"; 3]);
}

#[tokio::test]
async fn money_that_an_order_does_not_owe_goes_back_from_the_payment_that_brought_it() {
    let charges = charges().await;
    let first = captured(&charges, 1_000, 0, &[]).await;
    let surplus = captured(&charges, 1_000, 0, &[]).await;
    let called_off = Cancellation {
        items: Vec::new(),
        payment_id: Some(surplus),
        ..cancellation("surplus", 1_000)
    };
    charges
        .refund_cancellation(order(), &called_off, run())
        .await
        .unwrap();
    assert_eq!(gone_back(&charges, first).await, 0);
    assert_eq!(gone_back(&charges, surplus).await, 1_000);
    charges.payments.audited().await;
}
