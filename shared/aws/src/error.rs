//! How calls to a table fail.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;

use crate::Attributes;

/// What lies beneath an error.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why a call to a table failed.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The write's condition did not hold; nothing was written.
    #[error("the condition did not hold")]
    Refused {
        /// The item that stood there, when there was one.
        item: Option<Attributes>,
    },
    /// The table did not answer in time, or asks to be called less. Trying again may help.
    #[error("the table is not available")]
    Unavailable(#[source] Cause),
    /// The item, or the transaction, is beyond DynamoDB's limits.
    #[error("the item is too large")]
    TooLarge,
    /// A stored item is not what the code expects: a bug, or a newer release's item.
    #[error("a stored item cannot be read: {0}")]
    Corrupt(String),
    /// The position a query was told to start from is none of that query's.
    #[error("the position belongs to another query")]
    Position,
    /// The call was wrong, or not permitted: a bug.
    #[error("the call to the table was refused")]
    Fault(#[source] Cause),
}

impl TableError {
    /// Whether a condition did not hold.
    pub fn is_refused(&self) -> bool {
        matches!(self, Self::Refused { .. })
    }

    pub(crate) fn fault(why: impl Into<Cause>) -> Self {
        Self::Fault(why.into())
    }

    /// Sorts a failure of a call that carries no condition.
    pub(crate) fn of<E>(error: SdkError<E>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        match &error {
            SdkError::ServiceError(answer) => {
                let status = answer.raw().status().as_u16();
                let code = answer.err().code().unwrap_or_default();
                let message = answer.err().message().unwrap_or_default();
                match sort(status, code, message) {
                    Sort::TooLarge => Self::TooLarge,
                    Sort::Unavailable => Self::Unavailable(Box::new(error)),
                    Sort::Fault => Self::Fault(Box::new(error)),
                }
            }
            SdkError::ConstructionFailure(_) => Self::Fault(Box::new(error)),
            _ => Self::Unavailable(Box::new(error)),
        }
    }
}

enum Sort {
    TooLarge,
    Unavailable,
    Fault,
}

fn sort(status: u16, code: &str, message: &str) -> Sort {
    match code {
        "ItemCollectionSizeLimitExceededException" => Sort::TooLarge,
        "ValidationException" if is_about_size(message) => Sort::TooLarge,
        "RequestEntityTooLarge" | "SerializationException" if status == 413 => Sort::TooLarge,
        "InternalServerError"
        | "LimitExceededException"
        | "PriorRequestNotComplete"
        | "ProvisionedThroughputExceededException"
        | "ReplicatedWriteConflictException"
        | "RequestLimitExceeded"
        | "ServiceUnavailable"
        | "Throttling"
        | "ThrottlingException"
        | "TransactionConflictException"
        | "TransactionInProgressException" => Sort::Unavailable,
        _ if status >= 500 || status == 429 => Sort::Unavailable,
        _ => Sort::Fault,
    }
}

/// Whether a validation's sentence speaks of an item or a transaction that is too large, as in
/// `Item size has exceeded the maximum allowed size`.
pub(crate) fn is_about_size(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    message.contains("size") && message.contains("exceed")
}

/// A failure of a write, which may be that its condition did not hold.
pub(crate) trait WriteError: ProvideErrorMetadata + std::error::Error + Send + Sync {
    /// The item that stood there, when the condition was what failed.
    fn refusal(&self) -> Option<&Option<Attributes>>;
}

macro_rules! write_errors {
    ($($error:ident),*) => {$(
        impl WriteError for $error {
            fn refusal(&self) -> Option<&Option<Attributes>> {
                match self {
                    Self::ConditionalCheckFailedException(check) => Some(&check.item),
                    _ => None,
                }
            }
        }
    )*};
}

write_errors!(PutItemError, UpdateItemError, DeleteItemError);

impl TableError {
    /// Sorts a failure of a conditional write.
    pub(crate) fn of_write<E: WriteError + 'static>(error: SdkError<E>) -> Self {
        match error.as_service_error().and_then(WriteError::refusal) {
            Some(item) => Self::Refused { item: item.clone() },
            None => Self::of(error),
        }
    }

    /// Whether a transaction held the item when a single write came by.
    pub(crate) fn is_conflict(&self) -> bool {
        let Self::Unavailable(cause) = self else {
            return false;
        };
        code_of::<PutItemError>(cause)
            .or_else(|| code_of::<UpdateItemError>(cause))
            .or_else(|| code_of::<DeleteItemError>(cause))
            == Some("TransactionConflictException")
    }
}

/// Whether a call to any service was wrong, rather than the service not there.
#[cfg(any(feature = "s3", feature = "sqs", feature = "sns", feature = "secrets"))]
pub(crate) fn is_fault<E: ProvideErrorMetadata>(error: &SdkError<E>) -> bool {
    match error {
        SdkError::ServiceError(answer) => {
            let status = answer.raw().status().as_u16();
            let code = answer.err().code().unwrap_or_default();
            let busy = matches!(code, "SlowDown" | "RequestThrottled" | "Throttled");
            !busy && matches!(sort(status, code, ""), Sort::Fault)
        }
        SdkError::ConstructionFailure(_) => true,
        _ => false,
    }
}

/// An error and what lies beneath it, in one line.
#[cfg(any(feature = "ses", feature = "sns"))]
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut beneath = error.source();
    while let Some(cause) = beneath {
        line.push_str(": ");
        line.push_str(&cause.to_string());
        beneath = cause.source();
    }
    line
}

fn code_of<E: ProvideErrorMetadata + std::error::Error + 'static>(cause: &Cause) -> Option<&str> {
    cause.downcast_ref::<SdkError<E>>()?.code()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_sorted_by_what_the_caller_can_do() {
        let cases = [
            (400, "ThrottlingException", "", "unavailable"),
            (
                400,
                "ProvisionedThroughputExceededException",
                "",
                "unavailable",
            ),
            (400, "TransactionConflictException", "", "unavailable"),
            (500, "InternalServerError", "", "unavailable"),
            (503, "", "", "unavailable"),
            (400, "ResourceNotFoundException", "", "fault"),
            (400, "AccessDeniedException", "", "fault"),
            (
                400,
                "ValidationException",
                "Item size has exceeded the maximum allowed size",
                "too large",
            ),
            (
                400,
                "ValidationException",
                "Invalid UpdateExpression",
                "fault",
            ),
        ];
        for (status, code, message, expected) in cases {
            let sorted = match sort(status, code, message) {
                Sort::TooLarge => "too large",
                Sort::Unavailable => "unavailable",
                Sort::Fault => "fault",
            };
            assert_eq!(sorted, expected, "{status} {code} {message}");
        }
    }
}
