//! `POST /api/v1/orders/{id}/cancel`: calls off an order, or a part of it.

use edge::{Call, Data, Doc, Endpoint, JsonBody, ObjectParams, Problem, Shopper};
use kernel::{Faults, LineId, OrderId, Quantity, words};
use manifest::{Route, routes};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::shown;
use crate::cancellation::Unwanted;
use crate::error::{ILLEGAL_TRANSITION, PAYMENT_IN_PROGRESS, TOO_MANY_CANCELLATIONS};
use crate::person::Person;
use crate::wire::OrderView;
use crate::{Orders, Withdrawal};

/// Calls off an order.
pub struct CancelOrder;

/// What is to be called off.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "NewCancellation")]
pub struct Body {
    /// Why.
    #[serde(default)]
    #[schemars(length(max = 500))]
    reason: Option<String>,
    /// So many of these lines; without, all that is left of the order.
    #[serde(default)]
    #[schemars(length(min = 1, max = 40))]
    items: Option<Vec<Item>>,
}

/// How many of a line are to be called off.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "NewCancelledLine")]
struct Item {
    /// The line of the order.
    id: LineId,
    /// How many of it.
    quantity: Quantity,
}

impl JsonBody for Body {
    const OPTIONAL: bool = true;

    fn check(document: &Value, faults: &mut Faults) {
        check_reason(document, faults);
    }

    fn example() -> Value {
        json!({ "reason": "Ordered by mistake" })
    }
}

/// Holds a reason to what may stand in prose.
pub(super) fn check_reason(document: &Value, faults: &mut Faults) {
    let reason = document["reason"].as_str();
    if let Some(rule) = reason.and_then(words::broken_prose)
        && !faults.has("/reason")
    {
        faults.add("/reason", rule);
    }
}

impl Endpoint for CancelOrder {
    const ROW: &'static Route = &routes::ORDERS_CANCEL;
    const DOC: Doc = Doc {
        summary: "Cancel an order",
        detail: "Your own, or any with the permission order:update, as a whole or so many of some \
                 lines, before it is shipped. Its stock is free again soon after; of what was paid, \
                 prices, tax and discount of what was cancelled are due back, and shipping where \
                 nothing is left to be sent. While it is being paid it cannot be cancelled.",
        problems: &[
            ILLEGAL_TRANSITION,
            PAYMENT_IN_PROGRESS,
            TOO_MANY_CANCELLATIONS,
        ],
    };
    type App = Orders;
    type Caller = Shopper;
    type Params = ObjectParams<OrderId>;
    type Query = ();
    type Body = Body;
    type Reply = Data<OrderView>;

    async fn call(orders: &Orders, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let answered = call.answered_by(shown);
        let Shopper(identity) = &call.caller;
        let person = if identity.can("order:update") {
            Person::Staff(identity.user)
        } else {
            Person::User(identity.user)
        };
        let items = call.body.items.map(|items| {
            let item = |item: Item| Unwanted {
                id: item.id,
                quantity: item.quantity,
            };
            items.into_iter().map(item).collect()
        });
        let asked = Withdrawal {
            items,
            reason: call.body.reason,
            version: call.if_match,
        };
        let traceparent = call.trace.traceparent();
        let id = call.params.id;
        let order = orders
            .cancel(id, &person, &asked, &answered, call.at, Some(&traceparent))
            .await?;
        Ok(shown(&order))
    }
}
