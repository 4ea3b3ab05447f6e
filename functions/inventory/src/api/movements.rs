//! `GET /api/v1/inventory/{id}/movements`: how the stock of a SKU came about.

use edge::{Call, Doc, Endpoint, List, ObjectParams, Problem, QueryParams, Staff};
use kernel::{Cursor, Limit, Sku, Timestamp};
use manifest::{Route, routes};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Inventory;
use crate::movement::{Movement, MovementKind};

/// Lists movements of stock.
pub struct ListMovements;

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

/// A change of stock.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "StockMovement")]
pub struct MovementView {
    /// When.
    at: Timestamp,
    /// Why.
    #[serde(rename = "type")]
    kind: MovementKind,
    /// Units that came, or, below nought, went.
    quantity: i64,
    /// In somebody's words.
    reason: Option<String>,
    /// Who did it: a user, or the reservation that was sold.
    by: String,
    /// Units on hand afterwards.
    on_hand_after: u64,
}

impl From<Movement> for MovementView {
    fn from(movement: Movement) -> Self {
        Self {
            at: movement.at,
            kind: movement.cause.kind,
            quantity: movement.quantity,
            reason: movement.cause.reason,
            by: movement.cause.by,
            on_hand_after: movement.on_hand_after,
        }
    }
}

impl Endpoint for ListMovements {
    const ROW: &'static Route = &routes::INVENTORY_MOVEMENTS;
    const DOC: Doc = Doc {
        summary: "List the movements of a SKU",
        detail: "The newest first. All of them add up to what is on hand; holds are none.",
        problems: &[],
    };
    type App = Inventory;
    type Caller = Staff;
    type Params = ObjectParams<Sku>;
    type Query = Query;
    type Body = ();
    type Reply = List<MovementView>;

    async fn call(inventory: &Inventory, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let limit = call.query.limit.unwrap_or_default();
        let cursor = call.query.cursor.as_ref();
        let page = inventory.movements(&call.params.id, limit, cursor).await?;
        let items = page.items.into_iter().map(MovementView::from).collect();
        Ok(List::new(items, limit.get().into(), page.next))
    }
}
