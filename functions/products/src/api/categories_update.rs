//! `PUT /api/v1/categories/{id}`: renames or moves a category.

use edge::{Call, Data, Doc, Endpoint, JsonBody, ObjectParams, Problem, Staff};
use kernel::words::broken_line;
use kernel::{CategoryId, Faults, Slug};
use manifest::{Route, routes};
use schemars::{JsonSchema, Schema};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::{node, written};
use crate::Products;
use crate::categories::{CategoryChanges, Shelf};
use crate::error::{CATEGORY_CYCLE, SLUG_TAKEN};
use crate::wire::CategoryNode;

/// Changes a category.
pub struct UpdateCategory;

/// What is to change.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "CategoryChanges")]
pub struct Body {
    /// Its name.
    #[serde(default)]
    #[schemars(with = "String", length(min = 1, max = 255), transform = without_default)]
    name: Option<String>,
    /// Its name in URLs.
    #[serde(default)]
    #[schemars(with = "Slug", transform = without_default)]
    slug: Option<Slug>,
    /// The category it is to be a part of; null is the top.
    #[serde(default, deserialize_with = "given")]
    parent_id: Option<Option<CategoryId>>,
}

/// What is left out is left as it is; null is not a way to say so.
fn without_default(schema: &mut Schema) {
    schema.remove("default");
}

fn given<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<CategoryId>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl JsonBody for Body {
    fn check(document: &Value, faults: &mut Faults) {
        check_name(document, faults);
    }

    fn example() -> Value {
        json!({ "name": "Desk and floor lamps", "parentId": null })
    }
}

/// A name that nobody can see has characters enough for the schema.
pub(super) fn check_name(document: &Value, faults: &mut Faults) {
    let name = document.get("name").and_then(Value::as_str);
    if let Some(rule) = name.and_then(|name| broken_line(name.trim()))
        && !faults.has("/name")
    {
        faults.add("/name", rule);
    }
}

impl Endpoint for UpdateCategory {
    const ROW: &'static Route = &routes::CATEGORIES_UPDATE;
    const DOC: Doc = Doc {
        summary: "Rename or move a category",
        detail: "A move takes everything below the category along. With If-Match the change is \
                 made to that version or not at all.",
        problems: &[SLUG_TAKEN, CATEGORY_CYCLE],
    };
    type App = Products;
    type Caller = Staff;
    type Params = ObjectParams<CategoryId>;
    type Query = ();
    type Body = Body;
    type Reply = Data<CategoryNode>;

    async fn call(products: &Products, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let answered = call.answered_by(shown);
        let written = written(&call);
        let (id, version) = (call.params.id, call.if_match);
        let asked = CategoryChanges {
            name: call.body.name,
            slug: call.body.slug,
            parent_id: call.body.parent_id,
        };
        let shelf = products
            .change_category(id, &asked, version, &answered, &written)
            .await?;
        Ok(shown(&shelf))
    }
}

fn shown(shelf: &Shelf) -> Data<CategoryNode> {
    Data::new(node(shelf)).version(shelf.category.version)
}
