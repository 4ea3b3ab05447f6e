//! `GET /api/v1/inventory/{id}`: the stock of a SKU.

use edge::{Call, Data, Doc, Endpoint, ObjectParams, Problem, Staff};
use kernel::Sku;
use manifest::{Route, routes};

use super::stock_view::{StockView, shown};
use crate::Inventory;

/// Shows the stock of a SKU.
pub struct GetStock;

impl Endpoint for GetStock {
    const ROW: &'static Route = &routes::INVENTORY_GET;
    const DOC: Doc = Doc {
        summary: "Show the stock of a SKU",
        detail: "A hold whose time is over counts as available from that moment on.",
        problems: &[],
    };
    type App = Inventory;
    type Caller = Staff;
    type Params = ObjectParams<Sku>;
    type Query = ();
    type Body = ();
    type Reply = Data<StockView>;

    async fn call(inventory: &Inventory, call: Call<Self>) -> Result<Self::Reply, Problem> {
        Ok(shown(&inventory.stock(&call.params.id).await?))
    }
}
