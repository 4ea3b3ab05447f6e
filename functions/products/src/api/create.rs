//! `POST /api/v1/products`: puts a product into the shop.

use std::borrow::Cow;

use edge::{Call, Created, Doc, Endpoint, JsonBody, Problem, Staff};
use kernel::{Faults, ProductId, Timestamp};
use manifest::{Route, routes};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde_json::{Value, json};

use super::written;
use crate::Products;
use crate::changes::Changes;
use crate::error::{SKU_TAKEN, SLUG_TAKEN};
use crate::product::{Birth, Product};
use crate::wire::{Fields, ProductView, check_amounts, new_fields_schema, note};

/// Creates a product.
pub struct CreateProduct;

/// The product.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub struct Body(Fields);

impl JsonSchema for Body {
    fn schema_name() -> Cow<'static, str> {
        "NewProduct".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        new_fields_schema(generator, &["name", "price", "categoryId"])
    }
}

impl JsonBody for Body {
    /// The product is made and thrown away, for the rules that it breaks. Whether its category is
    /// there only the table knows, which is asked once the body is right: so an unknown category is
    /// told alone.
    fn check(document: &Value, faults: &mut Faults) {
        let birth = Birth {
            id: ProductId::derive("", "check"),
            currency: crate::default_currency(),
            at: Timestamp::MIN,
            import: None,
        };
        let asked = Changes::from(Fields::readable(document));
        if let Err(found) = Product::create(&asked, &birth) {
            note(found, faults);
        }
        check_amounts(document, Some(birth.currency), faults);
    }

    fn example() -> Value {
        json!({
            "name": "Desk lamp",
            "price": 49.9,
            "currency": "USD",
            "categoryId": "cat_01jxy3rp00fmq8y42b7h5ytvr1",
            "brand": "Lumen",
            "tags": ["office", "led"],
            "attributes": { "colour": "black", "watts": 7.5, "dimmable": true },
            "options": [{ "name": "Plug", "values": ["EU", "UK"] }],
            "variants": [
                { "sku": "LAMP-EU", "options": { "Plug": "EU" } },
                { "sku": "LAMP-UK", "options": { "Plug": "UK" }, "price": 52.9 },
            ],
        })
    }
}

impl Endpoint for CreateProduct {
    const ROW: &'static Route = &routes::PRODUCTS_CREATE;
    const DOC: Doc = Doc {
        summary: "Create a product",
        detail: "A SKU and a slug are made when they are left out. The product is on sale at once \
                 unless its status says otherwise.",
        problems: &[SKU_TAKEN, SLUG_TAKEN],
    };
    type App = Products;
    type Caller = Staff;
    type Params = ();
    type Query = ();
    type Body = Body;
    type Reply = Created<ProductView>;

    async fn call(products: &Products, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let answered = call.answered_by(created);
        let written = written(&call);
        let asked = call.body.0.into();
        let product = products.create(&asked, None, &answered, &written).await?;
        Ok(created(&product))
    }
}

fn created(product: &Product) -> Created<ProductView> {
    let path = routes::PRODUCTS_GET.with(product.id);
    Created::at(path, ProductView::from(product)).version(product.version)
}
