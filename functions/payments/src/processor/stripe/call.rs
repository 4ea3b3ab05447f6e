//! One call: its tries, its time, and what its answer amounts to.

use std::time::Duration;

use aws::https::{Answer, HttpsError, Request};
use kernel::{Clock, SystemClock};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::time::Instant;

use super::form::Form;
use super::{Stripe, VERSION};
use crate::processor::{Failure, ProcessorError};

/// How long a call may take with all its tries: three of them fit into a function's time.
const WITHIN: Duration = Duration::from_secs(7);
/// Tries of a call, the first included.
pub(super) const TRIES: u32 = 3;
/// The first pause is at most this, each further one at most twice the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(200);

/// What Stripe says when it does not do what it was asked to.
#[derive(Debug, Deserialize)]
struct Refusal {
    error: Error,
}

/// An error, in an answer of its own or within an intent.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Error {
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    message: Option<String>,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self {
            code: error.code.unwrap_or_else(|| "card_error".to_owned()),
            message: error
                .message
                .unwrap_or_else(|| "The card was not charged.".to_owned()),
        }
    }
}

impl Stripe {
    /// Asks for something that is there.
    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ProcessorError> {
        self.call("GET", path, "", None, TRIES).await
    }

    /// Tells something. The key makes Stripe do it once, however often it is sent.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        form: &Form,
        key: Option<&str>,
    ) -> Result<T, ProcessorError> {
        self.call("POST", path, form.as_str(), key, TRIES).await
    }

    /// Tells something in one try, for callers who look for themselves what became of it.
    pub(super) async fn post_once<T: DeserializeOwned>(
        &self,
        path: &str,
        form: &Form,
        key: &str,
    ) -> Result<T, ProcessorError> {
        self.call("POST", path, form.as_str(), Some(key), 1).await
    }

    async fn call<T: DeserializeOwned>(
        &self,
        method: &str,
        path: &str,
        body: &str,
        key: Option<&str>,
        tries: u32,
    ) -> Result<T, ProcessorError> {
        let authorization = format!("Bearer {}", self.key().await?);
        let url = format!("{}{path}", self.base);
        let mut headers = vec![
            ("authorization", authorization.as_str()),
            ("stripe-version", VERSION),
        ];
        if method == "POST" {
            headers.push(("content-type", "application/x-www-form-urlencoded"));
        }
        if let Some(key) = key {
            headers.push(("idempotency-key", key));
        }
        let until = Instant::now() + WITHIN;
        let mut tried = 0;
        loop {
            if !self.breaker.admits(SystemClock.now()) {
                return Err(ProcessorError::unavailable("the circuit is open"));
            }
            let request = Request {
                method,
                url: &url,
                headers: &headers,
                body,
            };
            let outcome = tokio::time::timeout_at(until, self.https.send(request)).await;
            tried += 1;
            let (error, asked_to_wait) = match outcome {
                Ok(Ok(answer)) if !is_trouble(answer.status) => {
                    self.breaker.answered();
                    if answer.status == 401 {
                        self.forget_key();
                    }
                    return read(&answer);
                }
                Ok(Ok(answer)) => {
                    let status = answer.status;
                    // Contention and a limit are answers; the breaker is for silence and failure.
                    if status < 500 {
                        self.breaker.answered();
                    } else {
                        self.breaker.failed(SystemClock.now());
                    }
                    let why = format!("it answered {status}");
                    (ProcessorError::unavailable(why), answer.retry_after)
                }
                Ok(Err(HttpsError::Fault(cause))) => return Err(ProcessorError::Fault(cause)),
                Ok(Err(error)) => {
                    self.breaker.failed(SystemClock.now());
                    (ProcessorError::unavailable(error), None)
                }
                Err(late) => {
                    self.breaker.failed(SystemClock.now());
                    return Err(ProcessorError::unavailable(late));
                }
            };
            let pause = asked_to_wait.unwrap_or_else(|| pause(tried));
            if tried == tries || Instant::now() + pause >= until {
                return Err(error);
            }
            tokio::time::sleep(pause).await;
        }
    }
}

/// Whether an answer says that the same may be sent again: another request holds the object, too
/// many came, or Stripe has trouble of its own.
const fn is_trouble(status: u16) -> bool {
    status == 409 || status == 429 || status >= 500
}

/// How long to wait after so many tries: anything up to a bound that doubles.
pub(super) fn pause(tried: u32) -> Duration {
    FIRST_PAUSE
        .saturating_mul(2_u32.saturating_pow(tried.saturating_sub(1)))
        .mul_f64(fastrand::f64())
}

fn read<T: DeserializeOwned>(answer: &Answer) -> Result<T, ProcessorError> {
    if (200..300).contains(&answer.status) {
        return serde_json::from_slice(&answer.body).map_err(ProcessorError::fault);
    }
    let status = answer.status;
    // 401 and 403 are about our key: no caller can help it.
    if status == 401 || status == 403 {
        return Err(ProcessorError::fault(format!("it answered {status}")));
    }
    let error = serde_json::from_slice(&answer.body)
        .map(|refusal: Refusal| refusal.error)
        .unwrap_or_default();
    Err(ProcessorError::Refused {
        status,
        failure: Failure {
            code: error.code.unwrap_or_else(|| "processor_refused".to_owned()),
            message: error
                .message
                .unwrap_or_else(|| "The processor refused.".to_owned()),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_are_spread_up_to_a_bound_that_doubles() {
        for _ in 0..100 {
            assert!(pause(1) <= FIRST_PAUSE);
            assert!(pause(2) <= FIRST_PAUSE * 2);
        }
    }

    #[test]
    fn answers_are_sorted_by_what_can_be_done_about_them() {
        let answer = |status, body: &str| Answer {
            status,
            retry_after: None,
            body: body.as_bytes().to_vec(),
        };
        let read = |status, body: &str| match read::<serde_json::Value>(&answer(status, body)) {
            Ok(value) => value.to_string(),
            Err(ProcessorError::Refused { failure, .. }) => format!("refused: {}", failure.code),
            Err(ProcessorError::Fault(_)) => "fault".to_owned(),
            Err(ProcessorError::Unavailable(_)) => "unavailable".to_owned(),
        };
        let declined = r#"{"error": {"code": "card_declined", "message": "No."}}"#;
        assert_eq!(read(200, "{}"), "{}");
        assert_eq!(read(200, "<html>"), "fault");
        assert_eq!(read(402, declined), "refused: card_declined");
        assert_eq!(read(400, "{}"), "refused: processor_refused");
        assert_eq!(read(404, ""), "refused: processor_refused");
        assert_eq!(read(401, declined), "fault");
        for status in [409, 429, 500, 503, 529] {
            assert!(is_trouble(status), "{status}");
        }
    }
}
