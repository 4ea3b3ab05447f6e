//! Every quarter of an hour: fails imports that stopped making progress.

use edge::{Clockwork, Setback};
use kernel::Timestamp;
use manifest::{Schedule, schedules};

use crate::Products;

/// Fails imports that stand still.
pub struct ExpireImports;

impl Clockwork for ExpireImports {
    const ROW: &'static Schedule = &schedules::PRODUCTS_EXPIRE_IMPORTS;
    type App = Products;

    async fn run(products: &Products, at: Timestamp) -> Result<u64, Setback> {
        Ok(products.expire_imports(at).await?)
    }
}
