//! Balance transactions: Stripe's own books.

use std::collections::HashMap;

use kernel::Timestamp;
use serde::Deserialize;

use super::Stripe;
use super::amount::from_stripe;
use super::form::segment;
use crate::processor::{BalanceTransaction, Page, ProcessorError};

#[derive(Debug, Deserialize)]
struct Wire {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    amount: i64,
    #[serde(default)]
    fee: i64,
    currency: String,
    created: i64,
    #[serde(default)]
    source: Option<Source>,
}

/// What moved the money: expanded, or by its id where it cannot be.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Source {
    Whole {
        id: String,
        #[serde(default)]
        payment_intent: Option<String>,
        #[serde(default)]
        metadata: HashMap<String, String>,
    },
    Named(String),
}

#[derive(Debug, Deserialize)]
struct List {
    data: Vec<Wire>,
    #[serde(default)]
    has_more: bool,
}

impl TryFrom<Wire> for BalanceTransaction {
    type Error = ProcessorError;

    fn try_from(wire: Wire) -> Result<Self, ProcessorError> {
        let (source, intent, reference) = match wire.source {
            None => (None, None, None),
            Some(Source::Named(id)) => (Some(id), None, None),
            Some(Source::Whole {
                id,
                payment_intent,
                mut metadata,
            }) => {
                let reference = metadata
                    .remove("refund")
                    .or_else(|| metadata.remove("reference"));
                (Some(id), payment_intent, reference)
            }
        };
        Ok(Self {
            id: wire.id,
            kind: wire.kind,
            source,
            intent,
            reference,
            amount: from_stripe(wire.amount, &wire.currency)?,
            fee: from_stripe(wire.fee, &wire.currency)?,
            created: Timestamp::from_seconds(wire.created),
        })
    }
}

impl Stripe {
    /// What moved at or after a time, the latest first, a hundred at once; `after` is where an earlier
    /// page ended.
    ///
    /// # Errors
    /// When Stripe does not answer.
    pub async fn balance_transactions(
        &self,
        since: Timestamp,
        after: Option<&str>,
    ) -> Result<Page<BalanceTransaction>, ProcessorError> {
        let mut path = format!(
            "/v1/balance_transactions?limit=100&created%5Bgte%5D={}&expand%5B%5D=data.source",
            since.seconds()
        );
        if let Some(after) = after {
            path.push_str(&format!("&starting_after={}", segment(after)));
        }
        let list: List = self.get(&path).await?;
        let next = list
            .data
            .last()
            .filter(|_| list.has_more)
            .map(|last| last.id.clone());
        let items = list
            .data
            .into_iter()
            .map(BalanceTransaction::try_from)
            .collect::<Result<_, _>>()?;
        Ok(Page { items, next })
    }
}
