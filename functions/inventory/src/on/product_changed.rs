//! Hears of every change of a product: keeps a record of stock for each of its SKUs.

use contracts::Envelope;
use contracts::products::ProductEvent;
use edge::{Consumer, Setback, Trace};
use manifest::{Source, consumers};

use crate::Inventory;

/// Makes records of stock.
pub struct ProductChanged;

impl Consumer for ProductChanged {
    const ROW: &'static Source = &consumers::INVENTORY_ON_PRODUCT_CHANGED;
    type App = Inventory;

    async fn on(inventory: &Inventory, heard: Envelope, _: Trace) -> Result<(), Setback> {
        let at = heard.occurred_at;
        let event = ProductEvent::read(heard)?;
        Ok(inventory.adopt(event.product(), at).await?)
    }
}
