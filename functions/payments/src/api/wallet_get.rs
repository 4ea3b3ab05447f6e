//! `GET /api/v1/wallet`: what the caller has with the shop.

use edge::{Call, Data, Doc, Endpoint, Problem, QueryParams, Shopper};
use kernel::{CurrencyCode, money::Decimal};
use manifest::{Route, routes};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Payments;

/// Gets the caller's wallet.
pub struct GetWallet;

/// Which of the caller's balances.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Asked {
    /// The currency; the shop's own when absent.
    currency: Option<CurrencyCode>,
}

impl QueryParams for Asked {}

/// What the caller has in a currency.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Wallet")]
pub struct Shown {
    balance: Decimal,
    currency: CurrencyCode,
    version: u64,
}

impl Endpoint for GetWallet {
    const ROW: &'static Route = &routes::WALLET_GET;
    const DOC: Doc = Doc {
        summary: "Get your wallet",
        detail: "What you have in the shop's currency, or in the one that `currency` names.",
        problems: &[],
    };
    type App = Payments;
    type Caller = Shopper;
    type Params = ();
    type Query = Asked;
    type Body = ();
    type Reply = Data<Shown>;

    async fn call(payments: &Payments, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let Shopper(identity) = call.caller;
        let wallet = payments.wallet(identity.user, call.query.currency).await?;
        Ok(Data::new(Shown {
            balance: wallet.amount.amount(),
            currency: wallet.amount.currency,
            version: wallet.version,
        })
        .version(wallet.version))
    }
}
