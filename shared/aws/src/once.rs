//! The record of an idempotency key: who may run an operation, and what it answered.
//!
//! [`claim`] takes the key with a lease and an operation id. The effect's own transaction holds
//! itself to the claim and keeps the encoded answer with it
//! ([`Transaction::once`](crate::Transaction::once)), so effect and answer are there together or
//! not at all. A claim whose lease has ended is taken over with the same operation id and another
//! attempt; the run it was taken from can write nothing any more.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use kernel::{OperationId, Timestamp};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::item::{EXPIRES, PK, SK, TYPE, number, text};
use crate::{Attributes, Condition, Key, Table, TableError, Update};

mod answer;

pub use answer::{Answered, StoredAnswer};

/// How long a key is remembered.
const KEPT: Duration = Duration::from_hours(24);
/// The sort key and type of a record.
const RECORD: &str = "~once";
const STATE: &str = "state";
const CLAIMED: &str = "claimed";
const DONE: &str = "done";
const OPERATION: &str = "operation";
const ATTEMPT: &str = "attempt";
const BODY_HASH: &str = "body_hash";
const LEASE_UNTIL: &str = "lease_until";
const ANSWER: &str = "answer";

/// One operation that a caller asked for. All ids of what it makes derive from its id, so running
/// it again makes the same things.
#[derive(Debug, Clone)]
pub struct Operation {
    /// The operation's id: the same however often it is run.
    pub id: OperationId,
    claim: Option<Arc<Held>>,
}

#[derive(Debug)]
struct Held {
    key: Key,
    attempt: String,
    answered: AtomicBool,
}

impl Operation {
    /// An operation without a key to be known by: it is run as often as it is asked for.
    pub const fn unclaimed(id: OperationId) -> Self {
        Self { id, claim: None }
    }

    fn claimed(id: OperationId, key: Key, attempt: String) -> Self {
        Self {
            id,
            claim: Some(Arc::new(Held {
                key,
                attempt,
                answered: AtomicBool::new(false),
            })),
        }
    }

    /// Whether a key was claimed for it.
    pub const fn is_claimed(&self) -> bool {
        self.claim.is_some()
    }

    /// Whether its answer is stored.
    pub fn is_answered(&self) -> bool {
        self.claim
            .as_ref()
            .is_some_and(|held| held.answered.load(Ordering::Acquire))
    }

    pub(crate) fn mark_answered(&self) {
        if let Some(held) = &self.claim {
            held.answered.store(true, Ordering::Release);
        }
    }

    /// How to answer once the effect is there; the store keeps that answer with the effect.
    pub fn answered_by<T>(
        &self,
        encode: impl Fn(&T) -> StoredAnswer + Send + Sync + 'static,
    ) -> Answered<T> {
        Answered::new(self.clone(), encode)
    }
}

/// What came of a claim.
#[derive(Debug)]
pub enum Claim {
    /// The operation is to be run: now for the first time, or again after a run that ended
    /// without an answer.
    Fresh(Operation),
    /// It was run, and this is what it answered.
    Replay(StoredAnswer),
    /// Another run of it is under way.
    InFlight {
        /// After so many seconds its lease ends.
        retry_after_s: u64,
    },
    /// The key was used for another request.
    Reused,
}

/// Takes a key for an operation: `fresh` when the key is new, the former one when a run of it
/// ended without an answer. The lease should not outlast the function.
pub async fn claim(
    table: &Table,
    scope: &str,
    key: &str,
    body_hash: &[u8; 32],
    lease: Duration,
    now: Timestamp,
    fresh: OperationId,
) -> Result<Claim, TableError> {
    let place = place(scope, key);
    let attempt = Uuid::now_v7().to_string();
    let lease_until = now.plus(lease).millis();
    let record = record(&place, fresh, &attempt, body_hash, lease_until, now);
    // An expired record may stand for days more, so its expiry is part of the condition.
    let free = Condition::absent()
        .or(Condition::expression("expires <= :now").value(":now", now.seconds()));
    let mut standing = match table.put_attributes(record, &free).await {
        Ok(()) => {
            return Ok(Claim::Fresh(Operation::claimed(fresh, place, attempt)));
        }
        Err(TableError::Refused { item }) => item,
        Err(error) => return Err(error),
    };
    loop {
        let Some(found) = standing else {
            // It was deleted between the refusal and now: as if another run were just ending.
            return Ok(Claim::InFlight { retry_after_s: 1 });
        };
        let found = Standing::read(&found)?;
        if found.attempt == attempt {
            // The write arrived, its answer was lost, and the SDK sent it again.
            return Ok(Claim::Fresh(Operation::claimed(
                found.operation,
                place,
                attempt,
            )));
        }
        if found.body_hash != body_hash {
            return Ok(Claim::Reused);
        }
        if let Some(answer) = found.answer {
            return Ok(Claim::Replay(StoredAnswer::decode(answer)?));
        }
        let left_ms = found.lease_until.saturating_sub(now.millis());
        if left_ms > 0 {
            let retry_after_s = u64::try_from(left_ms).unwrap_or(0).div_ceil(1000);
            return Ok(Claim::InFlight { retry_after_s });
        }
        let takeover = Update::new()
            .set(ATTEMPT, &attempt)
            .set(LEASE_UNTIL, lease_until)
            .when(still(found.attempt));
        let operation = found.operation;
        match table.update(place.clone(), takeover).await {
            Ok(_) => return Ok(Claim::Fresh(Operation::claimed(operation, place, attempt))),
            Err(TableError::Refused { item }) => standing = item,
            Err(error) => return Err(error),
        }
    }
}

