//! `PUT /api/v1/products/{id}`: changes any fields of a product.

use std::borrow::Cow;

use edge::{Call, Data, Doc, Endpoint, JsonBody, ObjectParams, Problem, Staff};
use kernel::{Faults, ProductId};
use manifest::{Route, routes};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{shown, written};
use crate::Products;
use crate::changes::Changes;
use crate::error::{SKU_TAKEN, SLUG_TAKEN};
use crate::wire::{Fields, ProductView, check_amounts, fields_schema, note};

/// Changes a product.
pub struct UpdateProduct;

/// The fields that are to change.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub struct Body(Fields);

impl JsonSchema for Body {
    fn schema_name() -> Cow<'static, str> {
        "ProductChanges".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        fields_schema(generator, &[])
    }
}

impl JsonBody for Body {
    fn check(document: &Value, faults: &mut Faults) {
        let mut found = Faults::new();
        Changes::from(Fields::readable(document)).check_words(&mut found);
        note(found, faults);
        // Without a currency they are the product's own, which is not read yet.
        check_amounts(document, None, faults);
    }

    fn example() -> Value {
        json!({ "price": 44.9, "compareAtPrice": 49.9, "brand": null })
    }
}

impl Endpoint for UpdateProduct {
    const ROW: &'static Route = &routes::PRODUCTS_UPDATE;
    const DOC: Doc = Doc {
        summary: "Change a product",
        detail: "Only the fields that are given change; null clears a field that may be empty. \
                 Lists, attributes and variants are replaced whole. With If-Match the change is \
                 made to that version or not at all; without it, to whatever is current. A change \
                 that changes nothing keeps the version.",
        problems: &[SKU_TAKEN, SLUG_TAKEN],
    };
    type App = Products;
    type Caller = Staff;
    type Params = ObjectParams<ProductId>;
    type Query = ();
    type Body = Body;
    type Reply = Data<ProductView>;

    async fn call(products: &Products, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let answered = call.answered_by(shown);
        let written = written(&call);
        let (id, version) = (call.params.id, call.if_match);
        let asked = call.body.0.into();
        let product = products
            .change(id, &asked, version, &answered, &written)
            .await?;
        Ok(shown(&product))
    }
}
