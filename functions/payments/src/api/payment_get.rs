//! `GET /api/v1/payments/{id}`: a payment.

use edge::{Call, Data, Doc, Endpoint, Guest, ObjectParams, Problem};
use kernel::PaymentId;
use manifest::{Route, routes};

use super::payment_view::PaymentView;
use crate::Charges;
use crate::error::PaymentsError;

/// Shows a payment.
pub struct GetPayment;

impl Endpoint for GetPayment {
    const ROW: &'static Route = &routes::PAYMENTS_GET;
    const DOC: Doc = Doc {
        summary: "Get a payment",
        detail: "It is its payer's: who was signed in, or whoever shows the order's token. Who holds \
                 `payment:read` sees all.",
        problems: &[],
    };
    type App = Charges;
    type Caller = Guest;
    type Params = ObjectParams<PaymentId>;
    type Query = ();
    type Body = ();
    type Reply = Data<PaymentView>;

    async fn call(charges: &Charges, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let payer = super::payer(&call.caller);
        let staff = call.caller.identity.as_ref();
        let sees_all = staff.is_some_and(|identity| identity.can("payment:read"));
        let payments = &charges.payments;
        let payment = payments.known_payment(call.params.id).await?;
        if !sees_all && !payer.is_of(&payment) {
            return Err(PaymentsError::NotFound.into());
        }
        let refundable = payments.refundable(payment.id).await?;
        // Whoever only looks after payments has no use for what finishes one.
        let secret = match payer.is_of(&payment) {
            true => charges.client_secret(&payment).await?,
            false => None,
        };
        let view = PaymentView::of(&payment, refundable.as_ref()).with_secret(secret.as_ref());
        let version = view.version;
        Ok(Data::new(view).version(version))
    }
}
