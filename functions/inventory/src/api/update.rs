//! `PUT /api/v1/inventory/{id}`: changes the stock of a SKU.

use edge::{Call, Data, Doc, Endpoint, JsonBody, ObjectParams, Problem, Staff, rows};
use kernel::words::broken_line;
use kernel::{Faults, Sku};
use manifest::{Route, routes};
use schemars::{JsonSchema, Schema};
use serde::Deserialize;
use serde_json::{Value, json};

use super::stock_view::{StockView, shown};
use crate::Inventory;
use crate::allocation::Amount;
use crate::error::BELOW_RESERVED;
use crate::staff::Wanted;

/// Changes the stock of a SKU.
pub struct UpdateStock;

/// SKUs that a path cannot name: `/inventory/alerts` is something else.
const RESERVED: [&str; 3] = [".", "..", "alerts"];

/// What is to change.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "StockChanges")]
pub struct Body {
    /// How many units there are, as counted.
    #[serde(default)]
    #[schemars(with = "u64", range(min = 0, max = 1_000_000_000), transform = without_default)]
    on_hand: Option<u64>,
    /// How many more units there are, or, below nought, fewer.
    #[serde(default)]
    #[schemars(with = "i64", range(min = -1_000_000_000, max = 1_000_000_000), transform = without_default)]
    adjust: Option<i64>,
    /// Why; with `adjust` it must be said.
    #[serde(default)]
    #[schemars(with = "String", length(min = 1, max = 255), transform = without_default)]
    reason: Option<String>,
    /// At so many available units the stock is low.
    #[serde(default)]
    #[schemars(with = "u32", range(min = 0, max = 1_000_000_000), transform = without_default)]
    low_stock_threshold: Option<u32>,
    /// Over so many buckets the stock is spread: more of them bear more buyers at once.
    #[serde(default)]
    #[schemars(with = "u8", range(min = 1, max = 16), transform = without_default)]
    buckets: Option<u8>,
}

/// What is left out is left as it is; null is not a way to say so.
fn without_default(schema: &mut Schema) {
    schema.remove("default");
}

impl JsonBody for Body {
    fn check(document: &Value, faults: &mut Faults) {
        let has = |field: &str| document.get(field).is_some();
        if has("onHand") && has("adjust") {
            faults.add("/adjust", "must not come together with onHand");
        }
        if document.get("adjust").and_then(Value::as_i64) == Some(0) {
            faults.add("/adjust", "must not be 0");
        }
        if has("adjust") && !has("reason") {
            faults.add("/reason", "is required with adjust");
        }
        let reason = document.get("reason").and_then(Value::as_str);
        if let Some(rule) = reason.and_then(|reason| broken_line(reason.trim()))
            && !faults.has("/reason")
        {
            faults.add("/reason", rule);
        }
        let fields = ["onHand", "adjust", "lowStockThreshold", "buckets"];
        if document.is_object() && !fields.into_iter().any(has) {
            faults.add("", "must have onHand, adjust, lowStockThreshold or buckets");
        }
    }

    fn example() -> Value {
        json!({ "adjust": -3, "reason": "Broken in the store room", "lowStockThreshold": 10 })
    }
}

impl From<Body> for Wanted {
    fn from(body: Body) -> Self {
        let by = body.adjust.map(Amount::By);
        Self {
            amount: body.on_hand.map(Amount::OnHand).or(by),
            reason: body.reason.map(|reason| reason.trim().to_owned()),
            low_stock_threshold: body.low_stock_threshold,
            buckets: body.buckets,
        }
    }
}

impl Endpoint for UpdateStock {
    const ROW: &'static Route = &routes::INVENTORY_UPDATE;
    const DOC: Doc = Doc {
        summary: "Change the stock of a SKU",
        detail: "Either onHand, as counted, or adjust, by how much and why. A SKU without a record \
                 gets one. With If-Match nothing at all may have changed since, not even a hold; \
                 without it the change is made to whatever is current.",
        problems: &[BELOW_RESERVED],
    };
    type App = Inventory;
    type Caller = Staff;
    type Params = ObjectParams<Sku>;
    type Query = ();
    type Body = Body;
    type Reply = Data<StockView>;

    async fn call(inventory: &Inventory, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let sku = call.params.id.clone();
        if RESERVED.contains(&sku.as_str()) {
            return Err(rows::NOT_FOUND.into());
        }
        let answered = call.answered_by(shown);
        let (by, version) = (call.caller.0.user, call.if_match);
        let wanted = call.body.into();
        let stock = inventory
            .decide(&sku, &wanted, by, version, &answered)
            .await?;
        Ok(shown(&stock))
    }
}
