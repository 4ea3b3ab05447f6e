//! `POST /api/v1/wallet/deposit`: fills the caller's wallet by card.

use edge::{Call, Created, Doc, Endpoint, JsonBody, Problem, Shopper};
use kernel::{Amount, CurrencyCode, Faults};
use manifest::{Route, routes};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::wallet_transaction::TransactionView;
use crate::Charges;
use crate::deposit::Deposited;

/// Deposits into the caller's wallet.
pub struct Deposit;

/// How much, and from which card.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "Deposit")]
pub struct Body {
    /// Above 0.
    amount: Amount,
    /// The shop's own when absent.
    currency: Option<CurrencyCode>,
    /// A card, by the processor's token.
    #[schemars(length(min = 1, max = 255))]
    payment_method_id: String,
}

impl JsonBody for Body {
    fn check(document: &Value, faults: &mut Faults) {
        super::hold_to_amount(document, faults);
        super::hold_to_token(document, faults);
    }

    fn example() -> Value {
        json!({ "amount": 50.00, "currency": "USD", "paymentMethodId": "pm_card_visa" })
    }
}

impl Endpoint for Deposit {
    const ROW: &'static Route = &routes::WALLET_DEPOSIT;
    const DOC: Doc = Doc {
        summary: "Deposit into your wallet",
        detail: "A card that is declined leaves a transaction whose status is `failed`. One whose bank \
                 asks the user is `requires_action`, and is in the wallet when the bank was answered.",
        problems: &[],
    };
    type App = Charges;
    type Caller = Shopper;
    type Params = ();
    type Query = ();
    type Body = Body;
    type Reply = Created<TransactionView>;

    async fn call(charges: &Charges, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let answered = call.answered_by(|deposited: &Deposited| created(deposited.into()));
        let Shopper(identity) = call.caller;
        let body = call.body;
        let amount = super::amount(&charges.payments, body.amount, body.currency)?;
        let outcome = charges
            .deposit(
                identity.user,
                amount,
                body.payment_method_id,
                &answered,
                call.at,
            )
            .await?;
        let view = TransactionView::from(&outcome.deposited);
        Ok(created(view.with_secret(outcome.client_secret.as_ref())))
    }
}

fn created(view: TransactionView) -> Created<TransactionView> {
    Created::at(routes::WALLET_TRANSACTIONS.path, view)
}
