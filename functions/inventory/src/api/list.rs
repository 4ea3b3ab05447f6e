//! `GET /api/v1/inventory`: a page of stock.

use edge::{Call, Doc, Endpoint, List, Problem, QueryParams, Staff};
use kernel::{Cursor, Limit};
use manifest::{Route, routes};
use schemars::JsonSchema;
use serde::Deserialize;

use super::stock_view::StockView;
use crate::Inventory;

/// Lists stock.
pub struct ListStock;

/// What is asked for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Query {
    /// Only SKUs of which no more is available than their threshold.
    low_stock: Option<bool>,
    /// How many at most.
    limit: Option<Limit>,
    /// Where the page starts: `nextCursor` of the page before.
    cursor: Option<Cursor>,
}

impl QueryParams for Query {}

impl Endpoint for ListStock {
    const ROW: &'static Route = &routes::INVENTORY_LIST;
    const DOC: Doc = Doc {
        summary: "List stock",
        detail: "In the order of the SKUs. A page of low stock may be short, even empty, while \
                 nextCursor leads on.",
        problems: &[],
    };
    type App = Inventory;
    type Caller = Staff;
    type Params = ();
    type Query = Query;
    type Body = ();
    type Reply = List<StockView>;

    async fn call(inventory: &Inventory, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let Query {
            low_stock,
            limit,
            cursor,
        } = call.query;
        let limit = limit.unwrap_or_default();
        let low = low_stock.unwrap_or(false);
        let page = inventory.list(low, limit, cursor.as_ref()).await?;
        let items = page.items.iter().map(StockView::from).collect();
        Ok(List::new(items, limit.get().into(), page.next))
    }
}
