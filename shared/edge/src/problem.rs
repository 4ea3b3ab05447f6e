//! Failures as the caller reads them: `application/problem+json` (RFC 9457).

use crate::answer::{self, Answer};
use crate::reply::Links;
use kernel::{Fault, Faults};
use serde_json::{Map, Value, json};
use std::error::Error;

/// A kind of failure: a stable code, its status and its title. Services list theirs in `error.rs`;
/// `docs/ERRORS.md` is generated from the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// Stable, snake_case; what programs compare.
    pub code: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// One short sentence for people, the same each time.
    pub title: &'static str,
}

impl Row {
    /// A kind of failure.
    pub const fn new(code: &'static str, status: u16, title: &'static str) -> Self {
        Self {
            code,
            status,
            title,
        }
    }

    /// Whether the same request may succeed later.
    pub const fn retryable(&self) -> bool {
        matches!(self.status, 429 | 503) || matches!(self.code.as_bytes(), b"idempotency_in_flight")
    }
}

/// The failures that the walk itself answers.
pub mod rows {
    use super::Row;

    /// The body is not JSON.
    pub const MALFORMED_JSON: Row =
        Row::new("malformed_json", 400, "The body is not readable JSON");
    /// No token, or a bad one.
    pub const UNAUTHENTICATED: Row =
        Row::new("unauthenticated", 401, "A valid access token is needed");
    /// The token does not permit it.
    pub const FORBIDDEN: Row = Row::new("forbidden", 403, "Not permitted");
    /// Absent, or not the caller's.
    pub const NOT_FOUND: Row = Row::new("not_found", 404, "Not found");
    /// The path is known, the method is not.
    pub const METHOD_NOT_ALLOWED: Row = Row::new(
        "method_not_allowed",
        405,
        "The path does not take this method",
    );
    /// The first request with this key is still at work.
    pub const IDEMPOTENCY_IN_FLIGHT: Row = Row::new(
        "idempotency_in_flight",
        409,
        "The first request with this key is still running",
    );
    /// The version named in `If-Match` is not the current one.
    pub const PRECONDITION_FAILED: Row = Row::new(
        "precondition_failed",
        412,
        "The resource has changed since it was read",
    );
    /// More bytes than the endpoint takes.
    pub const BODY_TOO_LARGE: Row = Row::new("body_too_large", 413, "The body is too large");
    /// Not a media type that the endpoint reads.
    pub const UNSUPPORTED_MEDIA_TYPE: Row = Row::new(
        "unsupported_media_type",
        415,
        "The media type is not supported here",
    );
    /// Readable but wrong; `errors` lists every fault.
    pub const VALIDATION_FAILED: Row = Row::new("validation_failed", 422, "The request is invalid");
    /// The key was used with another request.
    pub const IDEMPOTENCY_KEY_REUSED: Row = Row::new(
        "idempotency_key_reused",
        422,
        "The idempotency key belongs to another request",
    );
    /// The caller's bucket is empty.
    pub const RATE_LIMITED: Row = Row::new("rate_limited", 429, "Too many requests");
    /// A bug of ours.
    pub const INTERNAL: Row = Row::new("internal", 500, "Something went wrong on our side");
    /// A dependency does not answer.
    pub const UNAVAILABLE: Row = Row::new("unavailable", 503, "Temporarily unavailable");
    /// The answer was not ready in time.
    pub const TIMED_OUT: Row = Row::new("timed_out", 503, "The request took too long");

    /// All of them, for the documentation.
    pub const ALL: &[Row] = &[
        MALFORMED_JSON,
        UNAUTHENTICATED,
        FORBIDDEN,
        NOT_FOUND,
        METHOD_NOT_ALLOWED,
        IDEMPOTENCY_IN_FLIGHT,
        PRECONDITION_FAILED,
        BODY_TOO_LARGE,
        UNSUPPORTED_MEDIA_TYPE,
        VALIDATION_FAILED,
        IDEMPOTENCY_KEY_REUSED,
        RATE_LIMITED,
        INTERNAL,
        UNAVAILABLE,
        TIMED_OUT,
    ];
}

/// One failure: its kind, what the caller may read, and what only the log keeps.
#[derive(Debug)]
pub struct Problem(Box<Inner>);

