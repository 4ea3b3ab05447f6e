//! `DELETE /api/v1/categories/{id}`: takes an empty category away.

use edge::{Call, Doc, Endpoint, NoContent, ObjectParams, Problem, Staff};
use kernel::CategoryId;
use manifest::{Route, routes};

use crate::Products;
use crate::error::CATEGORY_NOT_EMPTY;

/// Deletes a category.
pub struct DeleteCategory;

impl Endpoint for DeleteCategory {
    const ROW: &'static Route = &routes::CATEGORIES_DELETE;
    const DOC: Doc = Doc {
        summary: "Delete a category",
        detail: "Only when nothing hangs on it: no category, and no product that is not archived.",
        problems: &[CATEGORY_NOT_EMPTY],
    };
    type App = Products;
    type Caller = Staff;
    type Params = ObjectParams<CategoryId>;
    type Query = ();
    type Body = ();
    type Reply = NoContent;

    async fn call(products: &Products, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let answered = call.answered_by(|_| NoContent);
        let (id, version) = (call.params.id, call.if_match);
        products
            .delete_category(id, version, &answered, call.at)
            .await?;
        Ok(NoContent)
    }
}
