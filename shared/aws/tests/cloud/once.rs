use std::time::Duration;

use aws::{Claim, Condition, Item, Operation, StoredAnswer, Table, TransactionError, once};
use futures_util::future::join_all;
use kernel::{OperationId, Timestamp};

use crate::{Shelf, noon, operation, table};

const LEASE: Duration = Duration::from_secs(10);
const BODY: [u8; 32] = [7; 32];

fn answer(text: &str) -> StoredAnswer {
    StoredAnswer {
        status: 201,
        headers: vec![("location".into(), format!("/shelves/{text}"))],
        body: text.as_bytes().to_vec(),
    }
}

async fn claim(table: &Table, key: &str, now: Timestamp, fresh: OperationId) -> Claim {
    once::claim(table, "shelves-add user_1", key, &BODY, LEASE, now, fresh)
        .await
        .unwrap()
}

async fn fresh(table: &Table, key: &str, now: Timestamp, id: OperationId) -> Operation {
    match claim(table, key, now, id).await {
        Claim::Fresh(operation) => operation,
        other => panic!("not fresh: {other:?}"),
    }
}

/// The effect of an operation: a shelf whose id derives from the operation's.
async fn add(table: &Table, operation: &Operation) -> Result<(), TransactionError> {
    let shelf = Shelf::new(OperationId::derive(&operation.id.to_string(), "shelf").to_string());
    let answered = operation.answered_by(|shelf: &Shelf| answer(&shelf.id));
    table
        .transaction()
        .put("shelf", &shelf, Condition::absent())
        .once(&answered, &shelf)
        .commit()
        .await
}

#[tokio::test]
async fn the_answer_is_kept_with_the_effect_and_given_again() {
    let table = table().await;
    let operation_1 = fresh(&table, "a", noon(), operation("1")).await;
    assert_eq!(operation_1.id, operation("1"));
    assert!(!operation_1.is_answered());
    add(&table, &operation_1).await.unwrap();
    assert!(operation_1.is_answered(), "a clone knows it too");

    let Claim::Replay(replayed) = claim(&table, "a", noon(), operation("2")).await else {
        panic!("not replayed");
    };
    let shelf = OperationId::derive(&operation("1").to_string(), "shelf").to_string();
    assert_eq!(replayed, answer(&shelf));

    // What the walk does at its end must not change what the transaction kept.
    once::finish(&table, &operation_1, &answer("other"))
        .await
        .unwrap();
    once::release(&table, &operation_1).await.unwrap();
    let Claim::Replay(again) = claim(&table, "a", noon(), operation("3")).await else {
        panic!("not replayed");
    };
    assert_eq!(again, replayed);
}

#[tokio::test]
async fn a_key_is_one_request_of_one_caller() {
    let table = table().await;
    fresh(&table, "a", noon(), operation("1")).await;
    let other_body = once::claim(
        &table,
        "shelves-add user_1",
        "a",
        &[8; 32],
        LEASE,
        noon(),
        operation("2"),
    );
    assert!(matches!(other_body.await.unwrap(), Claim::Reused));
    // After the lease too, and after the answer.
    let later = noon().plus(LEASE * 2);
    let taken = fresh(&table, "a", later, operation("3")).await;
    once::finish(&table, &taken, &answer("x")).await.unwrap();
    let other_body = once::claim(
        &table,
        "shelves-add user_1",
        "a",
        &[8; 32],
        LEASE,
        later,
        operation("4"),
    );
    assert!(matches!(other_body.await.unwrap(), Claim::Reused));
    let other_caller = once::claim(
        &table,
        "shelves-add user_2",
        "a",
        &[8; 32],
        LEASE,
        noon(),
        operation("5"),
    );
    assert!(matches!(other_caller.await.unwrap(), Claim::Fresh(_)));
}

