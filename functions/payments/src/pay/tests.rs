//! Payments against the processor's stand-in and a table of the test's own; only the orders are a
//! double.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use kernel::{CurrencyCode, OrderToken, UserId};
use orders::change::Refusal;
use orders::error::OrdersError;

use super::*;
use crate::refund::{Part, Share};
use crate::testing::{NOW, authenticate, charges, patiently, silent, usd, user};

/// Orders that are paid by one payment at a time.
#[derive(Debug, Default)]
pub(crate) struct Book(Mutex<HashMap<OrderId, Order>>);

#[derive(Debug, Clone, Default)]
pub(crate) struct Order {
    amount: Option<Money>,
    pub(crate) under_way: Option<PaymentId>,
    pub(crate) confirmed: bool,
    stock_is_gone: bool,
    pub(crate) failed: usize,
}

impl Book {
    pub(crate) fn of(amount: Money) -> (Self, OrderId) {
        let (book, id) = (Self::default(), OrderId::derive("", "one"));
        book.orders().insert(
            id,
            Order {
                amount: Some(amount),
                ..Order::default()
            },
        );
        (book, id)
    }

    fn orders(&self) -> MutexGuard<'_, HashMap<OrderId, Order>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn order(&self, id: OrderId) -> Order {
        self.orders().get(&id).cloned().unwrap_or_default()
    }

    fn lose_stock(&self, id: OrderId) {
        self.orders().entry(id).or_default().stock_is_gone = true;
    }
}

impl OrderBook for Book {
    async fn begin(
        &self,
        order: OrderId,
        _: &Payer,
        payment: PaymentId,
        _: Timestamp,
    ) -> Result<Due, OrdersError> {
        let mut orders = self.orders();
        let order = orders.get_mut(&order).ok_or(OrdersError::NotFound)?;
        match order.under_way {
            Some(other) if other != payment && order.confirmed => Err(Refusal::AlreadyPaid.into()),
            Some(other) if other != payment => Err(Refusal::PaymentInProgress.into()),
            _ => {
                order.under_way = Some(payment);
                let amount = order.amount.ok_or(OrdersError::NotFound)?;
                let shares = vec![Share {
                    part: Part::Shipping,
                    amount: amount.minor,
                }];
                Ok(Due { amount, shares })
            }
        }
    }

    async fn confirm(
        &self,
        order: OrderId,
        payment: PaymentId,
        _: Timestamp,
    ) -> Result<(), OrdersError> {
        let mut orders = self.orders();
        let order = orders.get_mut(&order).ok_or(OrdersError::NotFound)?;
        if order.stock_is_gone || order.under_way != Some(payment) {
            return Err(Refusal::Expired.into());
        }
        order.confirmed = true;
        Ok(())
    }

    async fn fail(
        &self,
        order: OrderId,
        payment: PaymentId,
        _: Timestamp,
    ) -> Result<(), OrdersError> {
        let mut orders = self.orders();
        let order = orders.get_mut(&order).ok_or(OrdersError::NotFound)?;
        if order.under_way == Some(payment) {
            order.under_way = None;
            order.confirmed = false;
            order.failed += 1;
        }
        Ok(())
    }
}

pub(crate) fn wish(order: OrderId, by: PayBy) -> Wish {
    Wish {
        order_id: order,
        payer: Payer {
            user: Some(user("ann")),
            guest: None,
        },
        by,
        wallet: None,
        payment_method: Some("pm_card_visa".to_owned()),
    }
}

fn card(order: OrderId, token: &str) -> Wish {
    Wish {
        payment_method: Some(token.to_owned()),
        ..wish(order, PayBy::Card)
    }
}

/// A payment by a card, in a request of its own.
pub(crate) async fn pay_by_card(
    charges: &Charges,
    book: &Book,
    order: OrderId,
    token: &str,
) -> Payment {
    let answered = silent("by card");
    let paid = charges.pay(book, card(order, token), &answered, NOW);
    paid.await.unwrap()
}

/// What the ledger has of an account, and that it is in balance.
pub(crate) async fn held(charges: &Charges, of: UserId) -> (i64, i64) {
    let books = charges.payments.audited().await;
    let wallet = charges.payments.wallet(of).await.unwrap();
    let accounts = books.accounts.get(&CurrencyCode::USD);
    let of = |name| accounts.and_then(|accounts| accounts.get(name)).copied();
    for held in ["held", "authorised", "promises"] {
        assert_eq!(of(held).unwrap_or_default().difference(), 0, "{held}");
    }
    let processor = of("processor").unwrap_or_default().difference();
    let processor = i64::try_from(processor).unwrap();
    (wallet.balance(CurrencyCode::USD).minor, processor)
}

