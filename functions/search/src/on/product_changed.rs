//! Hears of every change of a product: brings its document up to date.
//!
//! An event says that there is something new, and not what: the product is read as it is now. So a
//! late event writes nothing old, and one that comes twice writes the same.

use contracts::Envelope;
use contracts::products::ProductEvent;
use edge::{BatchConsumer, Measure, Setback, Unit};
use kernel::{Clock, EventId, OperationId, ProductId, SystemClock, Timestamp};
use manifest::{Source, consumers};

use crate::Indexer;
use crate::error::SearchError;
use crate::index::Outcome;

/// Indexes products.
pub struct ProductChanged;

/// How long after a change its product's document was written.
const LAG: Measure = Measure {
    name: "search_index_lag_seconds",
    unit: Unit::Seconds,
    service: "search",
};

/// What an event is of.
struct Heard {
    event: EventId,
    product: ProductId,
    occurred_at: Timestamp,
}

impl BatchConsumer for ProductChanged {
    const ROW: &'static Source = &consumers::SEARCH_ON_PRODUCT_CHANGED;
    type App = Indexer;

    async fn on_all(indexer: &Indexer, heard: Vec<Envelope>) -> Vec<Result<(), Setback>> {
        let heard: Vec<Result<Heard, Setback>> = heard.into_iter().map(read).collect();
        let read: Vec<&Heard> = heard.iter().flatten().collect();
        let Some(first) = read.first() else {
            return heard.into_iter().map(|heard| heard.map(drop)).collect();
        };
        let mut ids: Vec<ProductId> = read.iter().map(|heard| heard.product).collect();
        ids.sort_unstable();
        ids.dedup();
        let operation = OperationId::derive(&first.event.to_string(), "index");
        let outcomes = match indexer.update(&ids, operation, SystemClock.now()).await {
            Ok(outcomes) => outcomes,
            // A stage may get an engine later; its first event then has everything indexed.
            Err(SearchError::NoEngine) => {
                return heard.into_iter().map(|it| it.map(drop)).collect();
            }
            Err(error) => {
                let failed = error.to_string();
                let again = |heard: Result<Heard, Setback>| {
                    heard.and_then(|_| Err(Setback::from(failed.clone())))
                };
                return heard.into_iter().map(again).collect();
            }
        };
        let now = SystemClock.now();
        let lags = read
            .iter()
            .map(|heard| now.since(heard.occurred_at).as_secs_f64());
        LAG.write(&indexer.stage, now, &lags.collect::<Vec<_>>());
        heard
            .into_iter()
            .map(|heard| match outcomes.get(&heard?.product) {
                Some(Outcome::Refused(reason)) => Err(reason.clone().into()),
                _ => Ok(()),
            })
            .collect()
    }
}

fn read(envelope: Envelope) -> Result<Heard, Setback> {
    let (event, occurred_at) = (envelope.id, envelope.occurred_at);
    Ok(Heard {
        event,
        product: ProductEvent::read(envelope)?.product().id,
        occurred_at,
    })
}