/// Whether the key was used for another request.
pub async fn is_of_another(
    table: &Table,
    scope: &str,
    key: &str,
    body_hash: &[u8; 32],
    now: Timestamp,
) -> Result<bool, TableError> {
    let Some(record) = table.attributes(&place(scope, key), true).await? else {
        return Ok(false);
    };
    let live = number(&record, EXPIRES).is_some_and(|expires| expires > now.seconds());
    Ok(live && Standing::read(&record)?.body_hash != body_hash)
}

/// Keeps an answer that no transaction kept: a refusal, most often. When another run has taken
/// over, its answer counts and this one is dropped.
pub async fn finish(
    table: &Table,
    operation: &Operation,
    answer: &StoredAnswer,
) -> Result<(), TableError> {
    if operation.is_answered() {
        return Ok(());
    }
    let Some(completion) = completion(operation, || answer.clone()) else {
        return Ok(());
    };
    let (key, update) = completion?;
    match table.update(key, update).await {
        Ok(_) => {
            operation.mark_answered();
            Ok(())
        }
        Err(TableError::Refused { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Ends the lease now, so that a retry need not wait. The operation id stays with the key.
pub async fn release(table: &Table, operation: &Operation) -> Result<(), TableError> {
    let Some(held) = operation
        .claim
        .as_ref()
        .filter(|_| !operation.is_answered())
    else {
        return Ok(());
    };
    let update = Update::new().set(LEASE_UNTIL, 0).when(still(&held.attempt));
    match table.update(held.key.clone(), update).await {
        Ok(_) | Err(TableError::Refused { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

/// The change that ends a claim with its answer; none when there is no claim.
pub(crate) fn completion(
    operation: &Operation,
    answer: impl FnOnce() -> StoredAnswer,
) -> Option<Result<(Key, Update), TableError>> {
    let held = operation.claim.as_ref()?;
    Some(answer().encode().map(|bytes| {
        let update = Update::new()
            .set(STATE, DONE)
            .set_value(ANSWER, AttributeValue::B(Blob::new(bytes)))
            .when(still(&held.attempt));
        (held.key.clone(), update)
    }))
}

/// The claim is still this attempt's.
fn still(attempt: &str) -> Condition {
    Condition::expression("attempt = :attempt AND state = :claimed")
        .value(":attempt", attempt)
        .value(":claimed", CLAIMED)
}

/// Where the record of a key stands. The hash keeps keys of callers' making out of the table, and
/// every part is preceded by its length so that no two pairs run together alike.
fn place(scope: &str, key: &str) -> Key {
    let mut hash = Sha256::new();
    for part in [scope, key] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    Key::new(format!("~once#{}", hex(&hash.finalize())), RECORD)
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn record(
    place: &Key,
    operation: OperationId,
    attempt: &str,
    body_hash: &[u8; 32],
    lease_until: i64,
    now: Timestamp,
) -> Attributes {
    let s = |text: &str| AttributeValue::S(text.to_owned());
    let n = |number: i64| AttributeValue::N(number.to_string());
    Attributes::from([
        (PK.to_owned(), s(&place.pk)),
        (SK.to_owned(), s(&place.sk)),
        (TYPE.to_owned(), s(RECORD)),
        (STATE.to_owned(), s(CLAIMED)),
        (OPERATION.to_owned(), s(&operation.to_string())),
        (ATTEMPT.to_owned(), s(attempt)),
        (
            BODY_HASH.to_owned(),
            AttributeValue::B(Blob::new(*body_hash)),
        ),
        (LEASE_UNTIL.to_owned(), n(lease_until)),
        (EXPIRES.to_owned(), n(now.plus(KEPT).seconds())),
    ])
}

/// A record that stands in the way of a claim.
struct Standing<'a> {
    operation: OperationId,
    attempt: &'a str,
    body_hash: &'a [u8],
    lease_until: i64,
    answer: Option<&'a [u8]>,
}

impl<'a> Standing<'a> {
    fn read(record: &'a Attributes) -> Result<Self, TableError> {
        let bytes = |name: &str| Some(record.get(name)?.as_b().ok()?.as_ref());
        let read = || {
            Some(Self {
                operation: text(record, OPERATION)?.parse().ok()?,
                attempt: text(record, ATTEMPT)?,
                body_hash: bytes(BODY_HASH)?,
                lease_until: number(record, LEASE_UNTIL)?,
                answer: match text(record, STATE)? {
                    DONE => Some(bytes(ANSWER)?),
                    _ => None,
                },
            })
        };
        read().ok_or_else(|| TableError::Corrupt("a record of an idempotency key".into()))
    }
}
