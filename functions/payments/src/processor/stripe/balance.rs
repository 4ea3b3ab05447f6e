//! Balance transactions: Stripe's own books.

use std::collections::HashMap;

use kernel::{Money, Timestamp};
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
        amount: i64,
        /// Of a charge, of which less may be captured than was held.
        #[serde(default)]
        amount_captured: Option<i64>,
        #[serde(default)]
        currency: Option<String>,
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

impl Wire {
    /// What moved, in the currency that was charged. Where Stripe keeps the money in another, the
    /// amount here is what it was changed into, and the source has what it was.
    fn moved(&self) -> Result<Money, ProcessorError> {
        match &self.source {
            Some(Source::Whole {
                amount,
                amount_captured,
                currency: Some(currency),
                ..
            }) if *currency != self.currency => {
                let charged = amount_captured.unwrap_or(*amount);
                from_stripe(charged.saturating_mul(self.amount.signum()), currency)
            }
            _ => from_stripe(self.amount, &self.currency),
        }
    }
}

impl TryFrom<Wire> for BalanceTransaction {
    type Error = ProcessorError;

    fn try_from(wire: Wire) -> Result<Self, ProcessorError> {
        let amount = wire.moved()?;
        let (source, intent, reference) = match wire.source {
            None => (None, None, None),
            Some(Source::Named(id)) => (Some(id), None, None),
            Some(Source::Whole {
                id,
                payment_intent,
                mut metadata,
                ..
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
            amount,
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

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::CurrencyCode;
    use serde_json::{Value, json};

    fn read(movement: Value) -> BalanceTransaction {
        let wire: Wire = serde_json::from_value(movement).unwrap();
        wire.try_into().unwrap()
    }

    #[test]
    fn what_moved_is_told_in_the_currency_that_was_charged() {
        let yen = |minor| Money::new(minor, CurrencyCode::parse("JPY").unwrap());
        for (kind, amount, source, moved) in [
            (
                "charge",
                640,
                json!({ "id": "ch_1", "amount": 1500, "amount_captured": 1000, "currency": "jpy" }),
                yen(1000),
            ),
            (
                "refund",
                -320,
                json!({ "id": "re_1", "amount": 500, "currency": "jpy" }),
                yen(-500),
            ),
            (
                "adjustment",
                -640,
                json!({ "id": "dp_1", "amount": 1000, "currency": "jpy" }),
                yen(-1000),
            ),
            (
                "charge",
                640,
                json!({ "id": "ch_1", "amount": 700, "currency": "usd" }),
                Money::new(640, CurrencyCode::USD),
            ),
            (
                "payout",
                -640,
                json!("po_1"),
                Money::new(-640, CurrencyCode::USD),
            ),
        ] {
            let read = read(json!({
                "id": "txn_1", "type": kind, "amount": amount, "fee": 22, "currency": "usd",
                "created": 1, "source": source,
            }));
            assert_eq!(read.amount, moved, "{kind}");
            assert_eq!(read.fee, Money::new(22, CurrencyCode::USD), "{kind}");
        }
    }
}
