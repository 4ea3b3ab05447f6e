//! Deposits against the processor's stand-in and a table of the test's own.

use std::time::Duration;

use futures_util::future::join_all;
use kernel::CurrencyCode;
use testkit::{Proxy, Trouble};

use super::*;
use crate::testing::{
    NOW, authenticate, charges, charges_on, cloud, patiently, silent, stripe, usd, user,
};

const VISA: &str = "pm_card_visa";

async fn deposit(charges: &Charges, name: &str, card: &str, amount: Money) -> DepositOutcome {
    let answered = silent(name);
    let asked = charges.deposit(user("ann"), amount, card.to_owned(), &answered, NOW);
    asked.await.unwrap()
}

async fn balance(charges: &Charges, currency: CurrencyCode) -> i64 {
    charges.payments.audited().await;
    let wallet = charges.payments.wallet(user("ann")).await.unwrap();
    wallet.balance(currency).minor
}

#[tokio::test]
async fn a_card_fills_a_wallet_in_every_kind_of_currency() {
    let charges = charges().await;
    for (code, minor) in [("JPY", 500), ("USD", 1_050), ("KWD", 12_340)] {
        let amount = Money::new(minor, CurrencyCode::parse(code).unwrap());
        let outcome = deposit(&charges, code, VISA, amount).await;
        let line = outcome.deposited.line.unwrap();
        assert_eq!(outcome.deposited.deposit.stage, DepositStage::Succeeded);
        assert_eq!((line.amount, line.balance_after), (amount, amount));
        let intent = outcome.deposited.deposit.intent.unwrap();
        let intent = charges.processor.intent(&intent).await.unwrap();
        assert_eq!(intent.state, IntentState::Captured(amount));
        assert_eq!(balance(&charges, amount.currency).await, minor);
    }
}

#[tokio::test]
async fn the_same_deposit_again_and_at_once_is_one_charge() {
    let charges = charges().await;
    let answered = silent("once");
    let ask = || charges.deposit(user("ann"), usd(700), VISA.to_owned(), &answered, NOW);
    let outcomes = join_all((0..8).map(|_| ask())).await;
    let first = outcomes[0].as_ref().unwrap().deposited.clone();
    assert_eq!(ask().await.unwrap().deposited, first);
    for outcome in outcomes {
        assert_eq!(outcome.unwrap().deposited.line, first.line);
    }
    assert_eq!(balance(&charges, CurrencyCode::USD).await, 700);
}

#[tokio::test]
async fn a_card_that_is_declined_or_unknown_leaves_the_wallet_as_it_was() {
    let charges = charges().await;
    for card in ["pm_card_visa_chargeDeclined", "pm_of_nobody"] {
        let outcome = deposit(&charges, card, card, usd(700)).await;
        let failed = outcome.deposited.deposit;
        assert_eq!(failed.stage, DepositStage::Failed, "{card}");
        assert!(failed.failure.is_some() && outcome.deposited.line.is_none());
    }
    assert_eq!(balance(&charges, CurrencyCode::USD).await, 0);
    let late = NOW.plus(Duration::from_hours(1));
    assert_eq!(charges.resume_deposits(late).await.unwrap(), 0);
}

#[tokio::test]
async fn a_bank_that_asks_its_user_is_waited_for_and_no_longer_than_a_while() {
    for says_yes in [true, false] {
        let charges = charges().await;
        let outcome = deposit(&charges, "asks", "pm_card_authenticationRequired", usd(700)).await;
        let waiting = outcome.deposited.deposit;
        assert_eq!(waiting.stage, DepositStage::AwaitingAction);
        let secret = outcome.client_secret.unwrap();
        let soon = NOW.plus(Duration::from_mins(5));
        charges.look_at_deposit(waiting.id, soon).await.unwrap();
        assert_eq!(balance(&charges, CurrencyCode::USD).await, 0);
        if says_yes {
            let intent = waiting.intent.as_deref().unwrap();
            authenticate(intent, secret.reveal(), true).await;
        }
        let late = NOW.plus(Duration::from_mins(16));
        assert_eq!(charges.resume_deposits(late).await.unwrap(), 1);
        assert_eq!(charges.resume_deposits(late).await.unwrap(), 0);
        let expected = if says_yes { 700 } else { 0 };
        assert_eq!(balance(&charges, CurrencyCode::USD).await, expected);
    }
}

#[tokio::test]
async fn trouble_on_the_way_to_the_processor_never_charges_twice() {
    for part in ["/v1/payment_intents ", "/confirm", "/capture"] {
        for trouble in [
            Trouble::Refused,
            Trouble::Reset,
            Trouble::AnswerLost,
            Trouble::Status(429),
            Trouble::Status(500),
        ] {
            let aws = cloud().await;
            let proxy = Proxy::before(&stripe());
            let charges = charges_on(&aws, proxy.address()).await;
            proxy.trouble(part.trim_end(), trouble, 1);
            let answered = silent("trouble");
            let ask = || charges.deposit(user("ann"), usd(700), VISA.to_owned(), &answered, NOW);
            // Where nobody knows what came of it, the same request goes on.
            let stage = patiently(ask).await.unwrap().deposited.deposit.stage;
            assert_eq!(stage, DepositStage::Succeeded, "{part} {trouble:?}");
            assert_eq!(balance(&charges, CurrencyCode::USD).await, 700);
        }
    }
}

#[tokio::test]
async fn a_deposit_that_was_left_behind_is_finished_or_given_up() {
    let aws = cloud().await;
    let proxy = Proxy::before(&stripe());
    let later = NOW.plus(Duration::from_mins(2));
    for (part, expected) in [
        ("POST /v1/payment_intents", DepositStage::Failed),
        ("/capture", DepositStage::Succeeded),
    ] {
        let charges = charges_on(&aws, proxy.address()).await;
        proxy.trouble(part, Trouble::Refused, 1_000);
        let answered = silent(part);
        let left = charges.deposit(user("ann"), usd(700), VISA.to_owned(), &answered, NOW);
        assert!(left.await.is_err());
        proxy.heal();
        let charges = charges_on(&aws, &stripe()).await;
        assert_eq!(charges.resume_deposits(later).await.unwrap(), 1, "{part}");
        let id = DepositId::derive(&answered.operation().id.to_string(), "deposit");
        let deposit = charges.payments.store.deposit(id).await.unwrap().unwrap();
        assert_eq!(deposit.stage, expected, "{part}");
    }
    let charges = charges_on(&aws, &stripe()).await;
    assert_eq!(balance(&charges, CurrencyCode::USD).await, 700);
}

#[tokio::test]
async fn a_wallet_is_not_filled_beyond_what_a_client_can_name() {
    let charges = charges().await;
    let most = Money::new(Money::MAX_GIVEN, CurrencyCode::USD);
    charges
        .payments
        .fill(user("ann"), most, "all the money there is")
        .await;
    let answered = silent("more");
    let more = charges.deposit(user("ann"), usd(1), VISA.to_owned(), &answered, NOW);
    let refused = more.await;
    assert!(
        matches!(refused, Err(PaymentsError::Invalid(_))),
        "{refused:?}"
    );
}
