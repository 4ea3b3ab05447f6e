//! `DELETE /api/v1/search/index/{id}`: takes a product out of the index.

use edge::{Call, Doc, Endpoint, NoContent, ObjectParams, Problem, Staff};
use kernel::ProductId;
use manifest::{Route, routes};

use crate::Indexer;

/// Takes a product out of the index.
pub struct RemoveFromIndex;

impl Endpoint for RemoveFromIndex {
    const ROW: &'static Route = &routes::SEARCH_REMOVE;
    const DOC: Doc = Doc {
        summary: "Take a product out of the search index",
        detail: "It is found again when it is changed or indexed, and at the latest when index and \
                 catalogue are compared in the night. What is not to be sold is archived instead.",
        problems: &[],
    };
    type App = Indexer;
    type Caller = Staff;
    type Params = ObjectParams<ProductId>;
    type Query = ();
    type Body = ();
    type Reply = NoContent;

    async fn call(indexer: &Indexer, call: Call<Self>) -> Result<Self::Reply, Problem> {
        indexer.remove(call.params.id).await?;
        Ok(NoContent)
    }
}
