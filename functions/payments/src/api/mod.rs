//! The HTTP endpoints, one file each.

mod differences;
mod method_view;
mod methods_create;
mod methods_delete;
mod methods_list;
mod payment_capture;
mod payment_create;
mod payment_get;
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
pub use payment_create::PayOrder;
pub use payment_get::GetPayment;
pub use payment_refund::RefundPayment;
pub use payment_void::VoidPayment;
pub use trial_balance::GetTrialBalance;
pub use wallet_deposit::Deposit;
pub use wallet_get::GetWallet;
pub(crate) use wallet_transaction::TransactionView;
pub use wallet_transactions::ListWalletTransactions;
pub use wallet_withdraw::Withdraw;
pub use webhook::ReceiveWebhook;

use edge::Guest;
use kernel::{Amount, CurrencyCode, Faults, Money};
use serde_json::Value;

use crate::Payments;
use crate::error::PaymentsError;
use crate::order_book::Payer;
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

/// Holds `amount` to be above nought, and to the decimals of a currency that is named.
fn hold_to_amount(document: &Value, faults: &mut Faults) {
    let place = "/amount";
    let amount = match &document["amount"] {
        Value::Number(number) => Amount::from_json_number(&number.to_string()),
        Value::String(text) => Amount::parse(text),
        _ => return,
    };
    let Some(amount) = amount.ok().filter(|_| !faults.has(place)) else {
        return;
    };
    if amount.is_zero() {
        faults.add(place, "must be above 0");
    }
    let currency = document["currency"].as_str();
    if let Some(Ok(currency)) = currency.map(CurrencyCode::parse)
        && let Err(broken) = amount.in_currency(currency)
    {
        faults.add(place, broken);
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

/// Who pays, of somebody who is signed in, shows an order's token, or both.
fn payer(guest: &Guest) -> Payer {
    Payer {
        user: guest.identity.as_ref().map(|identity| identity.user),
        guest: guest.order_token.as_ref().map(kernel::OrderToken::hash),
    }
}
