//! Payments: cards, wallets, refunds, and the ledger of all of it.
//!
//! - [`ledger`] holds the rules of bookkeeping, without I/O.
//! - [`store`] is the table.
//! - `wallet` and `trial_balance` are the use cases.
//! - [`api`] is what is deployed; [`functions`] lists it.

pub mod api;
mod charges;
mod checkout;
pub mod deposit;
mod depositing;
pub mod error;
pub mod ledger;
mod methods;
pub mod on;
pub mod order_book;
mod pay;
pub mod payment;
mod personal;
pub mod processor;
pub mod reconciliation;
mod reconciling;
pub mod refund;
mod refunding;
mod retry;
mod settle;
pub mod store;
#[cfg(test)]
mod testing;
mod trial_balance;
mod wallet;
pub mod webhook;

use aws::{Aws, StartError, Table};
use kernel::CurrencyCode;
use manifest::resources;

use crate::store::Store;

pub use charges::{Capturing, Charges};
pub use checkout::Checkout;
pub use refunding::Run;
pub use webhook::Webhooks;

/// The service: its table. It is without the processor, so that functions which never talk to it
/// are without its client.
#[derive(Debug)]
pub struct Payments {
    store: Store,
    /// The currency of amounts that name none.
    currency: CurrencyCode,
}

impl edge::App for Payments {
    async fn start(aws: &Aws) -> Result<Self, StartError> {
        let currency = match aws.environment().optional("DEFAULT_CURRENCY") {
            None => CurrencyCode::USD,
            Some(code) => CurrencyCode::parse(&code)
                .map_err(|invalid| StartError::malformed("DEFAULT_CURRENCY", invalid.rule()))?,
        };
        let table = aws.table(&resources::PAYMENTS)?;
        // A function starts without its table too, and answers 503 until it is back.
        let _ = table.warm().await;
        Ok(Self {
            store: Store::new(table),
            currency,
        })
    }

    fn table(&self) -> Option<&Table> {
        Some(self.store.table())
    }
}

/// What the service deploys.
pub fn functions() -> Vec<edge::Function> {
    vec![
        edge::endpoint::<api::GetWallet>(),
        edge::endpoint::<api::Deposit>(),
        edge::endpoint::<api::Withdraw>(),
        edge::endpoint::<api::ListWalletTransactions>(),
        edge::endpoint::<api::GetTrialBalance>(),
        edge::endpoint::<api::ListDifferences>(),
        edge::endpoint::<api::PayOrder>(),
        edge::endpoint::<api::GetPayment>(),
        edge::endpoint::<api::CapturePayment>(),
        edge::endpoint::<api::VoidPayment>(),
        edge::endpoint::<api::RefundPayment>(),
        edge::endpoint::<api::ListMethods>(),
        edge::endpoint::<api::SaveMethod>(),
        edge::endpoint::<api::ForgetMethod>(),
        edge::endpoint::<api::ReceiveWebhook>(),
        edge::worker::<on::WorkOffWebhook>(),
        edge::consumer::<on::OrderCancelled>(),
        edge::consumer::<on::UserErased>(),
        edge::clockwork::<on::Reconcile>(),
        edge::clockwork::<on::ResumePayments>(),
    ]
}
