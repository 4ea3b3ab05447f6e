//! Stock as clients read it.

use edge::Data;
use kernel::{ProductId, Sku, VariantId};
use schemars::JsonSchema;
use serde::Serialize;

use crate::stock::Stock;

/// The stock of a SKU.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Stock")]
pub struct StockView {
    /// The SKU.
    sku: Sku,
    /// The product that is sold under it; null until the catalogue has told.
    product_id: Option<ProductId>,
    /// The variant of that product, where it is one's.
    variant_id: Option<VariantId>,
    /// Units that are there and not sold.
    on_hand: u64,
    /// Units that are held.
    reserved: u64,
    /// Units that can be had.
    available: u64,
    /// At so many available units the stock is low.
    low_stock_threshold: u32,
    /// Over so many buckets it is spread: more of them bear more buyers at once.
    buckets: u8,
    /// Changes with every change, of holds too; the `ETag` of a version is `"v<version>"`.
    version: u64,
}

impl From<&Stock> for StockView {
    fn from(stock: &Stock) -> Self {
        Self {
            sku: stock.head.sku.clone(),
            product_id: stock.head.product_id,
            variant_id: stock.head.variant_id,
            on_hand: stock.on_hand(),
            reserved: stock.reserved(),
            available: stock.available(),
            low_stock_threshold: stock.head.low_stock_threshold,
            buckets: stock.head.spread,
            version: stock.version(),
        }
    }
}

/// 200 with the stock of a SKU.
pub(super) fn shown(stock: &Stock) -> Data<StockView> {
    Data::new(StockView::from(stock)).version(stock.version())
}
