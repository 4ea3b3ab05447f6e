//! `DELETE /api/v1/products/{id}`: takes a product out of the shop.

use edge::{Call, Doc, Endpoint, NoContent, ObjectParams, Problem, Staff};
use kernel::ProductId;
use manifest::{Route, routes};

use super::written;
use crate::Products;

/// Archives a product.
pub struct ArchiveProduct;

impl Endpoint for ArchiveProduct {
    const ROW: &'static Route = &routes::PRODUCTS_ARCHIVE;
    const DOC: Doc = Doc {
        summary: "Archive a product",
        detail: "The product leaves the shop and its SKUs and slug are free again; orders keep \
                 what they say of it. Archiving it again changes nothing.",
        problems: &[],
    };
    type App = Products;
    type Caller = Staff;
    type Params = ObjectParams<ProductId>;
    type Query = ();
    type Body = ();
    type Reply = NoContent;

    async fn call(products: &Products, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let answered = call.answered_by(|_| NoContent);
        let written = written(&call);
        products
            .archive(call.params.id, call.if_match, &answered, &written)
            .await?;
        Ok(NoContent)
    }
}
