//! Hears `products.import-requested.v1`: cuts the import into chunks.

use contracts::Envelope;
use contracts::products::ImportRequested as Event;
use edge::{Consumer, Setback, Trace};
use kernel::{Clock, SystemClock};
use manifest::{Source, consumers};

use crate::Imports;

/// Cuts imports.
pub struct ImportRequested;

impl Consumer for ImportRequested {
    const ROW: &'static Source = &consumers::PRODUCTS_ON_IMPORT_REQUESTED;
    type App = Imports;

    async fn on(imports: &Imports, heard: Envelope, trace: Trace) -> Result<(), Setback> {
        let event = heard.read::<Event>()?.data;
        let traceparent = trace.traceparent();
        let at = SystemClock.now();
        imports
            .cut_import(event.import_id, Some(&traceparent), at)
            .await?;
        Ok(())
    }
}
