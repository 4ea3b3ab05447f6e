//! `GET /api/v1/categories`: the whole tree.

use edge::{Anyone, Call, Doc, Endpoint, List, Problem};
use manifest::{Route, routes};

use crate::Products;
use crate::wire::CategoryNode;

/// Lists the categories.
pub struct ListCategories;

impl Endpoint for ListCategories {
    const ROW: &'static Route = &routes::CATEGORIES_LIST;
    const DOC: Doc = Doc {
        summary: "List the categories",
        detail: "The whole tree: the categories at the top, each with those below it.",
        problems: &[],
    };
    type App = Products;
    type Caller = Anyone;
    type Params = ();
    type Query = ();
    type Body = ();
    type Reply = List<CategoryNode>;

    async fn call(products: &Products, _: Call<Self>) -> Result<Self::Reply, Problem> {
        let shelves = products.shelves().await?;
        let count = |id| shelves.products.get(&id).copied().unwrap_or(0);
        let tree = &shelves.tree;
        let top = tree.children(None).iter().filter_map(|&id| tree.get(id));
        let nodes = top.map(|category| CategoryNode::new(tree, category, &count));
        Ok(List::whole(nodes.collect()))
    }
}
