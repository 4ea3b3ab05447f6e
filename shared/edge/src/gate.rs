//! Rate limits of a single caller.

use crate::problem::{Problem, rows};
use aws::{Table, bucket};
use kernel::Timestamp;
use manifest::Route;

/// Takes a token from the caller's bucket, where the row has one; the headers tell how many are left.
pub(crate) async fn admit(
    route: &Route,
    table: Option<&Table>,
    subject: &str,
    now: Timestamp,
) -> Result<Vec<(String, String)>, Problem> {
    let (Some(limit), Some(table)) = (route.rate.bucket(), table) else {
        return Ok(Vec::new());
    };
    let subject = format!("{:?}|{subject}", route.rate);
    let taken = bucket::take(table, &subject, limit.capacity, limit.per_minute, now).await?;
    let headers = vec![
        ("ratelimit-limit".to_owned(), taken.limit.to_string()),
        (
            "ratelimit-remaining".to_owned(),
            taken.remaining.to_string(),
        ),
        ("ratelimit-reset".to_owned(), taken.reset_s.to_string()),
    ];
    if taken.allowed {
        return Ok(headers);
    }
    let mut problem = Problem::new(rows::RATE_LIMITED)
        .header("retry-after", taken.retry_after_s.max(1).to_string());
    for (name, value) in headers {
        problem = problem.header(&name, value);
    }
    Err(problem)
}
