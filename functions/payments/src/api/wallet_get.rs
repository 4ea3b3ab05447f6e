//! `GET /api/v1/wallet`: what the caller has with the shop.

use edge::{Call, Data, Doc, Endpoint, Problem, QueryParams, Shopper};
use kernel::{CurrencyCode, Money, money::Decimal};
use manifest::{Route, routes};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Payments;

/// Gets the caller's wallet.
pub struct GetWallet;

/// Which of the caller's balances comes first.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Asked {
    /// The currency of `balance`; the shop's own when absent.
    currency: Option<CurrencyCode>,
}

impl QueryParams for Asked {}

/// What the caller has.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Wallet")]
pub struct Shown {
    balance: Decimal,
    currency: CurrencyCode,
    /// What there is of each currency that was ever in the wallet.
    balances: Vec<Balance>,
    /// Rises by one with every transaction.
    version: u64,
}

/// What the caller has of a currency.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "WalletBalance")]
pub struct Balance {
    balance: Decimal,
    currency: CurrencyCode,
}

impl Endpoint for GetWallet {
    const ROW: &'static Route = &routes::WALLET_GET;
    const DOC: Doc = Doc {
        summary: "Get your wallet",
        detail: "What you have in the shop's currency, or in the one that `currency` names, and all \
                 balances.",
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
        let wallet = payments.wallet(identity.user).await?;
        let currency = payments.currency(call.query.currency);
        let balances = wallet.balances.iter().map(|(currency, minor)| Balance {
            balance: Money::new(*minor, *currency).amount(),
            currency: *currency,
        });
        let shown = Shown {
            balance: wallet.balance(currency).amount(),
            currency,
            balances: balances.collect(),
            version: wallet.version,
        };
        Ok(Data::new(shown).version(wallet.version))
    }
}
