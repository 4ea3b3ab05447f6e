//! Mails that are due, by the events that ask for them: each is sent once.

use std::time::Duration;

use aws::{Condition, Item, Key, Update};
use kernel::{EventId, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Store, StoreError};

/// How long who writes a mail may take before somebody else writes it.
const LEASE: Duration = Duration::from_mins(1);
/// How long a mail is remembered: longer than an event is ever delivered again.
const KEPT: Duration = Duration::from_hours(30 * 24);

#[derive(Debug, Serialize, Deserialize)]
struct MailItem {
    event_id: EventId,
    sent: bool,
    leased_until: i64,
    expires: i64,
}

impl Item for MailItem {
    const TYPE: &'static str = "mail";

    fn key(&self) -> Key {
        key(self.event_id)
    }
}

fn key(event: EventId) -> Key {
    Key::new(format!("mail#{event}"), "mail")
}

/// What is known of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// It is the asker's to send.
    Yours,
    /// It was sent.
    Sent,
    /// Somebody is sending it.
    Elsewhere,
}

impl Store {
    /// Takes on the mail of an event.
    ///
    /// # Errors
    /// When the table fails.
    pub async fn take_mail(&self, event: EventId, at: Timestamp) -> Result<Due, StoreError> {
        let item = MailItem {
            event_id: event,
            sent: false,
            leased_until: at.plus(LEASE).seconds(),
            expires: at.plus(KEPT).seconds(),
        };
        let free = Condition::expression("sent = :no AND leased_until <= :now")
            .value(":no", false)
            .value(":now", at.seconds());
        match self.table().put(&item, Condition::absent().or(free)).await {
            Ok(()) => return Ok(Due::Yours),
            Err(error) if error.is_refused() => {}
            Err(error) => return Err(error.into()),
        }
        let known: Option<MailItem> = self.table().get(key(event)).await?;
        Ok(match known {
            Some(item) if item.sent => Due::Sent,
            _ => Due::Elsewhere,
        })
    }

    /// Notes that the mail of an event was sent.
    ///
    /// # Errors
    /// When the table fails.
    pub async fn mail_sent(&self, event: EventId) -> Result<(), StoreError> {
        let sent = Update::new().set("sent", true).when(Condition::present());
        self.table().update(key(event), sent).await?;
        Ok(())
    }
}
