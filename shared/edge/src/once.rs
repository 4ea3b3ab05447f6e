//! The once-only check: `Idempotency-Key`.
//!
//! The record lives in the service's own table. The effect's transaction marks it done and keeps
//! the answer with it, so there is no moment in which the effect exists and the answer does not.

use crate::answer::{Answer, without_secrets};
use crate::problem::{Problem, rows};
use aws::{Table, once};
use kernel::{OperationId, Timestamp};
use manifest::Route;
use sha2::{Digest, Sha256};
use std::time::Duration;

/// Whether the request is new, or was answered before.
pub(crate) enum Gate {
    Open(aws::Operation),
    Replay(Answer),
}

/// What makes two requests the same.
pub(crate) struct Fingerprint<'a> {
    /// The signed-in user's id, or the hash of a guest's token.
    pub caller: Option<&'a str>,
    pub path: &'a str,
    pub query: &'a str,
    /// A retry with another `If-Match` is another request: its answer would be another.
    pub if_match: &'a str,
    pub body: &'a [u8],
}

/// Where a key's record stands, and what it must be of.
struct Place<'a> {
    table: &'a Table,
    scope: String,
    key: &'a str,
    body_hash: [u8; 32],
}

/// None where the row or the request does not ask for once-only.
fn place<'a>(
    route: &Route,
    table: Option<&'a Table>,
    key: Option<&'a str>,
    print: &Fingerprint<'_>,
) -> Result<Option<Place<'a>>, Problem> {
    let (true, Some(table), Some(key)) = (route.once_only(), table, key) else {
        return Ok(None);
    };
    if key.is_empty() || key.len() > 255 || !key.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        let detail = "Idempotency-Key must have 1 to 255 printable ASCII characters";
        return Err(Problem::new(rows::VALIDATION_FAILED).fault("/headers/idempotency-key", detail));
    }
    let body_hash = hash(&[
        print.path.as_bytes(),
        print.query.as_bytes(),
        print.if_match.as_bytes(),
        print.body,
    ]);
    // Nobody tells two strangers apart, so without a name the key counts only with the body.
    let scope = match print.caller {
        Some(caller) => format!("{}|{caller}", route.name),
        None => format!("{}|{}", route.name, hex(&body_hash)),
    };
    Ok(Some(Place {
        table,
        scope,
        key,
        body_hash,
    }))
}

/// Claims the key, where there is one.
pub(crate) async fn check(
    route: &Route,
    table: Option<&Table>,
    key: Option<&str>,
    print: &Fingerprint<'_>,
    lease: Duration,
    now: Timestamp,
) -> Result<Gate, Problem> {
    let fresh = OperationId::from_uuid(uuid::Uuid::now_v7());
    let Some(place) = place(route, table, key, print)? else {
        return Ok(Gate::Open(aws::Operation::unclaimed(fresh)));
    };
    let Place {
        table,
        scope,
        key,
        body_hash,
    } = place;
    match once::claim(table, &scope, key, &body_hash, lease, now, fresh).await? {
        once::Claim::Fresh(operation) => Ok(Gate::Open(operation)),
        once::Claim::Replay(mut answer) => {
            answer
                .headers
                .push(("idempotent-replayed".into(), "true".into()));
            Ok(Gate::Replay(answer))
        }
        once::Claim::Reused => Err(rows::IDEMPOTENCY_KEY_REUSED.into()),
        once::Claim::InFlight { retry_after_s } => Err(Problem::new(rows::IDEMPOTENCY_IN_FLIGHT)
            .header("retry-after", retry_after_s.max(1).to_string())),
    }
}

/// Refuses a request whose key belongs to another one. Only requests that are invalid by
/// themselves need it: they never get to claim the key.
pub(crate) async fn refuse_reuse(
    route: &Route,
    table: Option<&Table>,
    key: Option<&str>,
    print: &Fingerprint<'_>,
    now: Timestamp,
) -> Result<(), Problem> {
    let Some(place) = place(route, table, key, print)? else {
        return Ok(());
    };
    match once::is_of_another(place.table, &place.scope, place.key, &place.body_hash, now).await? {
        true => Err(rows::IDEMPOTENCY_KEY_REUSED.into()),
        false => Ok(()),
    }
}

/// Keeps the first answer, unless it was kept with the effect. An answer of 500 and above is not
/// kept: the lease ends instead, and a retry goes on under the same operation id.
pub(crate) async fn keep(
    table: Option<&Table>,
    operation: &aws::Operation,
    answer: &Answer,
) -> Result<(), aws::TableError> {
    let Some(table) = table else { return Ok(()) };
    if answer.status >= 500 {
        once::release(table, operation).await
    } else {
        once::finish(table, operation, &without_secrets(answer.clone())).await
    }
}

fn hash(parts: &[&[u8]]) -> [u8; 32] {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    digest.finalize().into()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
