//! `GET /api/v1/orders`: a page of orders.

use edge::{Call, Doc, Endpoint, List, Problem, QueryParams, Shopper, rows};
use kernel::{Cursor, Limit, Timestamp, UserId};
use manifest::{Route, routes};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::order::OrderStatus;
use crate::wire::OrderView;
use crate::{OrderQuery, Orders};

/// Lists orders.
pub struct ListOrders;

/// What is asked for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Query {
    /// Orders of this status.
    status: Option<OrderStatus>,
    /// Orders of this user; others than your own are for staff.
    user_id: Option<UserId>,
    /// Orders that were placed then or later.
    from: Option<Timestamp>,
    /// Orders that were placed before.
    to: Option<Timestamp>,
    /// How many at most.
    limit: Option<Limit>,
    /// Where the page starts: `nextCursor` of the page before.
    cursor: Option<Cursor>,
}

impl QueryParams for Query {}

impl Endpoint for ListOrders {
    const ROW: &'static Route = &routes::ORDERS_LIST;
    const DOC: Doc = Doc {
        summary: "List orders",
        detail: "The newest first: your own, or with the permission order:* those of everybody. A \
                 page may be short while nextCursor leads on.",
        problems: &[rows::FORBIDDEN],
    };
    type App = Orders;
    type Caller = Shopper;
    type Params = ();
    type Query = Query;
    type Body = ();
    type Reply = List<OrderView>;

    async fn call(orders: &Orders, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let Shopper(identity) = call.caller;
        let query = call.query;
        let user = match (identity.can("order:*"), query.user_id) {
            (true, user) => user,
            (false, None) => Some(identity.user),
            (false, Some(user)) if user == identity.user => Some(user),
            (false, Some(_)) => {
                let detail = "The permission order:* is needed.";
                return Err(Problem::new(rows::FORBIDDEN).detail(detail));
            }
        };
        let asked = OrderQuery {
            user,
            status: query.status,
            from: query.from,
            to: query.to,
            limit: query.limit.unwrap_or_default(),
            cursor: query.cursor,
        };
        let page = orders.list(&asked).await?;
        let items = page.items.iter().map(OrderView::from).collect();
        Ok(List::new(items, asked.limit.get().into(), page.next))
    }
}
