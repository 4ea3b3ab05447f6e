//! `POST /api/v1/payments`: pays an order.

use edge::{Call, Created, Doc, Endpoint, Guest, JsonBody, Problem, rows};
use kernel::{Amount, Faults, OrderId};
use manifest::{Route, routes};
use orders::error::{ORDER_ALREADY_PAID, ORDER_EXPIRED, PAYMENT_IN_PROGRESS, TOO_MANY_PAYMENTS};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::payment_view::PaymentView;
use crate::Checkout;
use crate::error::INSUFFICIENT_FUNDS;
use crate::pay::Wish;
use crate::payment::{PayBy, Payment};

/// Pays an order.
pub struct PayOrder;

/// How.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "NewPayment")]
pub struct Body {
    /// The order.
    order_id: OrderId,
    /// With what. Guests have no wallet.
    method: PayBy,
    /// How much of a split the wallet is to pay; as much as there is in it when absent.
    wallet_amount: Option<Amount>,
    /// The card, by the processor's token. It is needed where a card pays anything.
    #[schemars(length(min = 1, max = 255))]
    payment_method_id: Option<String>,
}

impl JsonBody for Body {
    fn check(document: &Value, faults: &mut Faults) {
        let method = document["method"].as_str().unwrap_or_default();
        if method != "split" && !document["walletAmount"].is_null() {
            faults.add("/walletAmount", "is for split payments alone");
        }
        super::hold_to_token(document, faults);
        if method == "card" && document["paymentMethodId"].is_null() {
            faults.add("/paymentMethodId", "is needed for a card");
        }
    }

    fn example() -> Value {
        json!({
            "orderId": "ord_01jxy3rp00fmq8y42b7h5ytvr1",
            "method": "card",
            "paymentMethodId": "pm_card_visa",
        })
    }
}

impl Endpoint for PayOrder {
    const ROW: &'static Route = &routes::PAYMENTS_CREATE;
    const DOC: Doc = Doc {
        summary: "Pay an order",
        detail: "The money is captured once the order's stock is its own. A card that is declined makes \
                 a payment that has failed, and leaves the order payable. While the status is \
                 `requires_action`, the shopper's browser answers the bank with `clientSecret`, and the \
                 payment goes on by itself.",
        problems: &[
            rows::NOT_FOUND,
            ORDER_ALREADY_PAID,
            ORDER_EXPIRED,
            PAYMENT_IN_PROGRESS,
            TOO_MANY_PAYMENTS,
            INSUFFICIENT_FUNDS,
        ],
    };
    type App = Checkout;
    type Caller = Guest;
    type Params = ();
    type Query = ();
    type Body = Body;
    type Reply = Created<PaymentView>;

    async fn call(checkout: &Checkout, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let answered = call.answered_by(|payment| created(payment, PaymentView::of(payment, None)));
        let wish = Wish {
            order_id: call.body.order_id,
            payer: super::payer(&call.caller),
            by: call.body.method,
            wallet: call.body.wallet_amount,
            payment_method: call.body.payment_method_id,
        };
        let charges = &checkout.charges;
        let payment = charges
            .pay(&checkout.orders, wish, &answered, call.at)
            .await?;
        let secret = charges.client_secret(&payment).await?;
        let view = PaymentView::of(&payment, None).with_secret(secret.as_ref());
        Ok(created(&payment, view))
    }
}

fn created(payment: &Payment, view: PaymentView) -> Created<PaymentView> {
    Created::at(routes::PAYMENTS_GET.with(payment.id), view).version(payment.version)
}
