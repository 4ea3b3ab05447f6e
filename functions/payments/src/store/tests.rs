//! The store against a table of the test's own in the local cloud.

use futures_util::future::join_all;
use kernel::{CurrencyCode, Limit, Money};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::*;
use crate::error::PaymentsError;
use crate::ledger::{DepositId, Entry, Tender, WalletError};
use crate::testing::{NOW, patiently, payments, silent, usd, user};

#[tokio::test]
async fn a_cause_posts_once_however_often_and_at_once_it_is_tried() {
    let payments = payments().await;
    let ann = user("ann");
    let deposit = DepositId::generate(NOW, [3; 10]);
    let entry = Entry::deposited(deposit, ann, usd(500), NOW).unwrap();
    let post = || payments.store.post(&entry, |transaction, _| transaction);
    let outcomes = join_all((0..16).map(|_| post())).await;
    let posted = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(posted, 1);
    for outcome in outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
        assert!(matches!(outcome, PostError::AlreadyPosted), "{outcome:?}");
    }
    assert!(matches!(post().await, Err(PostError::AlreadyPosted)));
    let wallet = payments.wallet(ann).await.unwrap();
    assert_eq!(
        (wallet.balance(CurrencyCode::USD), wallet.version),
        (usd(500), 1)
    );
    let line = payments.store.wallet_line(ann, entry.id()).await.unwrap();
    assert_eq!(line.unwrap().balance_after, usd(500));
    assert_eq!(payments.store.entry(entry.id()).await.unwrap(), Some(entry));
    payments.audited().await;
}

#[tokio::test]
async fn of_64_withdrawals_at_once_as_many_succeed_as_the_wallet_has_money_for() {
    let payments = payments().await;
    let ann = user("ann");
    payments.fill(ann, usd(1_000), "salary").await;
    let names: Vec<_> = (0..64)
        .map(|number| format!("withdrawal {number}"))
        .collect();
    let answered: Vec<_> = names.iter().map(|name| silent(name)).collect();
    let ours = &payments;
    let withdrawals = answered
        .iter()
        .map(|answered| patiently(move || ours.withdraw(ann, usd(30), answered, NOW)));
    let outcomes = join_all(withdrawals).await;
    let mut left: Vec<_> = outcomes
        .iter()
        .filter_map(|outcome| Some(outcome.as_ref().ok()?.balance_after.minor))
        .collect();
    left.sort_unstable();
    let made = left.len();
    let least = 1_000 - 30 * i64::try_from(made).unwrap();
    let expected: Vec<i64> = (0..33)
        .map(|number| 10 + number * 30)
        .filter(|left| *left >= least)
        .collect();
    assert_eq!(left, expected, "each leaves 30 less than the one before");
    let mut busy = 0;
    for error in outcomes.into_iter().filter_map(Result::err) {
        match error {
            // Who comes too late is told what there is.
            PaymentsError::InsufficientFunds { available } => {
                assert_eq!((available, made), (usd(10), 33));
            }
            // Where the table is too busy for so many tries, somebody is sent away, and nothing moved.
            PaymentsError::Busy => busy += 1,
            other => panic!("{other:?}"),
        }
    }
    assert!(
        made == 33 || made > 0 && busy > 0,
        "33 × 30 is what 1,000 has room for: {made} of 64, {busy} sent away"
    );
    let (lines, next) = payments
        .store
        .wallet_lines(ann, None, Limit::MAX)
        .await
        .unwrap();
    assert_eq!((lines.len(), next), (1 + made, None));
    for pair in lines.windows(2) {
        let [later, earlier] = pair else {
            unreachable!()
        };
        assert_eq!(later.number, earlier.number + 1);
        let sum = earlier.balance_after.checked_add(later.amount);
        assert_eq!(sum.unwrap(), later.balance_after);
    }
    payments.audited().await;
}

#[tokio::test]
async fn a_withdrawal_that_is_asked_for_again_is_answered_as_it_was() {
    let payments = payments().await;
    let ann = user("ann");
    payments.fill(ann, usd(100), "salary").await;
    let answered = silent("all of it");
    let first = payments
        .withdraw(ann, usd(100), &answered, NOW)
        .await
        .unwrap();
    let again = payments
        .withdraw(ann, usd(100), &answered, NOW)
        .await
        .unwrap();
    assert_eq!(first, again, "though the wallet is empty by now");
    let wallet = payments.wallet(ann).await.unwrap();
    assert_eq!(wallet.balance(CurrencyCode::USD), usd(0));
    payments.audited().await;
}

#[tokio::test]
async fn what_is_written_with_an_entry_is_there_with_it_or_not_at_all() {
    let payments = payments().await;
    let ann = user("ann");
    payments.fill(ann, usd(100), "salary").await;
    let entry =
        Entry::wallet_held(kernel::PaymentId::generate(NOW, [4; 10]), ann, usd(60), NOW).unwrap();
    let with_a_refusal = |transaction: aws::Transaction,
                          _: Option<&crate::ledger::WalletTransaction>| {
        let place = aws::Key::new("nothing", "there");
        transaction.check("mine", place, aws::Condition::present())
    };
    let refused = payments.store.post(&entry, with_a_refusal).await;
    let told = matches!(&refused, Err(PostError::Refused(error)) if error.refused("mine"));
    assert!(told, "{refused:?}");
    assert_eq!(payments.store.entry(entry.id()).await.unwrap(), None);
    let wallet = payments.wallet(ann).await.unwrap();
    assert_eq!(wallet.balance(CurrencyCode::USD), usd(100));
    payments.audited().await;
}

