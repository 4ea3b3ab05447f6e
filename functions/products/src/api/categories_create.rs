//! `POST /api/v1/categories`: puts up a category.

use edge::{Call, Created, Doc, Endpoint, JsonBody, Problem, Staff};
use kernel::{CategoryId, Faults, Slug};
use manifest::{Route, routes};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::node;
use crate::Products;
use crate::categories::{CategoryChanges, Shelf};
use crate::error::SLUG_TAKEN;
use crate::wire::CategoryNode;

/// Creates a category.
pub struct CreateCategory;

/// The category.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "NewCategory")]
pub struct Body {
    /// Its name.
    #[schemars(length(min = 1, max = 255))]
    name: String,
    /// Its name in URLs, unique among categories; made of the name when it is left out.
    slug: Option<Slug>,
    /// The category it is a part of; without one it stands at the top.
    parent_id: Option<CategoryId>,
}

impl JsonBody for Body {
    fn check(document: &Value, faults: &mut Faults) {
        super::categories_update::check_name(document, faults);
    }

    fn example() -> Value {
        json!({ "name": "Desk lamps", "slug": "desk-lamps", "parentId": null })
    }
}

impl Endpoint for CreateCategory {
    const ROW: &'static Route = &routes::CATEGORIES_CREATE;
    const DOC: Doc = Doc {
        summary: "Create a category",
        detail: "",
        problems: &[SLUG_TAKEN],
    };
    type App = Products;
    type Caller = Staff;
    type Params = ();
    type Query = ();
    type Body = Body;
    type Reply = Created<CategoryNode>;

    async fn call(products: &Products, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let answered = call.answered_by(created);
        let asked = CategoryChanges {
            name: Some(call.body.name),
            slug: call.body.slug,
            parent_id: Some(call.body.parent_id),
        };
        let shelf = products.create_category(&asked, &answered, call.at).await?;
        Ok(created(&shelf))
    }
}

fn created(shelf: &Shelf) -> Created<CategoryNode> {
    let path = routes::CATEGORIES_UPDATE.with(shelf.category.id);
    Created::at(path, node(shelf)).version(shelf.category.version)
}
