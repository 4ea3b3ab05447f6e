//! `POST /api/v1/payments/{id}/void`: lets go of what a payment holds.

use edge::{Call, Data, Doc, Endpoint, ObjectParams, Problem, Staff};
use kernel::PaymentId;
use manifest::{Route, routes};

use super::payment_capture::shown;
use super::payment_view::PaymentView;
use crate::Checkout;
use crate::error::PAYMENT_NOT_VOIDABLE;

/// Voids a payment.
pub struct VoidPayment;

impl Endpoint for VoidPayment {
    const ROW: &'static Route = &routes::PAYMENTS_VOID;
    const DOC: Doc = Doc {
        summary: "Void a payment",
        detail: "What is held of the card and of the wallet is let go, and the order may be paid \
                 otherwise. What was captured is refunded instead.",
        problems: &[PAYMENT_NOT_VOIDABLE],
    };
    type App = Checkout;
    type Caller = Staff;
    type Params = ObjectParams<PaymentId>;
    type Query = ();
    type Body = ();
    type Reply = Data<PaymentView>;

    async fn call(checkout: &Checkout, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let answered = call.answered_by(shown);
        let payment = checkout
            .charges
            .void(&checkout.orders, call.params.id, &answered, call.at)
            .await?;
        Ok(shown(&payment))
    }
}
