//! `GET /api/v1/payments/methods`: the caller's saved cards.

use edge::{Call, Doc, Endpoint, List, Problem, Shopper};
use manifest::{Route, routes};

use super::method_view::MethodView;
use crate::Charges;

/// Lists the caller's saved cards.
pub struct ListMethods;

impl Endpoint for ListMethods {
    const ROW: &'static Route = &routes::PAYMENTS_METHODS_LIST;
    const DOC: Doc = Doc {
        summary: "List your saved cards",
        detail: "All of them, as the processor keeps them.",
        problems: &[],
    };
    type App = Charges;
    type Caller = Shopper;
    type Params = ();
    type Query = ();
    type Body = ();
    type Reply = List<MethodView>;

    async fn call(charges: &Charges, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let Shopper(identity) = call.caller;
        let cards = charges.saved_cards(identity.user).await?;
        Ok(List::whole(
            cards.into_iter().map(MethodView::from).collect(),
        ))
    }
}