#[tokio::test]
async fn while_one_runs_others_wait_for_the_rest_of_its_lease() {
    let table = table().await;
    fresh(&table, "a", noon(), operation("1")).await;
    for (after_ms, expected) in [(0, 10), (1, 10), (8_999, 2), (9_999, 1)] {
        let now = noon().plus(Duration::from_millis(after_ms));
        match claim(&table, "a", now, operation("2")).await {
            Claim::InFlight { retry_after_s } => assert_eq!(retry_after_s, expected),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_takeover_keeps_the_operation_and_the_run_it_took_from_writes_nothing() {
    let table = table().await;
    let dead = fresh(&table, "a", noon(), operation("1")).await;
    let later = noon().plus(LEASE);
    let heir = fresh(&table, "a", later, operation("2")).await;
    assert_eq!(heir.id, operation("1"), "the same things will be made");

    let zombie = add(&table, &dead).await.unwrap_err();
    assert!(matches!(zombie, TransactionError::ClaimLost), "{zombie:?}");
    let place = Shelf::new(OperationId::derive(&dead.id.to_string(), "shelf").to_string()).key();
    assert_eq!(table.get::<Shelf>(place.clone()).await.unwrap(), None);
    once::finish(&table, &dead, &answer("zombie"))
        .await
        .unwrap();
    once::release(&table, &dead).await.unwrap();
    assert!(!dead.is_answered());

    add(&table, &heir).await.unwrap();
    assert!(table.get::<Shelf>(place).await.unwrap().is_some());
    // The zombie's effect is refused by the heir's too, but it is the claim that tells.
    let zombie = add(&table, &dead).await.unwrap_err();
    assert!(matches!(zombie, TransactionError::ClaimLost), "{zombie:?}");
    let Claim::Replay(replayed) = claim(&table, "a", later, operation("3")).await else {
        panic!("not replayed");
    };
    assert_ne!(replayed, answer("zombie"));
}

#[tokio::test]
async fn a_released_claim_is_taken_over_at_once() {
    let table = table().await;
    let failed = fresh(&table, "a", noon(), operation("1")).await;
    once::release(&table, &failed).await.unwrap();
    let next = fresh(&table, "a", noon(), operation("2")).await;
    assert_eq!(next.id, operation("1"));
    assert!(matches!(
        claim(&table, "a", noon(), operation("3")).await,
        Claim::InFlight { .. }
    ));
}

#[tokio::test]
async fn an_answer_without_an_effect_is_kept_too() {
    let table = table().await;
    let operation_1 = fresh(&table, "a", noon(), operation("1")).await;
    once::finish(&table, &operation_1, &answer("refusal"))
        .await
        .unwrap();
    assert!(operation_1.is_answered());
    match claim(&table, "a", noon(), operation("2")).await {
        Claim::Replay(replayed) => assert_eq!(replayed, answer("refusal")),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn of_fifty_at_once_one_is_fresh() {
    let table = table().await;
    let claims = (0..50).map(|n| {
        let table = table.clone();
        async move { claim(&table, "a", noon(), operation(&n.to_string())).await }
    });
    let (mut fresh, mut waiting) = (0, 0);
    for claim in join_all(claims).await {
        match claim {
            Claim::Fresh(_) => fresh += 1,
            Claim::InFlight { .. } => waiting += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((fresh, waiting), (1, 49));

    // And of fifty who find its lease ended, one takes over.
    let later = noon().plus(LEASE);
    let claims = (0..50).map(|n| {
        let table = table.clone();
        async move { claim(&table, "a", later, operation(&format!("later-{n}"))).await }
    });
    let fresh = join_all(claims)
        .await
        .iter()
        .filter(|claim| matches!(claim, Claim::Fresh(_)))
        .count();
    assert_eq!(fresh, 1);
}

#[tokio::test]
async fn a_key_is_forgotten_after_a_day_though_its_record_still_stands() {
    let table = table().await;
    let first = fresh(&table, "a", noon(), operation("1")).await;
    add(&table, &first).await.unwrap();
    let almost = noon().plus(Duration::from_secs(24 * 3600 - 1));
    assert!(matches!(
        claim(&table, "a", almost, operation("2")).await,
        Claim::Replay(_)
    ));
    let day = noon().plus(Duration::from_secs(24 * 3600));
    let second = fresh(&table, "a", day, operation("3")).await;
    assert_eq!(
        second.id,
        operation("3"),
        "a new operation, not the old one"
    );
    add(&table, &second).await.unwrap();
}

#[tokio::test]
async fn an_operation_without_a_key_is_run_as_often_as_it_is_asked_for() {
    let table = table().await;
    let silent = aws::Answered::silent(operation("1"));
    for size in 0..2 {
        let mut shelf = Shelf::new("1");
        shelf.size = size;
        let transaction = table.transaction();
        let transaction = transaction.put("shelf", &shelf, Condition::none());
        transaction.once(&silent, &shelf).commit().await.unwrap();
    }
    assert!(!silent.operation().is_answered());
    once::finish(&table, silent.operation(), &answer("x"))
        .await
        .unwrap();
    once::release(&table, silent.operation()).await.unwrap();
}
