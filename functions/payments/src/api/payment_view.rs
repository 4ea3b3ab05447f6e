//! A payment as callers see it.

use kernel::{CurrencyCode, Decimal, Money, OrderId, PaymentId, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use crate::payment::{PayBy, Payment, Stage};
use crate::processor::{ClientSecret, Failure};
use crate::refund::Refundable;

/// A payment.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Payment")]
pub struct PaymentView {
    /// Its id.
    id: PaymentId,
    /// The order that it pays.
    order_id: OrderId,
    /// How much: what was captured, or else what is due. Absent until the order has said.
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<Decimal>,
    /// The currency of all amounts.
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<CurrencyCode>,
    /// What it is paid with.
    method: PayBy,
    /// Where it stands.
    status: Status,
    /// What of the amount a card pays.
    #[serde(skip_serializing_if = "Option::is_none")]
    card_amount: Option<Decimal>,
    /// What of the amount the wallet pays.
    #[serde(skip_serializing_if = "Option::is_none")]
    wallet_amount: Option<Decimal>,
    /// What the shopper's browser answers the bank with, while the status is `requires_action`. It is
    /// not kept: a replayed answer is without it, and `GET` has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<String>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<FailureView>,
    /// What of it went back.
    refunded_amount: Decimal,
    /// Rises with every change.
    pub(super) version: u64,
    /// When it began.
    created_at: Timestamp,
    /// When it last changed.
    updated_at: Timestamp,
}

/// Where a payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The shopper must answer their bank.
    RequiresAction,
    /// It is under way; ask again.
    Processing,
    /// The money is captured.
    Succeeded,
    /// Nothing was taken.
    Failed,
}

/// Why a payment failed.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PaymentFailure")]
pub struct FailureView {
    /// A stable word: `card_declined`.
    code: String,
    /// A sentence.
    message: String,
}

impl From<Stage> for Status {
    fn from(stage: Stage) -> Self {
        match stage {
            Stage::AwaitingAction => Self::RequiresAction,
            Stage::Captured => Self::Succeeded,
            Stage::Failed => Self::Failed,
            Stage::Started
            | Stage::Opened
            | Stage::Authorising
            | Stage::Confirmed
            | Stage::Capturing
            | Stage::Unwinding => Self::Processing,
        }
    }
}

impl From<&Failure> for FailureView {
    fn from(failure: &Failure) -> Self {
        Self {
            code: failure.code.clone(),
            message: failure.message.clone(),
        }
    }
}

impl PaymentView {
    /// A payment, and what of it went back. That has a version of its own, so the payment's is that
    /// of both.
    pub(super) fn of(payment: &Payment, refundable: Option<&Refundable>) -> Self {
        let refunded = refundable.map_or(0, |refundable| refundable.returned);
        let refunds = refundable.map_or(0, |refundable| refundable.version.saturating_sub(1));
        let changed_at = refundable.and_then(|refundable| refundable.changed_at);
        let parts = payment.captured.or(payment.due);
        let currency = parts.map(|parts| parts.currency);
        let decimal = |minor| currency.map(|currency| Money::new(minor, currency).amount());
        let total = parts.map(|parts| parts.card.saturating_add(parts.wallet));
        Self {
            id: payment.id,
            order_id: payment.order_id,
            amount: total.and_then(decimal),
            currency,
            method: payment.by,
            status: payment.stage.into(),
            card_amount: parts.and_then(|parts| decimal(parts.card)),
            wallet_amount: parts.and_then(|parts| decimal(parts.wallet)),
            client_secret: None,
            failure: payment
                .failure
                .as_ref()
                .filter(|_| payment.stage == Stage::Failed)
                .map(FailureView::from),
            refunded_amount: Money::new(refunded, currency.unwrap_or(CurrencyCode::USD)).amount(),
            version: payment.version + refunds,
            created_at: payment.created_at,
            updated_at: changed_at.map_or(payment.updated_at, |at| at.max(payment.updated_at)),
        }
    }

    /// With what the shopper's browser needs.
    pub(super) fn with_secret(mut self, secret: Option<&ClientSecret>) -> Self {
        self.client_secret = secret.map(|secret| secret.reveal().to_owned());
        self
    }
}
