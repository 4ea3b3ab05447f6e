//! `GET /api/v1/payments/ledger/trial-balance`: what every account holds.

use edge::{Call, Doc, Endpoint, List, Problem, Staff};
use kernel::{CurrencyCode, Money, MoneyError, money::Decimal};
use manifest::{Route, routes};
use schemars::JsonSchema;
use serde::Serialize;

use crate::Payments;
use crate::error::PaymentsError;
use crate::ledger::{Books, Sums};

/// Gets the trial balance.
pub struct GetTrialBalance;

/// The books of a currency.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "TrialBalance")]
pub struct CurrencyBooks {
    currency: CurrencyCode,
    debits: Decimal,
    credits: Decimal,
    /// Debits less credits: always 0.
    difference: Decimal,
    accounts: Vec<AccountSums>,
}

/// An account of the currency.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccountSums {
    account: &'static str,
    debits: Decimal,
    credits: Decimal,
    /// Debits less credits: below 0 for what the shop owes and has earned.
    balance: Decimal,
}

impl Endpoint for GetTrialBalance {
    const ROW: &'static Route = &routes::PAYMENTS_TRIAL_BALANCE;
    const DOC: Doc = Doc {
        summary: "Get the trial balance",
        detail: "Every currency with what its accounts hold. Wallets are one account here. `authorised` \
                 and `promises` stand beside the books: nothing has moved for them yet.",
        problems: &[],
    };
    type App = Payments;
    type Caller = Staff;
    type Params = ();
    type Query = ();
    type Body = ();
    type Reply = List<CurrencyBooks>;

    async fn call(payments: &Payments, _: Call<Self>) -> Result<Self::Reply, Problem> {
        let books = payments.trial_balance().await?;
        let shown = books
            .accounts
            .keys()
            .map(|currency| shown(&books, *currency))
            .collect::<Result<_, _>>()
            .map_err(PaymentsError::from)?;
        Ok(List::whole(shown))
    }
}

fn shown(books: &Books, currency: CurrencyCode) -> Result<CurrencyBooks, MoneyError> {
    let decimal = |minor: i128| {
        let minor = i64::try_from(minor).map_err(|_| MoneyError::Overflow)?;
        Ok(Money::new(minor, currency).amount())
    };
    let account = |(name, sums): (&&'static str, &Sums)| {
        Ok(AccountSums {
            account: name,
            debits: decimal(sums.debits)?,
            credits: decimal(sums.credits)?,
            balance: decimal(sums.difference())?,
        })
    };
    let total = books.total(currency);
    let accounts = books.accounts.get(&currency).into_iter().flatten();
    Ok(CurrencyBooks {
        currency,
        debits: decimal(total.debits)?,
        credits: decimal(total.credits)?,
        difference: decimal(total.difference())?,
        accounts: accounts.map(account).collect::<Result<_, MoneyError>>()?,
    })
}
