//! A line of a wallet as callers see it.

use kernel::{CurrencyCode, Timestamp, money::Decimal};
use schemars::JsonSchema;
use serde::Serialize;

use crate::ledger::{Kind, WalletTransaction, WalletTransactionId};

/// What a line is of.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "WalletTransactionType")]
pub(super) enum Type {
    /// A card filled the wallet.
    Deposit,
    /// The user took money out.
    Withdrawal,
    /// The wallet paid for an order.
    Payment,
    /// A payment came to nothing, or needed less.
    PaymentReturned,
    /// What was paid went back.
    Refund,
}

/// How far a line is.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "WalletTransactionStatus")]
pub(super) enum Status {
    /// It has left the wallet, and the bank has yet to send it.
    Pending,
    /// It is done.
    Succeeded,
}

/// A line of a wallet's history.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "WalletTransaction")]
pub struct TransactionView {
    id: WalletTransactionId,
    #[serde(rename = "type")]
    kind: Type,
    status: Status,
    /// What came in; below 0 what went out. The sum of all is the balance.
    amount: Decimal,
    /// What there was of the currency then.
    balance_after: Decimal,
    currency: CurrencyCode,
    /// The id of what caused it: a payment, a refund, a deposit, a withdrawal.
    reference: String,
    created_at: Timestamp,
}

impl From<&WalletTransaction> for TransactionView {
    fn from(line: &WalletTransaction) -> Self {
        let (kind, status) = match line.kind {
            Kind::WalletDeposited => (Type::Deposit, Status::Succeeded),
            Kind::WalletWithdrawn => (Type::Withdrawal, Status::Pending),
            Kind::WalletReleased => (Type::PaymentReturned, Status::Succeeded),
            Kind::PaymentRefunded => (Type::Refund, Status::Succeeded),
            // The other kinds do not touch a wallet.
            Kind::WalletHeld
            | Kind::PaymentCaptured
            | Kind::CardAuthorised
            | Kind::AuthorisationReleased
            | Kind::RefundReturned
            | Kind::FeeCharged
            | Kind::PaymentDisputed
            | Kind::DisputeWon => (Type::Payment, Status::Succeeded),
        };
        Self {
            id: line.id,
            kind,
            status,
            amount: line.amount.amount(),
            balance_after: line.balance_after.amount(),
            currency: line.amount.currency,
            reference: line.cause.clone(),
            created_at: line.at,
        }
    }
}