#[tokio::test]
async fn an_order_is_paid_by_card_wallet_or_both() {
    for (by, left, taken) in [
        (PayBy::Card, 300, 1000),
        (PayBy::Wallet, 0, 0),
        (PayBy::Split, 0, 700),
    ] {
        let charges = charges().await;
        let (filled, due) = if by == PayBy::Wallet {
            (1000, 1000)
        } else {
            (300, 1000)
        };
        charges
            .payments
            .fill(user("ann"), usd(filled), "first")
            .await;
        let (book, order) = Book::of(usd(due));
        let answered = silent(&format!("{by:?}"));
        let paid = charges
            .pay(&book, wish(order, by), &answered, NOW)
            .await
            .unwrap();
        assert_eq!(paid.stage, Stage::Captured, "{by:?}");
        assert_eq!(paid.amount().unwrap(), Some(usd(1000)));
        assert!(book.order(order).confirmed);
        let (wallet, processor) = held(&charges, user("ann")).await;
        assert_eq!((wallet, processor - filled), (left, taken), "{by:?}");
        if let Some(intent) = paid.intent {
            let intent = charges.processor.intent(&intent).await.unwrap();
            assert_eq!(intent.state, IntentState::Captured(usd(taken)));
        }
        let told = aws::testing::told(charges.payments.store.table()).await;
        assert_eq!(told.unwrap(), ["payments.payment-captured.v1"]);
    }
}

#[tokio::test]
async fn an_order_that_costs_nothing_is_paid_and_nothing_moves() {
    for by in [PayBy::Card, PayBy::Wallet, PayBy::Split] {
        let charges = charges().await;
        let (book, order) = Book::of(usd(0));
        let answered = silent(&format!("{by:?}"));
        let paid = charges
            .pay(&book, wish(order, by), &answered, NOW)
            .await
            .unwrap();
        assert_eq!((paid.stage, paid.intent), (Stage::Captured, None), "{by:?}");
        assert_eq!(held(&charges, user("ann")).await, (0, 0));
        let told = aws::testing::told(charges.payments.store.table()).await;
        assert_eq!(told.unwrap(), ["payments.payment-captured.v1"]);
    }
}

#[tokio::test]
async fn the_same_request_again_is_the_same_payment() {
    let charges = charges().await;
    let (book, order) = Book::of(usd(1000));
    let answered = silent("once");
    let pay = || charges.pay(&book, wish(order, PayBy::Card), &answered, NOW);
    let first = pay().await.unwrap();
    assert_eq!(pay().await.unwrap(), first);
    assert_eq!(held(&charges, user("ann")).await.1, 1000);
}

#[tokio::test]
async fn of_50_payments_of_one_order_one_captures() {
    let charges = charges().await;
    let (book, order) = Book::of(usd(1000));
    let answers: Vec<_> = (0..50).map(|number| silent(&format!("{number}"))).collect();
    let (ours, orders) = (&charges, &book);
    let paid = answers.iter().map(|answered| {
        patiently(move || ours.pay(orders, wish(order, PayBy::Card), answered, NOW))
    });
    let outcomes = join_all(paid).await;
    let captured = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, Ok(payment) if payment.stage == Stage::Captured));
    assert_eq!(captured.count(), 1);
    for outcome in outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
        assert!(
            matches!(
                outcome,
                PaymentsError::Order(OrdersError::Refused(
                    Refusal::PaymentInProgress | Refusal::AlreadyPaid
                ))
            ),
            "{outcome:?}"
        );
    }
    assert_eq!(held(&charges, user("ann")).await.1, 1000);
}

#[tokio::test]
async fn the_same_payment_driven_16_times_at_once_captures_once() {
    let charges = charges().await;
    charges.payments.fill(user("ann"), usd(300), "first").await;
    let (book, order) = Book::of(usd(1000));
    let answered = silent("once");
    let pay = || charges.pay(&book, wish(order, PayBy::Split), &answered, NOW);
    let outcomes = join_all((0..16).map(|_| pay())).await;
    for outcome in outcomes {
        assert_eq!(outcome.unwrap().stage, Stage::Captured);
    }
    assert_eq!(held(&charges, user("ann")).await, (0, 1000));
}

