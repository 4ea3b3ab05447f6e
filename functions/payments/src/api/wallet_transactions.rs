//! `GET /api/v1/wallet/transactions`: how the caller's wallet came to what it is.

use edge::{Call, Doc, Endpoint, List, Problem, QueryParams, Shopper};
use kernel::{Cursor, Limit};
use manifest::{Route, routes};
use schemars::JsonSchema;
use serde::Deserialize;

use super::wallet_transaction::TransactionView;
use crate::Payments;

/// Lists the lines of the caller's wallet.
pub struct ListWalletTransactions;

/// Which page.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Asked {
    limit: Option<Limit>,
    /// Where the page starts: `nextCursor` of the page before.
    cursor: Option<Cursor>,
}

impl QueryParams for Asked {}

impl Endpoint for ListWalletTransactions {
    const ROW: &'static Route = &routes::WALLET_TRANSACTIONS;
    const DOC: Doc = Doc {
        summary: "List your wallet's transactions",
        detail: "Those of all currencies, the latest first.",
        problems: &[],
    };
    type App = Payments;
    type Caller = Shopper;
    type Params = ();
    type Query = Asked;
    type Body = ();
    type Reply = List<TransactionView>;

    async fn call(payments: &Payments, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let Shopper(identity) = call.caller;
        let limit = call.query.limit.unwrap_or_default();
        let page = payments
            .wallet_transactions(identity.user, call.query.cursor.as_ref(), limit)
            .await?;
        let lines = page.items.iter().map(TransactionView::from).collect();
        Ok(List::new(lines, limit.get().into(), page.next))
    }
}
