//! A line of a wallet as callers see it.

use kernel::{CurrencyCode, Decimal, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use super::payment_view::FailureView;
use crate::deposit::{Deposit, DepositStage, Deposited};
use crate::ledger::{Entry, Kind, WalletTransaction, WalletTransactionId};
use crate::processor::ClientSecret;

/// What a line is of.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "WalletTransactionType")]
pub enum Type {
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

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "WalletTransactionStatus")]
pub enum Status {
    /// It has left the wallet, and the bank has yet to send it.
    Pending,
    /// The user must answer their bank.
    RequiresAction,
    /// The bank has not answered yet.
    Processing,
    /// It is done.
    Succeeded,
    /// Nothing was taken.
    Failed,
}

/// A line of a wallet's history, or a deposit that may become one.
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
    /// What there was of the currency then. A deposit that is not in the wallet has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    balance_after: Option<Decimal>,
    currency: CurrencyCode,
    /// The id of what caused it: a payment, a refund, a deposit, a withdrawal.
    reference: String,
    /// What the user's browser answers the bank with, while the status is `requires_action`. It is
    /// not kept: a replayed answer is without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<String>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<FailureView>,
    created_at: Timestamp,
}

impl From<&WalletTransaction> for TransactionView {
    fn from(line: &WalletTransaction) -> Self {
        let (kind, status) = match line.kind {
            Kind::WalletDeposited => (Type::Deposit, Status::Succeeded),
            Kind::WalletWithdrawn => (Type::Withdrawal, Status::Pending),
            Kind::WalletReleased => (Type::PaymentReturned, Status::Succeeded),
            Kind::PaymentRefunded => (Type::Refund, Status::Succeeded),
            // All but the first of these do not touch a wallet.
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
            balance_after: Some(line.balance_after.amount()),
            currency: line.amount.currency,
            reference: line.cause.clone(),
            client_secret: None,
            failure: None,
            created_at: line.at,
        }
    }
}

impl From<&Deposited> for TransactionView {
    fn from(deposited: &Deposited) -> Self {
        match &deposited.line {
            Some(line) => Self::from(line),
            None => Self::from(&deposited.deposit),
        }
    }
}

/// A deposit that has made no line. The line will have the same id.
impl From<&Deposit> for TransactionView {
    fn from(deposit: &Deposit) -> Self {
        let entry = Entry::id_of(Kind::WalletDeposited, deposit.id);
        Self {
            id: WalletTransactionId::from_uuid(entry.uuid()),
            kind: Type::Deposit,
            status: match deposit.stage {
                DepositStage::Started | DepositStage::Charging => Status::Processing,
                DepositStage::AwaitingAction => Status::RequiresAction,
                DepositStage::Succeeded => Status::Succeeded,
                DepositStage::Failed => Status::Failed,
            },
            amount: deposit.amount.amount(),
            balance_after: None,
            currency: deposit.amount.currency,
            reference: deposit.id.to_string(),
            client_secret: None,
            failure: deposit.failure.as_ref().map(FailureView::from),
            created_at: deposit.created_at,
        }
    }
}

impl TransactionView {
    /// With what the user's browser needs.
    pub(super) fn with_secret(mut self, secret: Option<&ClientSecret>) -> Self {
        if self.status == Status::RequiresAction {
            self.client_secret = secret.map(|secret| secret.reveal().to_owned());
        }
        self
    }
}
