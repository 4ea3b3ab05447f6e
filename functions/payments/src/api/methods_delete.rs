//! `DELETE /api/v1/payments/methods/{id}`: forgets a card of the caller's.

use edge::{Call, Doc, Endpoint, NoContent, ObjectParams, Problem, Shopper};
use manifest::{Route, routes};

use crate::Charges;

/// Forgets a saved card.
pub struct ForgetMethod;

impl Endpoint for ForgetMethod {
    const ROW: &'static Route = &routes::PAYMENTS_METHODS_DELETE;
    const DOC: Doc = Doc {
        summary: "Forget a saved card",
        detail: "The processor forgets it too.",
        problems: &[],
    };
    type App = Charges;
    type Caller = Shopper;
    type Params = ObjectParams<String>;
    type Query = ();
    type Body = ();
    type Reply = NoContent;

    async fn call(charges: &Charges, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let Shopper(identity) = call.caller;
        charges.forget_card(identity.user, &call.params.id).await?;
        Ok(NoContent)
    }
}
