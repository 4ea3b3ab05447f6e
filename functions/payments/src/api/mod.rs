//! The HTTP endpoints, one file each.

mod differences;
mod method_view;
mod methods_create;
mod methods_delete;
mod methods_list;
mod payment_capture;
mod payment_refund;
mod payment_view;
mod payment_void;
mod trial_balance;
mod wallet_deposit;
mod wallet_get;
mod wallet_transaction;
mod wallet_transactions;
mod wallet_withdraw;
mod webhook;

pub use differences::ListDifferences;
pub use methods_create::SaveMethod;
pub use methods_delete::ForgetMethod;
pub use methods_list::ListMethods;
pub use payment_capture::CapturePayment;
pub use payment_refund::RefundPayment;
pub use payment_void::VoidPayment;
pub use trial_balance::GetTrialBalance;
pub use wallet_deposit::Deposit;
pub use wallet_get::GetWallet;
pub use wallet_transactions::ListWalletTransactions;
pub use wallet_withdraw::Withdraw;
pub use webhook::ReceiveWebhook;

use kernel::{Amount, CurrencyCode, Faults, Money};
use serde_json::Value;

use crate::Payments;
use crate::error::PaymentsError;
use crate::processor::is_token;

/// Holds `paymentMethodId` to be a token, where the schema has found it to be a text.
fn hold_to_token(document: &Value, faults: &mut Faults) {
    let place = "/paymentMethodId";
    if let Some(text) = document["paymentMethodId"].as_str()
        && !faults.has(place)
        && !is_token(text)
    {
        faults.add(
            place,
            "must be the processor's token of a card, such as pm_card_visa",
        );
    }
}

/// An amount that was asked for in a currency, above nought.
fn amount(
    payments: &Payments,
    amount: Amount,
    currency: Option<CurrencyCode>,
) -> Result<Money, PaymentsError> {
    let money = amount
        .in_currency(payments.currency(currency))
        .map_err(|broken| PaymentsError::invalid("/amount", broken))?;
    if money.is_zero() {
        return Err(PaymentsError::invalid("/amount", "must be above 0"));
    }
    Ok(money)
}
