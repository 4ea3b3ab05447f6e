//! What is ordered, as a body says it; and who orders.

use auth::address::{Changes, Place};
use edge::{Guest, JsonBody};
use kernel::{AddressId, Amount, CountryCode, Email, Faults, Phone, words};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::error::OrdersError;
use crate::order::ShippingMethod;
use crate::place::{Customer, Request, To};
use crate::placing::NOTE_MAX;

/// What is ordered, beside what is in the cart. Totals are ours.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "NewOrder")]
pub struct OrderFields {
    /// An address of your book; or write it out in `shippingAddress`.
    #[serde(default)]
    address_id: Option<AddressId>,
    /// Where it goes.
    #[serde(default)]
    shipping_address: Option<AddressFields>,
    /// Where mails about it go. Guests say it; else it is your account's.
    #[serde(default)]
    email: Option<Email>,
    /// How it goes; the usual way where nothing is said.
    #[serde(default)]
    shipping_method: Option<ShippingMethod>,
    /// What you have been told that it costs: where it costs anything else, nothing is ordered.
    #[serde(default)]
    expected_total: Option<Amount>,
    /// What you want to say to it.
    #[serde(default)]
    #[schemars(length(max = NOTE_MAX))]
    note: Option<String>,
}

/// An address that is written out.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "NewShippingAddress")]
struct AddressFields {
    /// Whom it is for.
    #[schemars(length(min = 1, max = 200))]
    name: String,
    /// Street and number.
    #[schemars(length(min = 1, max = 200))]
    line1: String,
    /// What else the post needs.
    #[serde(default)]
    #[schemars(length(max = 200))]
    line2: Option<String>,
    /// The town.
    #[schemars(length(min = 1, max = 200))]
    city: String,
    /// The state or province, by its ISO 3166-2 code or its name. Needed in AU, BR, CA, CN, IN, MX
    /// and US.
    #[serde(default)]
    #[schemars(length(max = 200))]
    region: Option<String>,
    /// The postal code, in its country's form. Needed where the country has them.
    #[serde(default)]
    #[schemars(length(max = 16))]
    postal_code: Option<String>,
    /// The country.
    country: CountryCode,
    /// Whom the driver calls.
    #[serde(default)]
    phone: Option<Phone>,
}

impl From<AddressFields> for Changes {
    fn from(fields: AddressFields) -> Self {
        Self {
            name: Some(fields.name),
            line1: Some(fields.line1),
            line2: Some(something(fields.line2)),
            city: Some(fields.city),
            region: Some(something(fields.region)),
            postal_code: Some(something(fields.postal_code)),
            country: Some(fields.country),
            phone: Some(fields.phone),
            default: None,
        }
    }
}

/// Nothing but blanks is how forms say that there is nothing.
fn something(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

/// Reads what can be read of an address that may have faults.
fn readable(document: &Value) -> Changes {
    let text = |name: &str| document[name].as_str().map(str::to_owned);
    Changes {
        name: text("name"),
        line1: text("line1"),
        line2: Some(something(text("line2"))),
        city: text("city"),
        region: Some(something(text("region"))),
        postal_code: Some(something(text("postalCode"))),
        country: text("country").and_then(|code| CountryCode::parse(&code).ok()),
        phone: None,
        default: None,
    }
}

impl JsonBody for OrderFields {
    fn check(document: &Value, faults: &mut Faults) {
        let is_given = |name: &str| document.get(name).is_some_and(|value| !value.is_null());
        match (is_given("addressId"), is_given("shippingAddress")) {
            (true, true) => faults.add("/shippingAddress", "cannot be given with addressId"),
            (false, false) => faults.add("/shippingAddress", "is required, or addressId"),
            _ => {}
        }
        let address = &document["shippingAddress"];
        if address.is_object()
            && let Err(found) = Place::create(&readable(address))
        {
            for fault in found.into_vec() {
                let pointer = format!("/shippingAddress{}", fault.pointer);
                if !faults.has(&pointer) {
                    faults.add(pointer, fault.detail);
                }
            }
        }
        let note = document["note"].as_str();
        if let Some(rule) = note.and_then(words::broken_prose)
            && !faults.has("/note")
        {
            faults.add("/note", rule);
        }
    }

    fn example() -> Value {
        json!({
            "shippingAddress": {
                "name": "Ann Lee",
                "line1": "1600 Pennsylvania Avenue NW",
                "city": "Washington",
                "region": "DC",
                "postalCode": "20500",
                "country": "US",
            },
            "email": "ann@example.com",
            "shippingMethod": "standard",
        })
    }
}

impl OrderFields {
    /// What is asked for by a caller.
    ///
    /// # Errors
    /// What only somebody who is signed in may leave out, or give.
    pub(super) fn request(self, caller: &Guest) -> Result<Request, OrdersError> {
        let mut faults = Faults::new();
        let own = caller.identity.as_ref().map(|it| it.email.clone());
        let email = self.email.map(|email| email.to_string()).or(own);
        if email.is_none() {
            faults.add("/email", "is required of a guest");
        }
        if self.address_id.is_some() && caller.identity.is_none() {
            faults.add("/addressId", "can be given by who is signed in");
        }
        let to = match (self.address_id, self.shipping_address) {
            (Some(id), _) => Some(To::Book(id)),
            (None, Some(fields)) => {
                let place = Place::create(&fields.into()).map_err(OrdersError::Invalid)?;
                Some(To::Address(place.into()))
            }
            (None, None) => {
                faults.add("/shippingAddress", "is required, or addressId");
                None
            }
        };
        let (Some(to), true) = (to, faults.is_empty()) else {
            return Err(OrdersError::Invalid(faults));
        };
        Ok(Request {
            to,
            shipping_method: self.shipping_method.unwrap_or_default(),
            email,
            expected_total: self.expected_total,
            note: something(self.note),
        })
    }
}

/// Whose cart is ordered; none of a guest who has no cart.
pub(super) fn customer(caller: &Guest) -> Option<Customer> {
    if let Some(identity) = &caller.identity {
        return Some(Customer::User(identity.user));
    }
    let cart = caller.cart_token.as_ref()?.hash();
    Some(Customer::Guest { cart })
}
