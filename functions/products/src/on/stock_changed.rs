//! Hears when a SKU runs out or can be had again: keeps `inStock` on its product.

use aws::Answered;
use contracts::Envelope;
use contracts::inventory::StockEvent;
use edge::{Consumer, Setback, Trace};
use kernel::OperationId;
use manifest::{Source, consumers};

use crate::Products;
use crate::product::Stocked;
use crate::store::Written;

/// Keeps whether products can be had.
pub struct StockChanged;

impl Consumer for StockChanged {
    const ROW: &'static Source = &consumers::PRODUCTS_ON_STOCK_CHANGED;
    type App = Products;

    async fn on(products: &Products, heard: Envelope, trace: Trace) -> Result<(), Setback> {
        let answered = Answered::silent(OperationId::derive(&heard.id.to_string(), "stock"));
        let written = Written {
            at: heard.occurred_at,
            traceparent: Some(trace.traceparent()),
        };
        let (in_stock, stock) = match StockEvent::read(heard)? {
            StockEvent::RanOut(stock) => (false, stock),
            StockEvent::Returned(stock) => (true, stock),
        };
        let told = Stocked {
            in_stock,
            version: stock.version,
        };
        let noted = products.note_stock(&stock.sku, told, &answered, &written);
        Ok(noted.await?)
    }
}
