//! The envelope around every event.

use std::borrow::Cow;

use kernel::{EventId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{Event, source_of};

/// An event on its way: what happened, when, who says so, and the data of it.
///
/// Without a type argument the data is kept unread, so that an envelope can be stored and passed
/// on as it is, and be read by its type with [`Envelope::read`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Envelope<T = Box<RawValue>> {
    /// The event's own id: the same in every delivery of it.
    pub id: EventId,
    /// What happened: `products.product-created.v1`.
    #[serde(rename = "type")]
    pub event_type: Cow<'static, str>,
    /// The service that says so.
    pub source: Cow<'static, str>,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// The W3C trace context it happened in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
    /// The event itself.
    pub data: T,
}

/// Why an envelope's data could not be read as an event.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// It is an event of another type.
    #[error("event {id} is {found}, not {wanted}")]
    OtherType {
        /// The event.
        id: EventId,
        /// Its type.
        found: String,
        /// The type that was asked for.
        wanted: &'static str,
    },
    /// Its data does not have the shape of its type.
    #[error("event {id} of type {event_type} has other data than its type says")]
    Shape {
        /// The event.
        id: EventId,
        /// Its type.
        event_type: String,
        /// What serde found.
        source: serde_json::Error,
    },
}

impl<T: Event> Envelope<T> {
    /// An event in an envelope, addressed by its own type.
    pub fn new(id: EventId, occurred_at: Timestamp, data: T) -> Self {
        Self {
            id,
            event_type: Cow::Borrowed(T::TYPE),
            source: Cow::Borrowed(source_of(T::TYPE)),
            occurred_at,
            traceparent: None,
            data,
        }
    }

    /// The same envelope with the trace it belongs to.
    #[must_use]
    pub fn traced(mut self, traceparent: Option<String>) -> Self {
        self.traceparent = traceparent;
        self
    }

    /// The same envelope with its data written but unread.
    pub fn seal(self) -> Result<Envelope, serde_json::Error> {
        let data = serde_json::value::to_raw_value(&self.data)?;
        Ok(self.with(data))
    }
}

impl<T> Envelope<T> {
    /// The same envelope around other data.
    fn with<U>(self, data: U) -> Envelope<U> {
        Envelope {
            id: self.id,
            event_type: self.event_type,
            source: self.source,
            occurred_at: self.occurred_at,
            traceparent: self.traceparent,
            data,
        }
    }
}

impl Envelope {
    /// Whether it holds an event of this type.
    pub fn is<T: Event>(&self) -> bool {
        self.event_type == T::TYPE
    }

    /// Reads the data as the event that the envelope's type says it is.
    pub fn read<T: Event>(self) -> Result<Envelope<T>, Unreadable> {
        if !self.is::<T>() {
            return Err(Unreadable::OtherType {
                id: self.id,
                found: self.event_type.into_owned(),
                wanted: T::TYPE,
            });
        }
        match serde_json::from_str(self.data.get()) {
            Ok(data) => Ok(self.with(data)),
            Err(source) => Err(Unreadable::Shape {
                id: self.id,
                event_type: self.event_type.into_owned(),
                source,
            }),
        }
    }
}
