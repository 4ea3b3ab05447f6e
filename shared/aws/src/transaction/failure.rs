//! Why a transaction wrote nothing.

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::CancellationReason;

use super::CLAIM;
use crate::retry::{Verdict, judge};
use crate::{Attributes, TableError};

/// Why a transaction wrote nothing.
#[derive(Debug, thiserror::Error)]
pub enum TransactionError {
    /// Conditions did not hold: those of the actions named here.
    #[error("refused: {}", names(.0))]
    Refused(Vec<Refusal>),
    /// The operation's claim is somebody else's by now: another run of the same operation took
    /// over, and its answer counts.
    #[error("the operation was taken over by another run")]
    ClaimLost,
    /// The table failed.
    #[error(transparent)]
    Table(#[from] TableError),
}

/// An action whose condition did not hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// The name it was given.
    pub name: &'static str,
    /// The item that stood there, when there was one; [`decode`](crate::decode) reads it.
    pub item: Option<Attributes>,
}

fn names(refusals: &[Refusal]) -> String {
    let names: Vec<_> = refusals.iter().map(|refusal| refusal.name).collect();
    names.join(", ")
}

impl TransactionError {
    /// Whether the action of this name was refused.
    pub fn refused(&self, name: &str) -> bool {
        self.refusal(name).is_some()
    }

    /// The refusal of the action of this name.
    pub fn refusal(&self, name: &str) -> Option<&Refusal> {
        match self {
            Self::Refused(refusals) => refusals.iter().find(|refusal| refusal.name == name),
            _ => None,
        }
    }
}

fn reasons(error: &SdkError<TransactWriteItemsError>) -> &[CancellationReason] {
    match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
            cancelled.cancellation_reasons()
        }
        _ => &[],
    }
}

pub(super) fn verdict(error: &SdkError<TransactWriteItemsError>) -> Verdict {
    judge(reasons(error).iter().map(|reason| {
        let code = reason.code().unwrap_or_default();
        (code, reason.message().unwrap_or_default())
    }))
}

/// What a transaction's last failure means to who asked for it.
pub(super) fn sort(
    error: SdkError<TransactWriteItemsError>,
    names: &[&'static str],
) -> TransactionError {
    let cancelled = matches!(
        error.as_service_error(),
        Some(TransactWriteItemsError::TransactionCanceledException(_))
    );
    if !cancelled {
        return TableError::of(error).into();
    }
    match verdict(&error) {
        Verdict::Refused => refused(reasons(&error), names),
        Verdict::TryAgain => TableError::Unavailable(Box::new(error)).into(),
        Verdict::TooLarge => TableError::TooLarge.into(),
        Verdict::Fault => TableError::Fault(Box::new(error)).into(),
    }
}

/// A lost claim weighs most: what else was refused, the run that took over has probably written.
fn refused(reasons: &[CancellationReason], names: &[&'static str]) -> TransactionError {
    let refusals: Vec<Refusal> = names
        .iter()
        .zip(reasons)
        .filter(|(_, reason)| reason.code() == Some("ConditionalCheckFailed"))
        .map(|(name, reason)| Refusal {
            name,
            item: reason.item().cloned().filter(|item| !item.is_empty()),
        })
        .collect();
    if refusals.iter().any(|refusal| refusal.name == CLAIM) {
        TransactionError::ClaimLost
    } else {
        TransactionError::Refused(refusals)
    }
}