#[tokio::test]
async fn histories_are_paged_from_the_last_line_to_the_first() {
    let payments = payments().await;
    let ann = user("ann");
    for number in 1..=7 {
        let currency = if number % 2 == 0 {
            CurrencyCode::JPY
        } else {
            CurrencyCode::KWD
        };
        payments
            .fill(ann, Money::new(number, currency), &number.to_string())
            .await;
    }
    let limit = Limit::new(3).unwrap();
    let mut cursor = None;
    let mut pages = Vec::new();
    loop {
        let page = payments
            .wallet_transactions(ann, cursor.as_ref(), limit)
            .await
            .unwrap();
        pages.push(
            page.items
                .iter()
                .map(|line| line.number)
                .collect::<Vec<_>>(),
        );
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(pages, [vec![7, 6, 5], vec![4, 3, 2], vec![1]]);
    let of_nobody = payments
        .wallet_transactions(user("bob"), None, limit)
        .await
        .unwrap();
    assert!(of_nobody.items.is_empty() && of_nobody.next.is_none());
}

#[tokio::test]
async fn totals_and_wallets_that_were_lost_are_what_the_journal_says_again() {
    let payments = payments().await;
    for (name, minor) in [("ann", 700), ("bob", 300), ("cem", 50)] {
        payments.fill(user(name), usd(minor), name).await;
        payments
            .fill(
                user(name),
                Money::new(minor, CurrencyCode::JPY),
                &format!("yen of {name}"),
            )
            .await;
    }
    payments
        .withdraw(user("ann"), usd(200), &silent("some"), NOW)
        .await
        .unwrap();
    let before = payments.audited().await;
    let wallet = payments.wallet(user("ann")).await.unwrap();

    let store = &payments.store;
    let wrong = std::collections::BTreeMap::from([(CurrencyCode::USD, 999_999)]);
    store.put_wallet(user("ann"), wrong).await.unwrap();
    for shard in 0..SHARDS {
        let nothing = std::collections::BTreeMap::new();
        let day = crate::ledger::Day::of(NOW);
        store
            .put_totals(shard, CurrencyCode::USD, day, &nothing)
            .await
            .unwrap();
    }
    assert_ne!(
        payments.trial_balance().await.unwrap().accounts,
        before.accounts
    );
    assert_eq!(
        payments.replay(NOW).await.unwrap(),
        before,
        "the journal is what it was"
    );

    assert_eq!(payments.rebuild(NOW, NOW).await.unwrap(), before);
    assert_eq!(payments.audited().await, before);
    assert_eq!(payments.wallet(user("ann")).await.unwrap(), wallet);
    payments
        .withdraw(user("ann"), usd(500), &silent("the rest"), NOW)
        .await
        .unwrap();
    payments.audited().await;
}

/// A random life of three wallets in currencies of every exponent, each step against a plain sum.
#[tokio::test]
async fn whatever_moves_the_totals_the_wallets_and_the_journal_agree() {
    let currencies = ["JPY", "USD", "KWD", "CLF"].map(|code| CurrencyCode::parse(code).unwrap());
    let users = ["ann", "bob", "cem"].map(user);
    let steps = prop::collection::vec((0..5_u8, 0..3_usize, 0..4_usize, 1..400_i64), 30..60);
    let mut runner = TestRunner::deterministic();
    for _ in 0..4 {
        let payments = payments().await;
        let mut model = std::collections::BTreeMap::new();
        let steps = steps.new_tree(&mut runner).unwrap().current();
        for (number, (what, who, currency, minor)) in steps.into_iter().enumerate() {
            let (who, currency) = (users[who], currencies[currency]);
            let amount = Money::new(minor, currency);
            let payment = kernel::PaymentId::derive(
                &kernel::PaymentId::generate(NOW, [5; 10]).to_string(),
                &number.to_string(),
            );
            let text = payment.to_string();
            let tender = Tender {
                card: minor,
                wallet: minor,
                currency,
            };
            let (entry, change) = match what {
                0 => (
                    Entry::deposited(DepositId::derive(&text, ""), who, amount, NOW),
                    minor,
                ),
                1 => (
                    Entry::withdrawn(
                        crate::ledger::WithdrawalId::derive(&text, ""),
                        who,
                        amount,
                        NOW,
                    ),
                    -minor,
                ),
                2 => (Entry::wallet_held(payment, who, amount, NOW), -minor),
                3 => (
                    Entry::refunded(kernel::RefundId::derive(&text, ""), Some(who), tender, NOW),
                    minor,
                ),
                _ => (Entry::captured(payment, tender, minor, NOW), 0),
            };
            let holds: &mut i64 = model.entry((who, currency)).or_default();
            let posted = payments
                .store
                .post(&entry.unwrap(), |transaction, _| transaction)
                .await;
            match posted {
                Ok(_) => *holds += change,
                Err(PostError::Wallet(WalletError::InsufficientFunds { available })) => {
                    assert_eq!(available.minor, *holds);
                    assert!(*holds + change < 0);
                }
                Err(error) => panic!("{error:?}"),
            }
        }
        let books = payments.audited().await;
        for ((who, currency), holds) in model {
            let sum = books.wallets.get(&(who, currency)).copied().unwrap_or(0);
            assert_eq!(sum, i128::from(holds));
        }
    }
}
