//! What the service hears, works off and does by the clock, one file each.

mod expire_imports;
mod import_chunk;
mod import_requested;
mod product_changed;
mod stock_changed;

pub use expire_imports::ExpireImports;
pub use import_chunk::ImportChunk;
pub use import_requested::ImportRequested;
pub use product_changed::ProductChanged;
pub use stock_changed::StockChanged;
