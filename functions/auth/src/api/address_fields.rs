//! The fields of an address in a body.

use kernel::{CountryCode, Faults, Phone};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::{given, without_default};
use crate::address::Changes;

/// An address, or what of one is to change.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Fields {
    /// Whom it is for.
    #[serde(default)]
    #[schemars(with = "String", length(min = 1, max = 200), transform = without_default)]
    name: Option<String>,
    /// Street and number.
    #[serde(default)]
    #[schemars(with = "String", length(min = 1, max = 200), transform = without_default)]
    line1: Option<String>,
    /// What else the post needs.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "Option<String>", length(max = 200), transform = without_default)]
    line2: Option<Option<String>>,
    /// The town.
    #[serde(default)]
    #[schemars(with = "String", length(min = 1, max = 200), transform = without_default)]
    city: Option<String>,
    /// The state or province, by its ISO 3166-2 code or its name. Needed in AU, BR, CA, CN, IN, MX
    /// and US.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "Option<String>", length(max = 200), transform = without_default)]
    region: Option<Option<String>>,
    /// The postal code, in its country's form. Needed where the country has them.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "Option<String>", length(max = 16), transform = without_default)]
    postal_code: Option<Option<String>>,
    /// The country.
    #[serde(default)]
    #[schemars(with = "CountryCode", transform = without_default)]
    country: Option<CountryCode>,
    /// Whom the driver calls.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "Option<Phone>", transform = without_default)]
    phone: Option<Option<Phone>>,
    /// Whether it is taken where nobody says. One address is at a time; the first one is, unless
    /// it says false.
    #[serde(default)]
    #[schemars(with = "bool", transform = without_default)]
    default: Option<bool>,
}

impl From<Fields> for Changes {
    fn from(fields: Fields) -> Self {
        // Nothing but blanks is how forms say that there is nothing.
        let or_nothing = |text: Option<Option<String>>| {
            text.map(|text| text.filter(|text| !text.trim().is_empty()))
        };
        Self {
            name: fields.name,
            line1: fields.line1,
            line2: or_nothing(fields.line2),
            city: fields.city,
            region: or_nothing(fields.region),
            postal_code: or_nothing(fields.postal_code),
            country: fields.country,
            phone: fields.phone,
            default: fields.default,
        }
    }
}

impl Fields {
    /// Reads what can be read of a document that may have faults.
    fn readable(document: &Value) -> Self {
        let text = |name: &str| document[name].as_str().map(str::to_owned);
        let or_null = |name: &str| match document.get(name) {
            Some(Value::Null) => Some(None),
            _ => text(name).map(Some),
        };
        Self {
            name: text("name"),
            line1: text("line1"),
            line2: or_null("line2"),
            city: text("city"),
            region: or_null("region"),
            postal_code: or_null("postalCode"),
            country: text("country").and_then(|code| CountryCode::parse(&code).ok()),
            phone: None,
            default: None,
        }
    }
}

/// Notes the faults of the fields' words, but where the schema has found some.
pub(super) fn check(
    document: &Value,
    faults: &mut Faults,
    find: impl FnOnce(&Changes, &mut Faults),
) {
    let mut found = Faults::new();
    find(&Fields::readable(document).into(), &mut found);
    for fault in found.into_vec() {
        if !faults.has(&fault.pointer) {
            faults.add(fault.pointer, fault.detail);
        }
    }
}
