//! `PUT /api/v1/orders/{id}/status`: moves an order on.

use edge::{Call, Data, Doc, Endpoint, JsonBody, ObjectParams, Problem, Staff};
use kernel::{Faults, OrderId};
use manifest::{Route, routes};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::orders_cancel::check_reason;
use super::shown;
use crate::change::Move;
use crate::error::ILLEGAL_TRANSITION;
use crate::wire::OrderView;
use crate::{Orders, Progress};

/// Moves an order on.
pub struct SetOrderStatus;

/// Where it is to go.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "NewOrderStatus")]
pub struct Body {
    /// Where to. What follows from money and time comes by itself.
    status: Target,
    /// What there is to say of it.
    #[serde(default)]
    #[schemars(length(max = 500))]
    reason: Option<String>,
}

/// Where staff may move an order.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "OrderMove", inline)]
enum Target {
    /// It is being packed.
    Processing,
    /// It is on its way.
    Shipped,
    /// It has arrived.
    Delivered,
    /// It came back.
    Returned,
}

impl From<Target> for Move {
    fn from(target: Target) -> Self {
        match target {
            Target::Processing => Self::Processing,
            Target::Shipped => Self::Shipped,
            Target::Delivered => Self::Delivered,
            Target::Returned => Self::Returned,
        }
    }
}

impl JsonBody for Body {
    fn check(document: &Value, faults: &mut Faults) {
        check_reason(document, faults);
    }

    fn example() -> Value {
        json!({ "status": "processing" })
    }
}

impl Endpoint for SetOrderStatus {
    const ROW: &'static Route = &routes::ORDERS_SET_STATUS;
    const DOC: Doc = Doc {
        summary: "Move an order on",
        detail: "From paid to processing, shipped and delivered, and from there to returned, one \
                 step at a time. `allowed` of a refusal lists every status that the order can have \
                 next, those included that come by payment, cancellation and time. With If-Match it \
                 is moved from that version or not at all.",
        problems: &[ILLEGAL_TRANSITION],
    };
    type App = Orders;
    type Caller = Staff;
    type Params = ObjectParams<OrderId>;
    type Query = ();
    type Body = Body;
    type Reply = Data<OrderView>;

    async fn call(orders: &Orders, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let answered = call.answered_by(shown);
        let Staff(identity) = &call.caller;
        let asked = Progress {
            to: call.body.status.into(),
            reason: call.body.reason,
            version: call.if_match,
        };
        let traceparent = call.trace.traceparent();
        let (id, staff) = (call.params.id, identity.user);
        let order = orders
            .progress(id, staff, &asked, &answered, call.at, Some(&traceparent))
            .await?;
        Ok(shown(&order))
    }
}
