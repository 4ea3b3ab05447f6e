//! Hears `products.category-changed.v1`: has the documents of its products written anew, for they
//! say on which categories they hang.

use contracts::Envelope;
use contracts::products::CategoryChanged as Event;
use edge::{Consumer, Setback, Trace};
use kernel::{Clock, OperationId, SystemClock};
use manifest::{Source, consumers};

use crate::Search;
use crate::store::Written;

/// Has a category's products indexed.
pub struct CategoryChanged;

impl Consumer for CategoryChanged {
    const ROW: &'static Source = &consumers::SEARCH_ON_CATEGORY_CHANGED;
    type App = Search;

    async fn on(search: &Search, heard: Envelope, trace: Trace) -> Result<(), Setback> {
        let operation = OperationId::derive(&heard.id.to_string(), "refile");
        let event = heard.read::<Event>()?.data;
        let written = Written {
            at: SystemClock.now(),
            traceparent: Some(trace.traceparent()),
        };
        search.refile(event.id, operation, &written).await?;
        Ok(())
    }
}