#[derive(Debug)]
struct Inner {
    row: Row,
    detail: Option<String>,
    faults: Vec<Fault>,
    extensions: Map<String, Value>,
    headers: Vec<(String, String)>,
    cause: Option<Box<dyn Error + Send + Sync>>,
}

impl Problem {
    /// A failure of the given kind.
    pub fn new(row: Row) -> Self {
        Self(Box::new(Inner {
            row,
            detail: None,
            faults: Vec::new(),
            extensions: Map::new(),
            headers: Vec::new(),
            cause: None,
        }))
    }

    /// 422 with every fault that was found.
    pub fn invalid(faults: Faults) -> Self {
        let mut problem = Self::new(rows::VALIDATION_FAILED);
        problem.0.faults = faults.into_vec();
        problem
    }

    /// 412, with the version that is current.
    pub fn stale(current: u64) -> Self {
        Self::new(rows::PRECONDITION_FAILED)
            .detail(format!("The current version is {current}."))
            .extension("currentVersion", current)
    }

    /// What happened this time, in a sentence the caller may read.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.0.detail = Some(detail.into());
        self
    }

    /// A further member at the problem's top level.
    #[must_use]
    pub fn extension(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.extensions.insert(name.to_owned(), value.into());
        self
    }

    /// A fault of one field.
    #[must_use]
    pub fn fault(mut self, pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        self.0.faults.push(Fault {
            pointer: pointer.into(),
            detail: detail.into(),
        });
        self
    }

    /// A header of the answer.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.0.headers.push((name.to_owned(), value.into()));
        self
    }

    /// What led to it: kept for the log, never shown.
    #[must_use]
    pub fn cause(mut self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    /// Its kind.
    pub fn row(&self) -> Row {
        self.0.row
    }

    /// The faults it lists.
    pub fn faults(&self) -> &[Fault] {
        &self.0.faults
    }

    /// The chain of causes, for the log.
    pub(crate) fn chain(&self) -> Option<String> {
        self.0
            .cause
            .as_deref()
            .map(|cause| crate::log::chain(cause))
    }

    /// The answer's body and headers. `instance` is the request's id.
    pub(crate) fn into_answer(self, links: &Links, instance: &str) -> Answer {
        let inner = *self.0;
        let Row {
            code,
            status,
            title,
        } = inner.row;
        let mut body = json!({
            "success": false,
            "type": links.to(&format!("/docs#{code}")),
            "title": title,
            "status": status,
            "detail": inner.detail.unwrap_or_else(|| format!("{title}.")),
            "code": code,
            "instance": instance,
            "errors": inner.faults.iter()
                .map(|fault| json!({ "pointer": fault.pointer, "detail": fault.detail }))
                .collect::<Vec<_>>(),
        });
        if let Value::Object(members) = &mut body {
            members.extend(inner.extensions);
        }
        let mut answer = answer::json(status, "application/problem+json", &body);
        answer.headers.extend(inner.headers);
        if status == 503 && answer::header(&answer, "retry-after").is_none() {
            answer.headers.push(("retry-after".into(), "2".into()));
        }
        answer
    }
}

impl From<Row> for Problem {
    fn from(row: Row) -> Self {
        Self::new(row)
    }
}

impl From<Faults> for Problem {
    fn from(faults: Faults) -> Self {
        Self::invalid(faults)
    }
}

impl From<aws::TableError> for Problem {
    fn from(error: aws::TableError) -> Self {
        let row = if matches!(error, aws::TableError::Unavailable(_)) {
            rows::UNAVAILABLE
        } else {
            rows::INTERNAL
        };
        Self::new(row).cause(error)
    }
}

/// A kept problem as it is answered again: about this request, not the first.
pub(crate) fn reissued(mut answer: Answer, instance: &str) -> Answer {
    if answer.status >= 400
        && let Ok(Value::Object(mut members)) = serde_json::from_slice(&answer.body)
    {
        members.insert("instance".into(), instance.into());
        answer.body = Value::Object(members).to_string().into_bytes();
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_that_is_answered_again_names_the_new_request() {
        let first = Problem::new(rows::NOT_FOUND).into_answer(&Links::new(""), "first");
        let again = reissued(first.clone(), "second");
        let text = |answer: &Answer| String::from_utf8(answer.body.clone()).unwrap();
        assert_eq!(text(&again), text(&first).replace("first", "second"));
    }
}
