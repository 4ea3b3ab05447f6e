//! What the payments service tells.

use kernel::{CancellationId, Money, OrderId, PaymentId, RefundId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Event;

/// The money of a payment is ours. Its order is paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PaymentCaptured {
    /// The payment.
    pub payment_id: PaymentId,
    /// What it pays.
    pub order_id: OrderId,
    /// What was captured.
    pub amount: Money,
}

/// A payment came to nothing, and nothing of it was kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PaymentFailed {
    /// The payment.
    pub payment_id: PaymentId,
    /// What it was to pay.
    pub order_id: OrderId,
    /// Why, as a stable word: `card_declined`.
    pub code: String,
}

/// Money of a payment went back to where it came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PaymentRefunded {
    /// The payment.
    pub payment_id: PaymentId,
    /// What it paid.
    pub order_id: OrderId,
    /// The refund.
    pub refund_id: RefundId,
    /// The cancellation that it answers, where it answers one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancellation_id: Option<CancellationId>,
    /// What went back now.
    pub amount: Money,
    /// What has gone back so far, with this.
    pub refunded: Money,
    /// What was captured.
    pub captured: Money,
}

impl Event for PaymentCaptured {
    const TYPE: &'static str = "payments.payment-captured.v1";
}

impl Event for PaymentFailed {
    const TYPE: &'static str = "payments.payment-failed.v1";
}

impl Event for PaymentRefunded {
    const TYPE: &'static str = "payments.payment-refunded.v1";
}