#[tokio::test]
async fn a_declined_card_gives_back_the_wallets_part_and_leaves_the_order_payable() {
    let charges = charges().await;
    charges.payments.fill(user("ann"), usd(300), "first").await;
    let (book, order) = Book::of(usd(1000));
    let declined = Wish {
        payment_method: Some("pm_card_visa_chargeDeclined".to_owned()),
        ..wish(order, PayBy::Split)
    };
    let failed = charges
        .pay(&book, declined, &silent("declined"), NOW)
        .await
        .unwrap();
    assert_eq!(failed.stage, Stage::Failed);
    assert_eq!(failed.failure.unwrap().code, "card_declined");
    assert_eq!(held(&charges, user("ann")).await, (300, 300));
    let told = aws::testing::told(charges.payments.store.table()).await;
    assert_eq!(told.unwrap(), ["payments.payment-failed.v1"]);
    assert_eq!(book.order(order).failed, 1);
    let paid = charges
        .pay(&book, wish(order, PayBy::Split), &silent("again"), NOW)
        .await
        .unwrap();
    assert_eq!(paid.stage, Stage::Captured);
    assert_eq!(held(&charges, user("ann")).await, (0, 1000));
}

#[tokio::test]
async fn stock_that_is_gone_after_the_bank_said_yes_lets_the_money_go() {
    let charges = charges().await;
    charges.payments.fill(user("ann"), usd(300), "first").await;
    let (book, order) = Book::of(usd(1000));
    book.lose_stock(order);
    let failed = charges
        .pay(&book, wish(order, PayBy::Split), &silent("late"), NOW)
        .await
        .unwrap();
    assert_eq!(failed.stage, Stage::Failed);
    assert_eq!(failed.failure.unwrap().code, "order_expired");
    let intent = charges.processor.intent(&failed.intent.unwrap()).await;
    assert_eq!(intent.unwrap().state, IntentState::Cancelled);
    assert_eq!(held(&charges, user("ann")).await, (300, 300));
}

#[tokio::test]
async fn what_cannot_be_paid_leaves_no_trace() {
    let charges = charges().await;
    charges.payments.fill(user("ann"), usd(300), "first").await;
    let (book, order) = Book::of(usd(1000));
    let ask = |name: &'static str, wish: Wish| {
        let (charges, book) = (&charges, &book);
        async move {
            charges
                .pay(book, wish, &silent(name), NOW)
                .await
                .unwrap_err()
        }
    };
    let short = ask("short", wish(order, PayBy::Wallet)).await;
    assert!(
        matches!(short, PaymentsError::InsufficientFunds { available } if available == usd(300))
    );
    let too_much = Wish {
        wallet: Some(Amount::parse("10.01").unwrap()),
        ..wish(order, PayBy::Split)
    };
    assert!(matches!(
        ask("much", too_much).await,
        PaymentsError::Invalid(_)
    ));
    let no_card = Wish {
        payment_method: None,
        ..wish(order, PayBy::Card)
    };
    assert!(matches!(
        ask("none", no_card).await,
        PaymentsError::Invalid(_)
    ));
    let guest = Wish {
        payer: Payer {
            user: None,
            guest: Some(OrderToken::of_bytes([7; 32]).hash()),
        },
        ..wish(order, PayBy::Wallet)
    };
    assert!(matches!(
        ask("guest", guest).await,
        PaymentsError::Invalid(_)
    ));
    let strange = wish(OrderId::derive("", "another"), PayBy::Card);
    assert!(matches!(
        ask("strange", strange).await,
        PaymentsError::Order(OrdersError::NotFound)
    ));
    assert_eq!(book.order(order).under_way, None);
    assert_eq!(held(&charges, user("ann")).await, (300, 300));
    let told = aws::testing::told(charges.payments.store.table()).await;
    assert_eq!(told.unwrap(), Vec::<String>::new());
    let late = NOW.plus(Duration::from_hours(1));
    assert_eq!(charges.resume(&book, late).await.unwrap(), 0);
}

#[tokio::test]
async fn a_bank_that_asks_its_shopper_is_waited_for() {
    let charges = charges().await;
    let (book, order) = Book::of(usd(1000));
    let asks = card(order, "pm_card_authenticationRequired");
    let waits = charges
        .pay(&book, asks, &silent("asks"), NOW)
        .await
        .unwrap();
    assert_eq!(waits.stage, Stage::AwaitingAction);
    let intent = charges.processor.intent(waits.intent.as_deref().unwrap());
    let secret = intent.await.unwrap().client_secret.unwrap();
    // Too early for anybody to give up.
    assert_eq!(
        charges
            .resume(&book, NOW.plus(Duration::from_mins(14)))
            .await
            .unwrap(),
        0
    );
    authenticate(waits.intent.as_deref().unwrap(), secret.reveal(), true).await;
    let driver = Driver::at(NOW.plus(Duration::from_mins(1)));
    let paid = charges.drive(&book, waits, &driver).await.unwrap();
    assert_eq!(paid.stage, Stage::Captured);
    assert_eq!(held(&charges, user("ann")).await.1, 1000);
}

