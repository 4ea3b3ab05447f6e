//! `POST /api/v1/wallet/withdraw`: takes money out of the caller's wallet.

use edge::{Call, Created, Doc, Endpoint, JsonBody, Problem, Shopper};
use kernel::{Amount, CurrencyCode, Faults};
use manifest::{Route, routes};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::wallet_transaction::TransactionView;
use crate::Payments;
use crate::error::INSUFFICIENT_FUNDS;
use crate::ledger::WalletTransaction;

/// Withdraws from the caller's wallet.
pub struct Withdraw;

/// How much.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "Withdrawal")]
pub struct Body {
    /// Above 0.
    amount: Amount,
    /// The shop's own when absent.
    currency: Option<CurrencyCode>,
}

impl JsonBody for Body {
    fn check(document: &Value, faults: &mut Faults) {
        super::hold_to_amount(document, faults);
    }

    fn example() -> Value {
        json!({ "amount": 20.00, "currency": "USD" })
    }
}

impl Endpoint for Withdraw {
    const ROW: &'static Route = &routes::WALLET_WITHDRAW;
    const DOC: Doc = Doc {
        summary: "Withdraw from your wallet",
        detail: "The amount leaves the wallet at once and is pending until the bank has sent it.",
        problems: &[INSUFFICIENT_FUNDS],
    };
    type App = Payments;
    type Caller = Shopper;
    type Params = ();
    type Query = ();
    type Body = Body;
    type Reply = Created<TransactionView>;

    async fn call(payments: &Payments, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let answered = call.answered_by(created);
        let Shopper(identity) = call.caller;
        let amount = super::amount(payments, call.body.amount, call.body.currency)?;
        let line = payments
            .withdraw(identity.user, amount, &answered, call.at)
            .await?;
        Ok(created(&line))
    }
}

fn created(line: &WalletTransaction) -> Created<TransactionView> {
    Created::at(
        routes::WALLET_TRANSACTIONS.path,
        TransactionView::from(line),
    )
}
