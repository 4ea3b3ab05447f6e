//! `GET /api/v1/products/{id}`: a product by its id or its slug.

use edge::{Call, Data, Doc, Endpoint, ObjectParams, Problem, Visitor};
use manifest::{Route, routes};

use super::shown;
use crate::Products;
use crate::wire::ProductView;

/// Shows a product.
pub struct GetProduct;

impl Endpoint for GetProduct {
    const ROW: &'static Route = &routes::PRODUCTS_GET;
    const DOC: Doc = Doc {
        summary: "Show a product",
        detail: "By its id or its slug. Drafts and archived products are there for staff alone.",
        problems: &[],
    };
    type App = Products;
    type Caller = Visitor;
    type Params = ObjectParams<String>;
    type Query = ();
    type Body = ();
    type Reply = Data<ProductView>;

    async fn call(products: &Products, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let staff = call.caller.can("product:read");
        let product = products.look_up(&call.params.id, staff).await?;
        Ok(shown(&product))
    }
}
