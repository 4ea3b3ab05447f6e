//! `DELETE /api/v1/inventory/{id}/reserve`: gives up a hold.

use edge::{Call, Doc, Endpoint, NoContent, ObjectParams, Problem, QueryParams, Staff};
use kernel::Sku;
use manifest::{Route, routes};
use schemars::JsonSchema;
use serde::Deserialize;

use super::reservation_of;
use crate::Inventory;

/// Gives up a hold.
pub struct ReleaseStock;

/// Which hold.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Query {
    /// The word by which the hold is known.
    #[schemars(length(min = 1, max = 100), example = "till-7-0042")]
    reservation_id: String,
}

impl QueryParams for Query {}

impl Endpoint for ReleaseStock {
    const ROW: &'static Route = &routes::INVENTORY_RELEASE;
    const DOC: Doc = Doc {
        summary: "Give up a hold on a SKU",
        detail: "Safe to repeat, and safe to come first: a hold that is asked for by the same \
                 reservationId later is refused.",
        problems: &[],
    };
    type App = Inventory;
    type Caller = Staff;
    type Params = ObjectParams<Sku>;
    type Query = Query;
    type Body = ();
    type Reply = NoContent;

    async fn call(inventory: &Inventory, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let sku = &call.params.id;
        inventory.stock(sku).await?;
        let id = reservation_of(sku, &call.query.reservation_id);
        inventory.release(&id).await?;
        Ok(NoContent)
    }
}
