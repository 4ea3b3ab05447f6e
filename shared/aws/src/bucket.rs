//! How often a caller may: a token bucket of one number.
//!
//! The number is the time at which the bucket will be full again (the generic cell rate
//! algorithm), so filling needs no writing, and taking is at most two conditional updates that
//! never let too many through however many come at once.

use std::time::Duration;

use kernel::Timestamp;
use sha2::{Digest, Sha256};

use crate::item::{EXPIRES, TYPE, number};
use crate::{Attributes, Condition, Key, Table, TableError, Update};

/// The sort key and type of a bucket.
const BUCKET: &str = "~rate";
/// When the bucket will be full, in microseconds since 1970.
const FULL_AT: &str = "full_at";
const MINUTE: i64 = 60_000_000;
const SECOND: i64 = 1_000_000;

/// What came of taking one from a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// Whether there was one to take.
    pub allowed: bool,
    /// What a full bucket holds.
    pub limit: u32,
    /// What is left.
    pub remaining: u32,
    /// Seconds until the bucket is full.
    pub reset_s: u64,
    /// Seconds until there is one to take; nought when there is one now.
    pub retry_after_s: u64,
}

/// Takes one from a subject's bucket, which holds `capacity` and fills by `per_minute`.
///
/// The subject should name what is limited and who: `products-import#user_01…`.
pub async fn take(
    table: &Table,
    subject: &str,
    capacity: u32,
    per_minute: u32,
    now: Timestamp,
) -> Result<Taken, TableError> {
    let bucket = Bucket::new(capacity, per_minute, now);
    let key = Key::new(
        format!("~rate#{}", crate::once::hex(&Sha256::digest(subject))),
        BUCKET,
    );
    // A full bucket, which is what most callers have: it is full again one interval from now.
    let full = Update::new()
        .set(FULL_AT, bucket.now + bucket.interval)
        .set(TYPE, BUCKET)
        .set(EXPIRES, bucket.expires)
        .when(
            Condition::absent()
                .or(Condition::expression("full_at <= :now").value(":now", bucket.now)),
        );
    let standing = match table.update(key.clone(), full).await {
        Ok(item) => return bucket.taken(&item),
        Err(TableError::Refused { item }) => item,
        Err(error) => return Err(error),
    };
    if let Some(full_at) = standing.as_ref().and_then(|item| number(item, FULL_AT))
        && full_at > bucket.latest()
    {
        return Ok(bucket.denied(full_at));
    }
    // The time only grows, so from here on the bucket is not full, and either there is one left
    // or others were quicker.
    let used = Update::new()
        .add(FULL_AT, bucket.interval)
        .set(EXPIRES, bucket.expires)
        .when(Condition::expression("full_at <= :latest").value(":latest", bucket.latest()));
    match table.update(key, used).await {
        Ok(item) => bucket.taken(&item),
        Err(TableError::Refused { item }) => {
            let full_at = item.as_ref().and_then(|item| number(item, FULL_AT));
            Ok(bucket.denied(full_at.unwrap_or(bucket.latest() + 1)))
        }
        Err(error) => Err(error),
    }
}

/// The figures of one take, in microseconds.
struct Bucket {
    capacity: u32,
    /// How long one takes to come back.
    interval: i64,
    /// How long all take.
    whole: i64,
    now: i64,
    expires: i64,
}

impl Bucket {
    fn new(capacity: u32, per_minute: u32, now: Timestamp) -> Self {
        let interval = MINUTE / i64::from(per_minute.max(1));
        let whole = interval.saturating_mul(i64::from(capacity));
        let whole_s = u64::try_from(whole / SECOND).unwrap_or(0);
        Self {
            capacity,
            interval,
            whole,
            now: now.millis().saturating_mul(1000),
            // A little longer than it takes to fill: then it is as good as none.
            expires: now.plus(Duration::from_secs(whole_s + 60)).seconds(),
        }
    }

    /// The latest time of being full at which one more may be taken.
    const fn latest(&self) -> i64 {
        self.now + self.whole - self.interval
    }

    fn taken(&self, item: &Attributes) -> Result<Taken, TableError> {
        let full_at = number(item, FULL_AT)
            .ok_or_else(|| TableError::Corrupt("a bucket without its time".into()))?;
        Ok(self.state(true, full_at))
    }

    fn denied(&self, full_at: i64) -> Taken {
        self.state(false, full_at)
    }

    fn state(&self, allowed: bool, full_at: i64) -> Taken {
        let room = (self.now + self.whole - full_at).max(0);
        let seconds = |micros: i64| {
            u64::try_from(micros.max(0))
                .unwrap_or(0)
                .div_ceil(1_000_000)
        };
        Taken {
            allowed,
            limit: self.capacity,
            remaining: u32::try_from(room / self.interval).unwrap_or(u32::MAX),
            reset_s: seconds(full_at - self.now),
            retry_after_s: seconds(full_at - self.latest()),
        }
    }
}
