//! The walk of events: queues, work and outbox streams, record by record.
//!
//! A record that fails is reported alone; the others of its batch are done. Delivery is at least
//! once and unordered.

use crate::endpoint::App;
use crate::log::Line;
use crate::trace::Trace;
use aws::OutboxItem;
use aws_lambda_events::dynamodb::Event as StreamEvent;
use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent};
use contracts::Envelope;
use futures_util::FutureExt;
use kernel::{Clock, SystemClock, Timestamp};
use manifest::Source;
use serde::de::DeserializeOwned;
use serde_json::Map;
use serde_json::Value;
use std::error::Error;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Why a record could not be done; it comes again, and at last goes to the dead-letter queue.
pub type Setback = Box<dyn Error + Send + Sync>;

/// Hears events of other services, or of its own.
pub trait Consumer: Send + Sync + 'static {
    /// Its row.
    const ROW: &'static Source;
    /// Its service.
    type App: App;

    /// Does what the event asks for. It must be safe to hear twice and out of order. The trace is
    /// the event's, in a span of our own.
    fn on(
        app: &Self::App,
        heard: Envelope,
        trace: Trace,
    ) -> impl Future<Output = Result<(), Setback>> + Send;
}

/// Hears events in batches, where several at once cost less than one after the other.
pub trait BatchConsumer: Send + Sync + 'static {
    /// Its row.
    const ROW: &'static Source;
    /// Its service.
    type App: App;

    /// Does what the events ask for, and says of each in their order what became of it. It must be
    /// safe to hear twice and out of order.
    fn on_all(
        app: &Self::App,
        heard: Vec<Envelope>,
    ) -> impl Future<Output = Vec<Result<(), Setback>>> + Send;
}

/// Works off messages that its own service sends to its queue.
pub trait Worker: Send + Sync + 'static {
    /// Its row.
    const ROW: &'static Source;
    /// Its service.
    type App: App;
    /// The message, in JSON.
    type Message: DeserializeOwned + Send;

    /// A message that works, for the sample event.
    fn example() -> Value;

    /// Does the work. It must be safe to do twice, at once too.
    fn work(
        app: &Self::App,
        message: Self::Message,
        at: Timestamp,
    ) -> impl Future<Output = Result<(), Setback>> + Send;
}

/// Hands on what the outboxes hold.
pub trait Relay: Send + Sync + 'static {
    /// Its row.
    const ROW: &'static Source;
    /// Its service.
    type App: App;

    /// Hands on the records, and names the sequence numbers of those that were not.
    fn relay(
        app: &Self::App,
        records: Vec<StreamRecord>,
    ) -> impl Future<Output = Vec<(String, Setback)>> + Send;
}

/// One insert into an outbox, as the stream tells it.
#[derive(Debug)]
pub struct StreamRecord {
    /// Its place in the stream.
    pub sequence_number: String,
    /// The event, as it is published.
    pub item: OutboxItem,
}

/// Answers a batch of events from the consumer's queue.
pub(crate) async fn consume<C: Consumer>(app: &C::App, batch: SqsEvent) -> SqsBatchResponse {
    each(C::ROW, batch, |body, note| async move {
        let heard: Envelope = serde_json::from_str(&body)?;
        let trace = Trace::continuing(heard.traceparent.as_deref());
        note.set(trace.id().to_owned());
        C::on(app, heard, trace).await
    })
    .await
}

/// Answers a batch of events from the queue of a consumer that hears them together. What cannot be
/// read fails alone; a panic, or having taken too long, is the failure of all others.
pub(crate) async fn consume_all<C: BatchConsumer>(
    app: &C::App,
    batch: SqsEvent,
) -> SqsBatchResponse {
    let began = Instant::now();
    let (mut notes, mut heard, mut outcomes) = (Vec::new(), Vec::new(), Vec::new());
    for record in batch.records {
        let id = record.message_id.unwrap_or_default();
        match serde_json::from_str::<Envelope>(&record.body.unwrap_or_default()) {
            Ok(envelope) => {
                let trace = Trace::continuing(envelope.traceparent.as_deref());
                notes.push((id, trace.id().to_owned()));
                heard.push(envelope);
            }
            Err(error) => outcomes.push((id, String::new(), Err(error.into()))),
        }
    }
    if !heard.is_empty() {
        let limit = Duration::from_secs(C::ROW.sizing.timeout_s.saturating_sub(2).into());
        let work = AssertUnwindSafe(C::on_all(app, heard)).catch_unwind();
        let failed: fn() -> Setback = match tokio::time::timeout(limit, work).await {
            Ok(Ok(done)) => {
                let done = done.into_iter();
                for ((id, trace), outcome) in notes.drain(..done.len().min(notes.len())).zip(done) {
                    outcomes.push((id, trace, outcome));
                }
                || "was not said to be done".into()
            }
            Ok(Err(_)) => || "panicked".into(),
            Err(_) => || "took too long".into(),
        };
        outcomes.extend(
            notes
                .into_iter()
                .map(|(id, trace)| (id, trace, Err(failed()))),
        );
    }
    let mut response = SqsBatchResponse::default();
    for (id, trace, outcome) in outcomes {
        log(C::ROW, &id, &trace, began.elapsed(), outcome.as_ref().err());
        if outcome.is_err() {
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = id;
            response.batch_item_failures.push(failure);
        }
    }
    response
}

