//! `GET /api/v1/inventory/alerts`: what staff should look after.

use edge::{Call, Doc, Endpoint, List, Problem, QueryParams, Staff};
use kernel::{Cursor, Limit, ProductId, Sku, Timestamp};
use manifest::{Route, routes};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Inventory;
use crate::alert::AlertKind;
use crate::store::OpenAlert;

/// Lists open alerts.
pub struct ListAlerts;

/// What is asked for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Query {
    /// How many at most.
    limit: Option<Limit>,
    /// Where the page starts: `nextCursor` of the page before.
    cursor: Option<Cursor>,
}

impl QueryParams for Query {}

/// An alert that is open.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "StockAlert")]
pub struct AlertView {
    /// The SKU.
    sku: Sku,
    /// Its product; null until the catalogue has told.
    product_id: Option<ProductId>,
    /// What is the matter.
    #[serde(rename = "type")]
    kind: AlertKind,
    /// Units that were available when it opened.
    available: u64,
    /// The threshold then.
    low_stock_threshold: u32,
    /// When it opened.
    opened_at: Timestamp,
}

impl From<OpenAlert> for AlertView {
    fn from(alert: OpenAlert) -> Self {
        Self {
            sku: alert.sku,
            product_id: alert.product_id,
            kind: alert.kind,
            available: alert.available,
            low_stock_threshold: alert.low_stock_threshold,
            opened_at: alert.opened_at,
        }
    }
}

impl Endpoint for ListAlerts {
    const ROW: &'static Route = &routes::INVENTORY_ALERTS;
    const DOC: Doc = Doc {
        summary: "List open stock alerts",
        detail: "The newest first. An alert opens once when stock falls to its threshold, or runs \
                 out, and closes when it has recovered: low stock at the threshold and a tenth of \
                 it, two units at least.",
        problems: &[],
    };
    type App = Inventory;
    type Caller = Staff;
    type Params = ();
    type Query = Query;
    type Body = ();
    type Reply = List<AlertView>;

    async fn call(inventory: &Inventory, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let limit = call.query.limit.unwrap_or_default();
        let page = inventory.alerts(limit, call.query.cursor.as_ref()).await?;
        let items = page.items.into_iter().map(AlertView::from).collect();
        Ok(List::new(items, limit.get().into(), page.next))
    }
}
