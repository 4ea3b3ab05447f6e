//! Refunds of captured intents.

use std::collections::HashMap;

use kernel::{Money, RefundId};
use serde::Deserialize;

use super::Stripe;
use super::amount::to_stripe;
use super::call::{TRIES, pause};
use super::form::{Form, segment};
use crate::processor::{Failure, ProcessorError};

/// The name of our own id in a refund's metadata.
const REFUND: &str = "refund";
/// The most that a list holds.
const MOST: usize = 100;

/// Where a refund stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refunded {
    /// The money is back, or on its way and sure to arrive.
    Done {
        /// The processor's id of the refund.
        reference: String,
    },
    /// The bank has not answered yet.
    Pending {
        /// The processor's id of the refund.
        reference: String,
    },
    /// The bank did not take it; the money is still ours.
    Failed(Failure),
}

#[derive(Debug, Deserialize)]
struct Refund {
    id: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    failure_reason: Option<String>,
    #[serde(default)]
    metadata: HashMap<String, String>,
}

#[derive(Debug, Deserialize)]
struct Refunds {
    data: Vec<Refund>,
    #[serde(default)]
    has_more: bool,
}

impl From<Refund> for Refunded {
    fn from(refund: Refund) -> Self {
        let reference = refund.id;
        match refund.status.as_str() {
            "pending" | "requires_action" => Self::Pending { reference },
            "failed" | "canceled" => Self::Failed(Failure {
                code: refund
                    .failure_reason
                    .unwrap_or_else(|| "refund_failed".to_owned()),
                message: "The bank did not take the refund.".to_owned(),
            }),
            _ => Self::Done { reference },
        }
    }
}

impl Stripe {
    /// Gives back a part of what an intent has captured, once for each of our refunds: the intent's
    /// refunds are looked through before anything is sent again.
    ///
    /// # Errors
    /// More than is left is refused.
    pub async fn refund(
        &self,
        intent: &str,
        refund: RefundId,
        amount: Money,
    ) -> Result<Refunded, ProcessorError> {
        if let Some(known) = self.refund_of(intent, refund).await? {
            return Ok(known);
        }
        let form = Form::new()
            .field("payment_intent", intent)
            .field("amount", to_stripe(amount)?)
            .field(&format!("metadata[{REFUND}]"), refund);
        let key = format!("{refund}:refund");
        let mut tried = 0;
        loop {
            let made = self.post_once::<Refund>("/v1/refunds", &form, &key).await;
            tried += 1;
            let cause = match made {
                Ok(made) => return Ok(made.into()),
                Err(ProcessorError::Unavailable(cause)) => cause,
                Err(error) => return Err(error),
            };
            // The answer was lost, or was none: what became of the refund stands in the list.
            if let Some(made) = self.refund_of(intent, refund).await? {
                return Ok(made);
            }
            if tried == TRIES {
                return Err(ProcessorError::Unavailable(cause));
            }
            tokio::time::sleep(pause(tried)).await;
        }
    }

    /// A refund of ours, where it was made.
    ///
    /// # Errors
    /// An intent that is not there is refused.
    pub async fn refund_of(
        &self,
        intent: &str,
        refund: RefundId,
    ) -> Result<Option<Refunded>, ProcessorError> {
        let wanted = refund.to_string();
        let mut after: Option<String> = None;
        loop {
            let mut path = format!(
                "/v1/refunds?payment_intent={}&limit={MOST}",
                segment(intent)
            );
            if let Some(after) = &after {
                path.push_str(&format!("&starting_after={}", segment(after)));
            }
            let page: Refunds = self.get(&path).await?;
            let last = page.data.last().map(|refund| refund.id.clone());
            let found = page
                .data
                .into_iter()
                .find(|one| one.metadata.get(REFUND) == Some(&wanted));
            match found {
                Some(found) => return Ok(Some(found.into())),
                None if page.has_more => after = last,
                None => return Ok(None),
            }
        }
    }
}
