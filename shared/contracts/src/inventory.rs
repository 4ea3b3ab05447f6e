//! What the inventory service tells.

use kernel::{ProductId, Sku, VariantId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Envelope, Event, Unreadable};

/// The stock of a SKU as it was when something was told of it.
///
/// Of two states of a SKU the one with the higher `version` is the later; a consumer drops the
/// other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StockState {
    /// The SKU.
    pub sku: Sku,
    /// Rises with everything that is told of the SKU.
    pub version: u64,
    /// The product that is sold under it, once the inventory knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product_id: Option<ProductId>,
    /// The variant of that product, where it is one's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant_id: Option<VariantId>,
    /// Units that could be had.
    pub available: u64,
    /// At so many available units the stock is low.
    pub low_stock_threshold: u32,
}

/// The stock of a SKU has fallen to its threshold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StockLow {
    /// The stock.
    pub stock: StockState,
}

/// Nothing of a SKU can be had any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StockRanOut {
    /// The stock.
    pub stock: StockState,
}

/// Something of a SKU can be had again, or for the first time, or under another product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StockReturned {
    /// The stock.
    pub stock: StockState,
}

impl Event for StockLow {
    const TYPE: &'static str = "inventory.stock-low.v1";
}

impl Event for StockRanOut {
    const TYPE: &'static str = "inventory.stock-ran-out.v1";
}

impl Event for StockReturned {
    const TYPE: &'static str = "inventory.stock-returned.v1";
}

/// Whether something can be had, for consumers that follow that alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StockEvent {
    /// Nothing can be had.
    RanOut(StockState),
    /// Something can.
    Returned(StockState),
}

impl StockEvent {
    /// Reads an envelope's data by its type.
    pub fn read(envelope: Envelope) -> Result<Self, Unreadable> {
        match envelope.event_type.as_ref() {
            StockRanOut::TYPE => {
                let event = envelope.read::<StockRanOut>()?;
                Ok(Self::RanOut(event.data.stock))
            }
            StockReturned::TYPE => {
                let event = envelope.read::<StockReturned>()?;
                Ok(Self::Returned(event.data.stock))
            }
            _ => Err(Unreadable::OtherType {
                id: envelope.id,
                found: envelope.event_type.into_owned(),
                wanted: "an event of a SKU's stock",
            }),
        }
    }
}
