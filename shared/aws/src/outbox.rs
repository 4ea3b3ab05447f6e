//! Events on their way out: written with the state they tell of, then published by the relay.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use contracts::{Envelope, Event};
use kernel::{EventId, Timestamp};
use serde::Serialize;

use crate::item::{EXPIRES, PK, SK, TYPE};
use crate::{Attributes, Key, TableError};

/// The `type` of an event's item: what a table's stream is filtered by.
pub const OUTBOX_TYPE: &str = "outbox";
const PREFIX: &str = "~outbox#";
const SORT: &str = "~outbox";
const EVENT_TYPE: &str = "event_type";
const ENVELOPE: &str = "envelope";
/// How long an item stays: long enough to look for a lost event, and to publish it again.
const KEPT: Duration = Duration::from_hours(7 * 24);

/// An event as it stands in a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxItem {
    /// The event's id.
    pub id: EventId,
    /// Its full type, `products.product-created.v1`.
    pub event_type: String,
    /// The envelope as JSON: what is published, byte for byte.
    pub envelope: String,
    expires: i64,
}

impl OutboxItem {
    /// The item of an event.
    pub(crate) fn of<E: Event + Serialize>(envelope: &Envelope<E>) -> Result<Self, TableError> {
        Ok(Self {
            id: envelope.id,
            event_type: envelope.event_type.clone().into_owned(),
            envelope: serde_json::to_string(envelope).map_err(TableError::fault)?,
            expires: expiry(envelope.occurred_at),
        })
    }

    /// Where the item of an event stands.
    pub(crate) fn key(id: EventId) -> Key {
        Key::new(format!("{PREFIX}{id}"), SORT)
    }

    pub(crate) fn attributes(self) -> Attributes {
        let key = Self::key(self.id);
        Attributes::from([
            (PK.to_owned(), AttributeValue::S(key.pk)),
            (SK.to_owned(), AttributeValue::S(key.sk)),
            (TYPE.to_owned(), AttributeValue::S(OUTBOX_TYPE.to_owned())),
            (EVENT_TYPE.to_owned(), AttributeValue::S(self.event_type)),
            (ENVELOPE.to_owned(), AttributeValue::S(self.envelope)),
            (
                EXPIRES.to_owned(),
                AttributeValue::N(self.expires.to_string()),
            ),
        ])
    }

    /// Reads the new image of a stream's record; none when it is no event's.
    pub fn of_image(image: &serde_dynamo::Item) -> Result<Option<Self>, TableError> {
        let text = |name: &str| match image.get(name) {
            Some(serde_dynamo::AttributeValue::S(text)) => Some(text.as_str()),
            _ => None,
        };
        if text(TYPE) != Some(OUTBOX_TYPE) {
            return Ok(None);
        }
        let read = || {
            Some(Self {
                id: text(PK)?.strip_prefix(PREFIX)?.parse().ok()?,
                event_type: text(EVENT_TYPE)?.to_owned(),
                envelope: text(ENVELOPE)?.to_owned(),
                expires: match image.get(EXPIRES)? {
                    serde_dynamo::AttributeValue::N(digits) => digits.parse().ok()?,
                    _ => return None,
                },
            })
        };
        match read() {
            Some(item) => Ok(Some(item)),
            None => Err(TableError::Corrupt(format!(
                "an outbox item at {:?}",
                text(PK)
            ))),
        }
    }

    /// The service that says so: the first word of the type.
    pub fn source(&self) -> &str {
        contracts::source_of(&self.event_type)
    }
}

fn expiry(occurred_at: Timestamp) -> i64 {
    occurred_at.plus(KEPT).seconds()
}
