//! Webhooks of the processor: believed, kept, and then worked off from a queue.
//!
//! They come more than once and in any order, so none of them is taken at its word: one that
//! speaks of an intent makes us ask the processor where the intent stands.

use aws::{Aws, Queue, SecretError, Secrets, StartError, Table};
use kernel::{PaymentId, RefundId, Timestamp};
use manifest::{consumers, resources};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::Mutex;

use crate::Payments;
use crate::error::PaymentsError;
use crate::ledger::DepositId;
use crate::processor::stripe::signature::{Unsigned, verify};
use crate::store::Received;

/// What receives webhooks: the table, the secrets that they are signed with, and a queue.
#[derive(Debug)]
pub struct Webhooks {
    payments: Payments,
    queue: Queue,
    secrets: SigningSecrets,
}

impl edge::App for Webhooks {
    async fn start(aws: &Aws) -> Result<Self, StartError> {
        let secret = resources::STRIPE_WEBHOOK_SECRETS.env();
        let webhooks = Self {
            payments: Payments::start(aws).await?,
            queue: aws.queue(&consumers::PAYMENTS_ON_WEBHOOK)?,
            secrets: SigningSecrets {
                secrets: aws.secrets(),
                arn: aws.environment().required(&secret)?,
                held: Mutex::default(),
            },
        };
        // Read while the function starts. Where they cannot be, the first webhook tries again.
        let _ = webhooks.secrets.current(None).await;
        Ok(webhooks)
    }

    fn table(&self) -> Option<&Table> {
        self.payments.table()
    }
}

/// The secrets that webhooks may be signed with: as a rule one, and two while they are changed.
#[derive(Debug)]
struct SigningSecrets {
    secrets: Secrets,
    arn: String,
    held: Mutex<Option<Held>>,
}

struct Held {
    secrets: Vec<String>,
    read_at: Timestamp,
}

impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Held").field(&self.read_at).finish()
    }
}

/// How old what we know of the secrets must be for a wrong signature to make us read them again.
const STALE_S: i64 = 30;

impl SigningSecrets {
    /// The secrets; read again where they are older than that time.
    async fn current(&self, wanted: Option<Timestamp>) -> Result<Vec<String>, SecretError> {
        let mut held = self.held.lock().await;
        if let Some(known) = held.as_ref()
            && wanted.is_none_or(|at| at.seconds() - known.read_at.seconds() < STALE_S)
        {
            return Ok(known.secrets.clone());
        }
        let text = self.secrets.read(&self.arn).await?;
        let secrets: Vec<_> = text.split_whitespace().map(str::to_owned).collect();
        *held = Some(Held {
            secrets: secrets.clone(),
            read_at: wanted.unwrap_or(Timestamp::from_millis(0)),
        });
        Ok(secrets)
    }
}

/// As much of an event as receiving it needs.
#[derive(Debug, Deserialize)]
struct Head {
    id: String,
    #[serde(rename = "type")]
    kind: String,
}

/// What is queued: the event itself is in the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// The event's id at the processor.
    pub webhook: String,
}

/// The longest id of an event that is believed to be one.
const LONGEST_ID: usize = 255;

impl Webhooks {
    /// Keeps a webhook and queues it, once however often it comes.
    ///
    /// # Errors
    /// It is not the processor's, or no event; or something of ours is down, and it is to be sent
    /// again.
    pub async fn receive(
        &self,
        signature: Option<&str>,
        body: &[u8],
        at: Timestamp,
    ) -> Result<(), PaymentsError> {
        let signature = signature.ok_or(Unsigned::Unreadable)?;
        let known = self.secrets.current(None).await?;
        match verify(signature, body, &known, at) {
            // A new secret may be in force since we last looked.
            Err(Unsigned::Wrong) => {
                let now = self.secrets.current(Some(at)).await?;
                verify(signature, body, &now, at)?;
            }
            verified => verified?,
        }
        let mut event: Value = serde_json::from_slice(body).map_err(|_| PaymentsError::NoEvent)?;
        let head = Head::deserialize(&event).map_err(|_| PaymentsError::NoEvent)?;
        if head.id.is_empty() || head.id.len() > LONGEST_ID {
            return Err(PaymentsError::NoEvent);
        }
        forget_secrets(&mut event);
        let received = Received {
            id: head.id.clone(),
            kind: head.kind,
            event: event.to_string(),
        };
        if self.payments.store.keep_webhook(received, at).await? {
            let work = Work { webhook: head.id };
            let message = serde_json::to_string(&work).map_err(|_| PaymentsError::NoEvent)?;
            self.queue.send(&[message]).await?;
        }
        Ok(())
    }
}

/// Takes out what is for a shopper's browser alone.
fn forget_secrets(event: &mut Value) {
    match event {
        Value::Object(members) => {
            members.retain(|name, _| name != "client_secret");
            members.values_mut().for_each(forget_secrets);
        }
        Value::Array(items) => items.iter_mut().for_each(forget_secrets),
        _ => {}
    }
}