/// Answers a batch of messages from the worker's queue.
pub(crate) async fn work<W: Worker>(app: &W::App, batch: SqsEvent) -> SqsBatchResponse {
    each(W::ROW, batch, |body, _| async move {
        let message: W::Message = serde_json::from_str(&body)?;
        W::work(app, message, SystemClock.now()).await
    })
    .await
}

/// Does the records one by one, and reports those that fail. A panic is the failure of its record.
async fn each<F: Future<Output = Result<(), Setback>>>(
    row: &Source,
    batch: SqsEvent,
    on: impl Fn(String, TraceNote) -> F,
) -> SqsBatchResponse {
    let mut response = SqsBatchResponse::default();
    let limit = Duration::from_secs(row.sizing.timeout_s.saturating_sub(2).into());
    let started = Instant::now();
    for record in batch.records {
        let id = record.message_id.unwrap_or_default();
        let body = record.body.unwrap_or_default();
        let began = Instant::now();
        let note = TraceNote::default();
        let work = AssertUnwindSafe(async { on(body, note.clone()).await }).catch_unwind();
        let outcome =
            match tokio::time::timeout(limit.saturating_sub(started.elapsed()), work).await {
                Ok(Ok(outcome)) => outcome,
                Ok(Err(_)) => Err("panicked".into()),
                Err(_) => Err("took too long".into()),
            };
        log(
            row,
            &id,
            &note.take(),
            began.elapsed(),
            outcome.as_ref().err(),
        );
        if outcome.is_err() {
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = id;
            response.batch_item_failures.push(failure);
        }
    }
    response
}

/// Answers a batch of outbox inserts. What fails is told by its sequence number: Lambda goes on
/// from the lowest one.
pub(crate) async fn relay<R: Relay>(app: &R::App, batch: StreamEvent) -> SqsBatchResponse {
    let mut response = SqsBatchResponse::default();
    let mut records = Vec::new();
    let mut failed = Vec::new();
    for record in batch.records {
        let sequence_number = record.change.sequence_number.clone().unwrap_or_default();
        match OutboxItem::of_image(&record.change.new_image) {
            Ok(Some(item)) => records.push(StreamRecord {
                sequence_number,
                item,
            }),
            // The filter lets outbox items only through; what comes all the same is no event.
            Ok(None) => failed.push((sequence_number, "not an outbox item".into(), false)),
            // An event that cannot be read is not dropped: its tries end, and it is kept for people.
            Err(error) => failed.push((sequence_number, error.into(), true)),
        }
    }
    let (began, count) = (Instant::now(), records.len());
    let refused = R::relay(app, records).await;
    let published = count.saturating_sub(refused.len());
    failed.extend(
        refused
            .into_iter()
            .map(|(number, error)| (number, error, true)),
    );
    Line {
        at: Some(SystemClock.now()),
        service: R::ROW.service,
        function: R::ROW.name,
        took: began.elapsed(),
        more: Map::from_iter([("published".to_owned(), published.into())]),
        ..Line::default()
    }
    .write();
    for (number, error, again) in failed {
        log(R::ROW, &number, "", began.elapsed(), Some(&error));
        if again {
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = number;
            response.batch_item_failures.push(failure);
        }
    }
    response
}

/// The trace that a record turns out to belong to, for its line in the log.
#[derive(Debug, Clone, Default)]
struct TraceNote(Arc<Mutex<String>>);

impl TraceNote {
    fn set(&self, id: String) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = id;
    }

    fn take(&self) -> String {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn log(row: &Source, id: &str, trace_id: &str, took: Duration, error: Option<&Setback>) {
    let chain = error.map(|error| crate::log::chain(error.as_ref()));
    Line {
        at: Some(SystemClock.now()),
        service: row.service,
        function: row.name,
        request_id: id,
        trace_id,
        took,
        error: chain,
        ..Line::default()
    }
    .write();
}
