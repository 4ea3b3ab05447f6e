//! `POST /api/v1/payments/{id}/capture`: takes what a payment holds.

use edge::{Call, Data, Doc, Endpoint, JsonBody, ObjectParams, Problem, Staff};
use kernel::{Amount, PaymentId};
use manifest::{Route, routes};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::payment_view::PaymentView;
use crate::Checkout;
use crate::error::PAYMENT_NOT_CAPTURABLE;
use crate::payment::Payment;

/// Captures a payment.
pub struct CapturePayment;

/// How much.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "Capture")]
pub struct Body {
    /// All that is held when absent. What is not captured is let go.
    amount: Option<Amount>,
}

impl JsonBody for Body {
    fn example() -> Value {
        json!({ "amount": 20.00 })
    }
}

impl Endpoint for CapturePayment {
    const ROW: &'static Route = &routes::PAYMENTS_CAPTURE;
    const DOC: Doc = Doc {
        summary: "Capture a payment",
        detail: "Where the stage captures by hand, a payment holds its money until it is captured or \
                 voided, for six days at most. It is captured once, in whole or in part.",
        problems: &[PAYMENT_NOT_CAPTURABLE],
    };
    type App = Checkout;
    type Caller = Staff;
    type Params = ObjectParams<PaymentId>;
    type Query = ();
    type Body = Body;
    type Reply = Data<PaymentView>;

    async fn call(checkout: &Checkout, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let answered = call.answered_by(shown);
        let (id, amount) = (call.params.id, call.body.amount);
        let payment = checkout
            .charges
            .capture(&checkout.orders, id, amount, &answered, call.at)
            .await?;
        Ok(shown(&payment))
    }
}

/// 200 with a payment of which nothing went back.
pub(super) fn shown(payment: &Payment) -> Data<PaymentView> {
    Data::new(PaymentView::of(payment, None)).version(payment.version)
}
