//! `GET /api/v1/categories/{id}/products`: the products of a category and everything below it.

use edge::{Call, Doc, Endpoint, List, ObjectParams, Problem, Visitor};
use manifest::{Route, routes};

use super::list::{filters, list};
use crate::wire::ProductView;
use crate::{Asked, Products};

/// Lists the products of a category.
pub struct ListCategoryProducts;

filters! {
    /// What is asked for.
    Query {}
}

impl Endpoint for ListCategoryProducts {
    const ROW: &'static Route = &routes::CATEGORIES_PRODUCTS;
    const DOC: Doc = Doc {
        summary: "List the products of a category",
        detail: "By the category's id or slug; everything below it belongs to it.",
        problems: &[],
    };
    type App = Products;
    type Caller = Visitor;
    type Params = ObjectParams<String>;
    type Query = Query;
    type Body = ();
    type Reply = List<ProductView>;

    async fn call(products: &Products, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let category = products.category_of(&call.params.id).await?;
        let asked = Asked {
            category: Some(category),
            ..call.query.into()
        };
        list(products, &call.caller, asked).await
    }
}
