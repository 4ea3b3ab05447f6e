//! `POST /api/v1/users/me/addresses`: puts an address into the caller's book.

use std::borrow::Cow;

use edge::{Call, Created, Doc, Endpoint, JsonBody, Problem, Shopper};
use kernel::Faults;
use manifest::{Route, routes};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde_json::{Value, json};

use super::address_fields::{Fields, check};
use crate::Auth;
use crate::address::{Entry, Place};
use crate::error::ADDRESS_BOOK_FULL;
use crate::wire::AddressView;

/// Creates an address.
pub struct CreateAddress;

/// The address.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub struct Body(Fields);

impl JsonSchema for Body {
    fn schema_name() -> Cow<'static, str> {
        "NewAddress".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = Fields::json_schema(generator);
        let required = json!(["name", "line1", "city", "country"]);
        schema.insert("required".to_owned(), required);
        schema
    }
}

impl JsonBody for Body {
    fn check(document: &Value, faults: &mut Faults) {
        check(document, faults, |asked, found| {
            if let Err(broken) = Place::create(asked) {
                found.extend(broken.into_vec());
            }
        });
    }

    fn example() -> Value {
        json!({
            "name": "Ann Lee",
            "line1": "1600 Pennsylvania Avenue NW",
            "city": "Washington",
            "region": "DC",
            "postalCode": "20500",
            "country": "US",
            "phone": "+1 202 555 0123",
            "default": true,
        })
    }
}

impl Endpoint for CreateAddress {
    const ROW: &'static Route = &routes::ADDRESSES_CREATE;
    const DOC: Doc = Doc {
        summary: "Create an address",
        detail: "Postal code and region are held to the rules of the country. The first address is \
                 the default.",
        problems: &[ADDRESS_BOOK_FULL],
    };
    type App = Auth;
    type Caller = Shopper;
    type Params = ();
    type Query = ();
    type Body = Body;
    type Reply = Created<AddressView>;

    async fn call(auth: &Auth, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let answered = call.answered_by(created);
        let Shopper(identity) = call.caller;
        let asked = call.body.0.into();
        let entry = auth
            .add_address(identity.user, &asked, &answered, call.at)
            .await?;
        Ok(created(&entry))
    }
}

fn created(entry: &Entry) -> Created<AddressView> {
    let path = routes::ADDRESSES_UPDATE.with(entry.address.id);
    let version = entry.address.version;
    Created::at(path, AddressView::from(entry.clone())).version(version)
}
