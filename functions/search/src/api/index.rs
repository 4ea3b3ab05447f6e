//! `POST /api/v1/search/index`: has products indexed, or the whole index made anew.

use edge::{Accepted, Call, Doc, Endpoint, JsonBody, Problem, Staff};
use kernel::ProductId;
use manifest::{Route, routes};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::job::{JobView, accepted};
use crate::Rebuilds;
use crate::error::{DOMAIN_FULL, DOMAIN_PROCESSING};
use crate::job::PRODUCTS_MAX;
use crate::store::Written;

/// Indexes products.
pub struct IndexProducts;

/// What is to be indexed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "ProductsToIndex")]
pub struct Body {
    /// These products; when it is left out, all of them, into a new index.
    #[schemars(length(min = 1, max = PRODUCTS_MAX))]
    product_ids: Option<Vec<ProductId>>,
}

impl JsonBody for Body {
    fn example() -> Value {
        json!({ "productIds": ["prod_01jxy3rp00fmq8y42b7h5ytvr1"] })
    }
}

impl Endpoint for IndexProducts {
    const ROW: &'static Route = &routes::SEARCH_INDEX;
    const DOC: Doc = Doc {
        summary: "Index products, or rebuild the index",
        detail: "Without productIds the whole catalogue is written into a new index, which takes \
                 the old one's place in one act when it is complete; until then the old one is \
                 searched, and changes go to both. A rebuild that is at work already is answered \
                 with its own job. The index follows every change by itself: this is for after a \
                 repair.",
        problems: &[DOMAIN_PROCESSING, DOMAIN_FULL],
    };
    type App = Rebuilds;
    type Caller = Staff;
    type Params = ();
    type Query = ();
    type Body = Body;
    type Reply = Accepted<JobView>;

    async fn call(rebuilds: &Rebuilds, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let answered = call.answered_by(accepted);
        let written = Written {
            at: call.at,
            traceparent: Some(call.trace.traceparent()),
        };
        let job = match call.body.product_ids {
            Some(mut ids) => {
                ids.sort_unstable();
                ids.dedup();
                rebuilds.index_products(ids, &answered, &written).await?
            }
            None => rebuilds.rebuild(&answered, &written).await?,
        };
        Ok(accepted(&job))
    }
}
