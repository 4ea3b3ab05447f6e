//! `POST /api/v1/payments/{id}/refund`: gives a payment back, or a part of it.

use edge::{Call, Created, Doc, Endpoint, JsonBody, ObjectParams, Problem, Staff};
use kernel::{
    Amount, CancellationId, CurrencyCode, Decimal, LineId, Money, OrderId, PaymentId, RefundId,
    Timestamp,
};
use manifest::{Route, routes};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::Charges;
use crate::error::{PAYMENT_NOT_CAPTURED, REFUND_EXCEEDS_PAYMENT};
use crate::refund::{Part, Refund, RefundState, RefundWish, Share};
use crate::refunding::Run;

/// Refunds a payment.
pub struct RefundPayment;

/// How much, and why.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "NewRefund")]
pub struct Body {
    /// All that is left when absent. Above 0.
    amount: Option<Amount>,
    /// For whoever reads the refund later.
    #[schemars(length(min = 1, max = 500))]
    reason: Option<String>,
}

impl JsonBody for Body {
    fn example() -> Value {
        json!({ "amount": 12.50, "reason": "A scratch on the base" })
    }
}

/// A refund.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Refund")]
pub struct RefundView {
    id: RefundId,
    payment_id: PaymentId,
    order_id: OrderId,
    /// The cancellation that it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    cancellation_id: Option<CancellationId>,
    /// `pending` until the card's bank has answered.
    status: RefundState,
    amount: Decimal,
    currency: CurrencyCode,
    /// What of it goes back to the card.
    card_amount: Decimal,
    /// What of it goes back to the wallet.
    wallet_amount: Decimal,
    /// What of it is for which part of the order.
    parts: Vec<PartView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// Why it failed: a stable word.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

/// A part of an order, and what of a refund is for it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "RefundPart")]
pub struct PartView {
    #[serde(rename = "type")]
    kind: PartType,
    /// The line, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    line_id: Option<LineId>,
    amount: Decimal,
}

/// What kind of part it is.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "RefundPartType")]
pub enum PartType {
    /// A line.
    Line,
    /// The tax.
    Tax,
    /// What sending it cost.
    Shipping,
}

impl From<&Refund> for RefundView {
    fn from(refund: &Refund) -> Self {
        let currency = refund.amount.currency;
        let decimal = |minor| Money::new(minor, currency).amount();
        let part = |share: &Share| PartView {
            kind: match share.part {
                Part::Line(_) => PartType::Line,
                Part::Tax => PartType::Tax,
                Part::Shipping => PartType::Shipping,
            },
            line_id: match share.part {
                Part::Line(line) => Some(line),
                Part::Tax | Part::Shipping => None,
            },
            amount: decimal(share.amount),
        };
        Self {
            id: refund.id,
            payment_id: refund.payment_id,
            order_id: refund.order_id,
            cancellation_id: refund.cancellation_id,
            status: refund.state,
            amount: decimal(refund.amount.card.saturating_add(refund.amount.wallet)),
            currency,
            card_amount: decimal(refund.amount.card),
            wallet_amount: decimal(refund.amount.wallet),
            parts: refund.shares.iter().map(part).collect(),
            reason: refund.reason.clone(),
            failure: refund.failure.clone(),
            created_at: refund.created_at,
            updated_at: refund.updated_at,
        }
    }
}

impl Endpoint for RefundPayment {
    const ROW: &'static Route = &routes::PAYMENTS_REFUND;
    const DOC: Doc = Doc {
        summary: "Refund a payment",
        detail: "As often as something is left. What was paid by card goes back to the card first, the \
                 rest to the wallet. A refund is laid over what is left of lines, tax and shipping in \
                 proportion.",
        problems: &[REFUND_EXCEEDS_PAYMENT, PAYMENT_NOT_CAPTURED],
    };
    type App = Charges;
    type Caller = Staff;
    type Params = ObjectParams<PaymentId>;
    type Query = ();
    type Body = Body;
    type Reply = Created<RefundView>;

    async fn call(charges: &Charges, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let answered = call.answered_by(created);
        let payment = call.params.id;
        let amount = match call.body.amount {
            None => None,
            Some(amount) => Some(charges.payments.amount_of(payment, amount).await?),
        };
        let wish = RefundWish {
            id: RefundId::derive(&call.operation.id.to_string(), "refund"),
            amount,
            at_most: false,
            lines: Vec::new(),
            cancellation_id: None,
            reason: call.body.reason,
        };
        let run = Run {
            at: call.at,
            answered: Some(&answered),
            traceparent: Some(call.trace.traceparent()),
        };
        let refund = charges.refund(payment, &wish, run).await?;
        Ok(created(&refund))
    }
}

fn created(refund: &Refund) -> Created<RefundView> {
    let payment = routes::PAYMENTS_GET.with(refund.payment_id);
    Created::at(payment, RefundView::from(refund))
}
