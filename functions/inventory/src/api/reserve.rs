//! `POST /api/v1/inventory/{id}/reserve`: holds units of a SKU.

use std::time::Duration;

use edge::{Call, Created, Doc, Endpoint, JsonBody, ObjectParams, Problem, Staff};
use kernel::{Quantity, ReservationId, Sku, Timestamp};
use manifest::{Route, routes};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::reservation_of;
use crate::Inventory;
use crate::error::{INSUFFICIENT_STOCK, RESERVATION_RELEASED, RESERVATION_REUSED};
use crate::reservation::{Held, Line};

/// Holds stock.
pub struct ReserveStock;

/// How long a hold is when nobody says.
const USUALLY: u32 = 900;

/// What is to be held.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "StockReservationRequest")]
pub struct Body {
    /// How many units.
    quantity: Quantity,
    /// A word of the caller's own, by which the hold is known; made when it is left out.
    #[schemars(length(min = 1, max = 100))]
    reservation_id: Option<String>,
    /// For how many seconds, 900 when it is left out.
    #[schemars(range(min = 1, max = 86_400))]
    ttl_seconds: Option<u32>,
}

impl JsonBody for Body {
    fn example() -> Value {
        json!({ "quantity": 2, "reservationId": "phone-order-1042", "ttlSeconds": 900 })
    }
}

/// A hold.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "StockReservation")]
pub struct ReservationView {
    /// The word by which it is known.
    reservation_id: String,
    /// The SKU.
    sku: Sku,
    /// How many units are held.
    quantity: u64,
    /// Until when.
    expires_at: Timestamp,
}

impl Endpoint for ReserveStock {
    const ROW: &'static Route = &routes::INVENTORY_RESERVE;
    const DOC: Doc = Doc {
        summary: "Hold units of a SKU",
        detail: "The same reservationId again is answered with the hold that is there, or, when \
                 that has ended, holds the units again. After its time a hold is none.",
        problems: &[INSUFFICIENT_STOCK, RESERVATION_REUSED, RESERVATION_RELEASED],
    };
    type App = Inventory;
    type Caller = Staff;
    type Params = ObjectParams<Sku>;
    type Query = ();
    type Body = Body;
    type Reply = Created<ReservationView>;

    async fn call(inventory: &Inventory, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let sku = call.params.id.clone();
        // There is nothing to be held of what nobody has heard of.
        inventory.stock(&sku).await?;
        let made = || ReservationId::derive(&call.operation.id.to_string(), "hold").to_string();
        let word = call.body.reservation_id.clone().unwrap_or_else(made);
        let id = reservation_of(&sku, &word);
        let quantity = call.body.quantity;
        let seconds = call.body.ttl_seconds.unwrap_or(USUALLY);
        let until = call.at.plus(Duration::from_secs(seconds.into()));
        let reply = {
            let (sku, word) = (sku.clone(), word.clone());
            move |held: &Held| created(&sku, &word, held)
        };
        let answered = call.answered_by(reply);
        let lines = [Line {
            sku: sku.clone(),
            quantity,
        }];
        let held = inventory.hold(id, &lines, until, Some(&answered)).await?;
        Ok(created(&sku, &word, &held))
    }
}

fn created(sku: &Sku, word: &str, held: &Held) -> Created<ReservationView> {
    let view = ReservationView {
        reservation_id: word.to_owned(),
        sku: sku.clone(),
        quantity: held.units.values().sum(),
        expires_at: held.until,
    };
    Created::at(routes::INVENTORY_GET.with(sku), view)
}
