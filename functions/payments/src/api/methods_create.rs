//! `POST /api/v1/payments/methods`: saves a card of the caller's.

use edge::{Call, Created, Doc, Endpoint, JsonBody, Problem, Shopper};
use kernel::Faults;
use manifest::{Route, routes};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::method_view::MethodView;
use crate::Charges;

/// Saves a card.
pub struct SaveMethod;

/// Which card.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "NewPaymentMethod")]
pub struct Body {
    /// The processor's token of it, as the shopper's browser was given it.
    #[schemars(length(min = 1, max = 255))]
    payment_method_id: String,
}

impl JsonBody for Body {
    fn check(document: &Value, faults: &mut Faults) {
        super::hold_to_token(document, faults);
    }

    fn example() -> Value {
        json!({ "paymentMethodId": "pm_card_visa" })
    }
}

impl Endpoint for SaveMethod {
    const ROW: &'static Route = &routes::PAYMENTS_METHODS_CREATE;
    const DOC: Doc = Doc {
        summary: "Save a card",
        detail: "By the processor's token: a card's number never comes here.",
        problems: &[],
    };
    type App = Charges;
    type Caller = Shopper;
    type Params = ();
    type Query = ();
    type Body = Body;
    type Reply = Created<MethodView>;

    async fn call(charges: &Charges, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let Shopper(identity) = call.caller;
        let card = charges
            .save_card(identity.user, &call.body.payment_method_id)
            .await?;
        let path = routes::PAYMENTS_METHODS_DELETE.with(&card.id);
        Ok(Created::at(path, card.into()))
    }
}