#[tokio::test]
async fn a_shopper_who_never_answers_the_bank_is_given_up_on() {
    let charges = charges().await;
    let (book, order) = Book::of(usd(1000));
    let asks = card(order, "pm_card_authenticationRequired");
    let waits = charges
        .pay(&book, asks, &silent("asks"), NOW)
        .await
        .unwrap();
    let late = NOW.plus(Duration::from_mins(16));
    assert_eq!(charges.resume(&book, late).await.unwrap(), 1);
    let failed = charges.payments.known_payment(waits.id).await.unwrap();
    assert_eq!(failed.stage, Stage::Failed);
    assert_eq!(failed.failure.unwrap().code, "payment_abandoned");
    assert_eq!(book.order(order).under_way, None);
}

#[tokio::test]
async fn what_is_captured_by_hand_is_held_until_then() {
    let mut charges = charges().await;
    charges.capturing = Capturing::ByHand;
    charges.payments.fill(user("ann"), usd(300), "first").await;
    let (book, order) = Book::of(usd(1000));
    let held_one = charges
        .pay(&book, wish(order, PayBy::Split), &silent("held"), NOW)
        .await
        .unwrap();
    assert_eq!(held_one.stage, Stage::Confirmed);
    let some = Some(Amount::parse("4.00").unwrap());
    let taken = charges
        .capture(&book, held_one.id, some, &silent("some"), NOW)
        .await
        .unwrap();
    assert_eq!(
        taken.captured.map(|it| (it.card, it.wallet)),
        Some((100, 300))
    );
    assert_eq!(held(&charges, user("ann")).await, (0, 400));
    for outcome in [
        charges
            .capture(&book, held_one.id, None, &silent("more"), NOW)
            .await,
        charges.void(&book, held_one.id, &silent("void"), NOW).await,
    ] {
        assert!(
            matches!(
                outcome,
                Err(PaymentsError::NotCapturable(_) | PaymentsError::NotVoidable(_))
            ),
            "{outcome:?}"
        );
    }
}

#[tokio::test]
async fn less_than_the_wallets_part_is_taken_from_the_wallet_alone() {
    let mut charges = charges().await;
    charges.capturing = Capturing::ByHand;
    charges.payments.fill(user("ann"), usd(300), "first").await;
    let (book, order) = Book::of(usd(1000));
    let held_one = charges
        .pay(&book, wish(order, PayBy::Split), &silent("held"), NOW)
        .await
        .unwrap();
    let some = Some(Amount::parse("1.00").unwrap());
    let taken = charges
        .capture(&book, held_one.id, some, &silent("some"), NOW)
        .await
        .unwrap();
    assert_eq!(
        taken.captured.map(|it| (it.card, it.wallet)),
        Some((0, 100))
    );
    assert_eq!(held(&charges, user("ann")).await, (200, 300));
    let intent = charges.processor.intent(&taken.intent.unwrap()).await;
    assert_eq!(intent.unwrap().state, IntentState::Cancelled);
}

#[tokio::test]
async fn what_is_voided_or_forgotten_goes_back_whole() {
    for forgotten in [false, true] {
        let mut charges = charges().await;
        charges.capturing = Capturing::ByHand;
        charges.payments.fill(user("ann"), usd(300), "first").await;
        let (book, order) = Book::of(usd(1000));
        let confirmed = charges
            .pay(&book, wish(order, PayBy::Split), &silent("held"), NOW)
            .await
            .unwrap();
        if forgotten {
            let week = NOW.plus(Duration::from_hours(7 * 24));
            assert_eq!(charges.resume(&book, week).await.unwrap(), 1);
        } else {
            let voided = charges
                .void(&book, confirmed.id, &silent("void"), NOW)
                .await;
            assert_eq!(voided.unwrap().stage, Stage::Failed);
        }
        let after = charges.payments.known_payment(confirmed.id).await.unwrap();
        assert_eq!(after.stage, Stage::Failed);
        assert_eq!(held(&charges, user("ann")).await, (300, 300));
        assert_eq!(book.order(order).under_way, None);
    }
}
