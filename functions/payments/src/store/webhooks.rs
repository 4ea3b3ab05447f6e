//! Webhooks: each is kept as it came, under its own id, and worked off once.

use std::time::Duration;

use aws::{Condition, Item, Key, Update};
use kernel::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Store, StoreError};

/// How long a webhook is kept: longer than Stripe sends one again.
const KEPT: Duration = Duration::from_hours(30 * 24);

/// A webhook as it is kept.
#[derive(Debug, Serialize, Deserialize)]
struct WebhookItem {
    id: String,
    kind: String,
    /// The event as JSON, without what only its shopper may see.
    event: String,
    received_at: Timestamp,
    /// What came of it; absent until it was worked off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    outcome: Option<String>,
    expires: i64,
}

impl Item for WebhookItem {
    const TYPE: &'static str = "webhook";

    fn key(&self) -> Key {
        key(&self.id)
    }
}

fn key(id: &str) -> Key {
    Key::new(format!("webhook#{id}"), "webhook")
}

/// A webhook to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The event's id at the processor.
    pub id: String,
    /// What happened, in the processor's words.
    pub kind: String,
    /// The event as JSON.
    pub event: String,
}

impl Store {
    /// Keeps a webhook. False when it was kept before and is done with.
    pub async fn keep_webhook(
        &self,
        received: Received,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let item = WebhookItem {
            id: received.id,
            kind: received.kind,
            event: received.event,
            received_at: at,
            outcome: None,
            expires: at.plus(KEPT).seconds(),
        };
        match self.table.put(&item, Condition::absent()).await {
            Ok(()) => Ok(true),
            Err(error) if error.is_refused() => {
                let known: Option<WebhookItem> = self.table.get(key(&item.id)).await?;
                Ok(known.is_none_or(|known| known.outcome.is_none()))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// A webhook that was kept and is to be worked off.
    pub async fn webhook(&self, id: &str) -> Result<Option<Received>, StoreError> {
        let item: Option<WebhookItem> = self.table.get(key(id)).await?;
        let open = item.filter(|item| item.outcome.is_none());
        Ok(open.map(|item| Received {
            id: item.id,
            kind: item.kind,
            event: item.event,
        }))
    }

    /// Notes what came of a webhook.
    pub async fn webhook_done(&self, id: &str, outcome: &str) -> Result<(), StoreError> {
        let done = Update::new()
            .set("outcome", outcome)
            .when(Condition::present());
        self.table.update(key(id), done).await?;
        Ok(())
    }
}
