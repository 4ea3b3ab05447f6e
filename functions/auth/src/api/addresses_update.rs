//! `PUT /api/v1/users/me/addresses/{id}`: changes an address.

use std::borrow::Cow;

use edge::{Call, Data, Doc, Endpoint, JsonBody, ObjectParams, Problem, Shopper};
use kernel::{AddressId, Faults};
use manifest::{Route, routes};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde_json::{Value, json};

use super::address_fields::{Fields, check};
use crate::Auth;
use crate::address::{Changes, Entry};
use crate::wire::AddressView;

/// Changes an address.
pub struct UpdateAddress;

/// What is to change.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub struct Body(Fields);

impl JsonSchema for Body {
    fn schema_name() -> Cow<'static, str> {
        "AddressChanges".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Fields::json_schema(generator)
    }
}

impl JsonBody for Body {
    fn check(document: &Value, faults: &mut Faults) {
        check(document, faults, Changes::check_words);
    }

    fn example() -> Value {
        json!({ "line2": "Suite 2", "default": true })
    }
}

impl Endpoint for UpdateAddress {
    const ROW: &'static Route = &routes::ADDRESSES_UPDATE;
    const DOC: Doc = Doc {
        summary: "Change an address",
        detail: "Only the fields that are given change; null clears a field that may be empty. The \
                 address as it then is is held to the rules of its country. With If-Match the \
                 change is made to that version or not at all.",
        problems: &[],
    };
    type App = Auth;
    type Caller = Shopper;
    type Params = ObjectParams<AddressId>;
    type Query = ();
    type Body = Body;
    type Reply = Data<AddressView>;

    async fn call(auth: &Auth, call: Call<Self>) -> Result<Self::Reply, Problem> {
        let answered = call.answered_by(shown);
        let Shopper(identity) = call.caller;
        let (id, version, at) = (call.params.id, call.if_match, call.at);
        let asked = call.body.0.into();
        let entry = auth
            .change_address(identity.user, id, &asked, version, &answered, at)
            .await?;
        Ok(shown(&entry))
    }
}

fn shown(entry: &Entry) -> Data<AddressView> {
    Data::new(AddressView::from(entry.clone())).version(entry.address.version)
}