/// What a webhook asks of us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// To look where the intent of a payment stands.
    Look(PaymentId),
    /// To look where the intent of a deposit stands.
    LookAtDeposit(DepositId),
    /// To look where a refund stands.
    LookAtRefund(RefundId),
    /// To post a dispute, or that it was won.
    Dispute(Dispute),
    /// Nothing, and why.
    Nothing(&'static str),
}

/// A bank has taken money back, or given it up again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispute {
    /// The processor's id of it.
    pub id: String,
    /// The intent that is disputed.
    pub intent: String,
    /// How much, as the processor counts.
    pub amount: i64,
    /// In which currency, as the processor writes it.
    pub currency: String,
    /// Whether the bank has given it up.
    pub won: bool,
}

/// Reads what a kept event asks for. Types that are not known ask for nothing.
pub fn read(kind: &str, event: &str) -> Asked {
    let event: Value = serde_json::from_str(event).unwrap_or_default();
    let object = &event["data"]["object"];
    if kind.starts_with("payment_intent.") {
        let reference = object["metadata"]["reference"].as_str().unwrap_or_default();
        let payment = reference.parse().ok().map(Asked::Look);
        let deposit = || reference.parse().ok().map(Asked::LookAtDeposit);
        return payment
            .or_else(deposit)
            .unwrap_or(Asked::Nothing("no payment of ours"));
    }
    if kind.starts_with("refund.") || kind == "charge.refund.updated" {
        let refund = object["metadata"]["refund"].as_str().unwrap_or_default();
        return match refund.parse() {
            Ok(refund) => Asked::LookAtRefund(refund),
            Err(_) => Asked::Nothing("no refund of ours"),
        };
    }
    let status = object["status"].as_str().unwrap_or_default();
    let won = match kind {
        // Of an inquiry no money is taken.
        "charge.dispute.created" if !status.starts_with("warning") => false,
        "charge.dispute.funds_withdrawn" => false,
        "charge.dispute.funds_reinstated" => true,
        "charge.dispute.closed" if status == "won" => true,
        _ => return Asked::Nothing("nothing to be done"),
    };
    let dispute = || {
        Some(Dispute {
            id: object["id"].as_str()?.to_owned(),
            intent: object["payment_intent"].as_str()?.to_owned(),
            amount: object["amount"].as_i64().filter(|amount| *amount > 0)?,
            currency: object["currency"].as_str()?.to_owned(),
            won,
        })
    };
    dispute().map_or(Asked::Nothing("no dispute of a payment"), Asked::Dispute)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_each_kind_of_event_asks_for() {
        let payment = PaymentId::derive("", "one");
        let refund = RefundId::derive("", "one");
        let dispute = |won| {
            Asked::Dispute(Dispute {
                id: "dp_1".to_owned(),
                intent: "pi_1".to_owned(),
                amount: 700,
                currency: "usd".to_owned(),
                won,
            })
        };
        let nothing = Asked::Nothing("nothing to be done");
        let object = |status: &str| {
            json!({
                "id": "dp_1", "payment_intent": "pi_1", "amount": 700, "currency": "usd",
                "status": status, "metadata": { "reference": payment, "refund": refund },
            })
        };
        for (kind, status, asked) in [
            ("payment_intent.succeeded", "", Asked::Look(payment)),
            ("payment_intent.unheard_of", "", Asked::Look(payment)),
            ("charge.dispute.created", "needs_response", dispute(false)),
            (
                "charge.dispute.created",
                "warning_needs_response",
                nothing.clone(),
            ),
            ("charge.dispute.funds_withdrawn", "", dispute(false)),
            ("charge.dispute.funds_reinstated", "", dispute(true)),
            ("charge.dispute.closed", "won", dispute(true)),
            ("charge.dispute.closed", "lost", nothing.clone()),
            ("customer.created", "", nothing.clone()),
            ("refund.failed", "", Asked::LookAtRefund(refund)),
            ("charge.refund.updated", "", Asked::LookAtRefund(refund)),
            ("charge.refunded", "", nothing.clone()),
        ] {
            let event = json!({ "data": { "object": object(status) } }).to_string();
            assert_eq!(read(kind, &event), asked, "{kind} {status}");
        }
        let deposit = DepositId::derive("", "one");
        let event = json!({ "data": { "object": { "metadata": { "reference": deposit } } } });
        let asked = read("payment_intent.succeeded", &event.to_string());
        assert_eq!(asked, Asked::LookAtDeposit(deposit));
    }

    #[test]
    fn an_event_of_any_shape_asks_for_nothing_worse_than_nothing() {
        for event in ["", "null", "[]", "{}", r#"{"data": {"object": 7}}"#] {
            for kind in ["payment_intent.succeeded", "charge.dispute.created", ""] {
                assert!(matches!(read(kind, event), Asked::Nothing(_)), "{event}");
            }
        }
    }

    #[test]
    fn what_a_browser_finishes_an_intent_with_is_not_kept() {
        let mut event = json!({
            "data": { "object": { "client_secret": "s", "charges": [{ "client_secret": "s", "id": 1 }] } },
        });
        forget_secrets(&mut event);
        assert_eq!(
            event,
            json!({ "data": { "object": { "charges": [{ "id": 1 }] } } })
        );
    }
}
