//! The fields of a product as clients write them.

use kernel::{Amount, CategoryId, CurrencyCode, Faults, Gtin, Pointer, Sku, Slug, VariantId};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::distinct::{distinct, distinct_or_null};
use crate::attributes::Attributes;
use crate::changes::Changes;
use crate::measure::{Dimensions, Measure};
use crate::product::Status;
use crate::variants::{Choice, Combination, VariantDraft};

/// The fields of a product, any of them. A field that is `null` is cleared, where it can be.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Fields {
    /// Its name.
    #[serde(default)]
    #[schemars(length(min = 1, max = 255))]
    pub name: Option<String>,
    /// What it costs, in major units of its currency.
    #[serde(default)]
    pub price: Option<Amount>,
    /// The currency of all its amounts; the shop's own when it is left out.
    #[serde(default)]
    pub currency: Option<CurrencyCode>,
    /// The category it hangs on.
    #[serde(default)]
    pub category_id: Option<CategoryId>,
    /// Its stock keeping unit, unique in the shop; made when it is left out.
    #[serde(default)]
    pub sku: Option<Sku>,
    /// Its name in URLs, unique in the shop; made of the name when it is left out.
    #[serde(default)]
    pub slug: Option<Slug>,
    /// Whether it can be seen and bought; a new product is `active`.
    #[serde(default)]
    pub status: Option<Status>,
    /// What there is to say of it.
    #[serde(default, deserialize_with = "given")]
    #[schemars(length(max = 65536))]
    pub description: Option<Option<String>>,
    /// Who makes it.
    #[serde(default, deserialize_with = "given")]
    #[schemars(length(max = 255))]
    pub brand: Option<Option<String>>,
    /// The maker's part number.
    #[serde(default, deserialize_with = "given")]
    #[schemars(length(max = 100))]
    pub mpn: Option<Option<String>>,
    /// What it used to cost, for the price that is struck through.
    #[serde(default, deserialize_with = "given")]
    pub compare_at_price: Option<Option<Amount>>,
    /// What it weighs, in grams.
    #[serde(default, deserialize_with = "given")]
    pub weight_grams: Option<Option<Measure>>,
    /// How large its package is, in millimetres.
    #[serde(default, deserialize_with = "given")]
    pub dimensions_mm: Option<Option<Dimensions>>,
    /// Its bar codes.
    #[serde(default, deserialize_with = "given")]
    #[schemars(length(max = 200))]
    pub gtins: Option<Option<Vec<Gtin>>>,
    /// Words it is found by.
    #[serde(default, deserialize_with = "given")]
    #[schemars(length(max = 100), inner(length(max = 100)))]
    pub tags: Option<Option<Vec<String>>>,
    /// What else is said of it, by name: texts of at most 8,192 characters, numbers, booleans.
    #[serde(default, deserialize_with = "distinct_or_null")]
    pub attributes: Option<Option<Attributes>>,
    /// What a shopper chooses; taken from the variants when it is left out.
    #[serde(default, deserialize_with = "given")]
    #[schemars(length(max = 10))]
    pub options: Option<Option<Vec<Choice>>>,
    /// Its forms; in a change, all of them.
    #[serde(default, deserialize_with = "given")]
    #[schemars(length(max = 80))]
    pub variants: Option<Option<Vec<VariantFields>>>,
    /// URLs of its pictures.
    #[serde(default, deserialize_with = "given")]
    #[schemars(length(max = 100), inner(url))]
    pub images: Option<Option<Vec<String>>>,
}

/// One form of a product.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VariantFields {
    /// Which one it is, in a change; else its SKU tells, or its options.
    #[serde(default)]
    pub id: Option<VariantId>,
    /// Its stock keeping unit; made when it is left out.
    #[serde(default)]
    pub sku: Option<Sku>,
    /// One value of each option, by the option's name.
    #[serde(default, deserialize_with = "distinct")]
    #[schemars(extend("additionalProperties" = { "type": "string", "maxLength": 100 }))]
    pub options: Combination,
    /// What it costs; what the product costs when it is left out.
    #[serde(default)]
    pub price: Option<Amount>,
    /// What it weighs, in grams.
    #[serde(default)]
    pub weight_grams: Option<Measure>,
}

/// Tells a field that is `null` from one that is not there.
fn given<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

/// Whether `null` clears a field.
pub fn clearable(field: &str) -> bool {
    !matches!(
        field,
        "name" | "price" | "currency" | "categoryId" | "sku" | "slug" | "status"
    )
}

impl Fields {
    /// The fields of a document that can be read; what is wrong with the others is the schema's
    /// to say.
    pub fn readable(document: &Value) -> Self {
        if let Ok(fields) = serde_json::from_str(&document.to_string()) {
            return fields;
        }
        let members = document.as_object().into_iter().flatten();
        let readable = members.filter(|(name, value)| {
            let alone = Map::from_iter([((*name).clone(), (*value).clone())]);
            serde_json::from_str::<Self>(&Value::Object(alone).to_string()).is_ok()
        });
        let readable: Map<_, _> = readable
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        serde_json::from_str(&Value::Object(readable).to_string()).unwrap_or_default()
    }
}

/// Checks the amounts of a document against its currency, or else the one that is given; none
/// when neither is known. An amount is judged whatever else is wrong around it, with its variant
/// for instance.
pub fn check_amounts(document: &Value, otherwise: Option<CurrencyCode>, faults: &mut Faults) {
    let named = document.get("currency").and_then(Value::as_str);
    let currency = match named.map(CurrencyCode::parse) {
        Some(Ok(currency)) => currency,
        // In a currency that is none, nothing can be said of decimals.
        Some(Err(_)) => return,
        None => match otherwise {
            Some(currency) => currency,
            None => return,
        },
    };
    let root = Pointer::root();
    let own = ["price", "compareAtPrice"];
    let own = own.map(|field| (root.field(field), document.get(field)));
    let at = root.field("variants");
    let variants = document.get("variants").and_then(Value::as_array);
    let variants = variants.into_iter().flatten().enumerate();
    let variants =
        variants.map(|(index, variant)| (at.index(index).field("price"), variant.get("price")));
    let mut found = Faults::new();
    for (place, value) in own.into_iter().chain(variants) {
        // What is no amount at all is the schema's to say.
        let amount =
            value.and_then(|value| serde_json::from_str::<Amount>(&value.to_string()).ok());
        if let Some(amount) = amount {
            found.take(&place, amount.in_currency(currency));
        }
    }
    note(found, faults);
}

/// Adds faults, but for places that have one: one mistake is told once.
pub fn note(found: Faults, faults: &mut Faults) {
    for fault in found.into_vec() {
        if !faults.has(&fault.pointer) {
            faults.add(fault.pointer, fault.detail);
        }
    }
}

impl From<Fields> for Changes {
    fn from(fields: Fields) -> Self {
        fn list<T>(given: Option<Option<Vec<T>>>) -> Option<Vec<T>> {
            given.map(Option::unwrap_or_default)
        }
        let variants = list(fields.variants);
        Self {
            name: fields.name,
            price: fields.price,
            currency: fields.currency,
            category_id: fields.category_id,
            sku: fields.sku,
            slug: fields.slug,
            status: fields.status,
            description: fields.description,
            brand: fields.brand,
            mpn: fields.mpn,
            compare_at_price: fields.compare_at_price,
            weight_grams: fields.weight_grams,
            dimensions_mm: fields.dimensions_mm,
            gtins: list(fields.gtins),
            tags: list(fields.tags),
            attributes: fields.attributes.map(Option::unwrap_or_default),
            options: list(fields.options),
            variants: variants.map(|all| all.into_iter().map(VariantDraft::from).collect()),
            images: list(fields.images),
        }
    }
}

impl From<VariantFields> for VariantDraft {
    fn from(fields: VariantFields) -> Self {
        Self {
            id: fields.id,
            sku: fields.sku,
            options: fields.options,
            price: fields.price,
            weight_grams: fields.weight_grams,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_cannot_be_read_does_not_hide_what_can() {
        let fields = Fields::readable(&json!({
            "name": "Lamp", "price": 10.999, "sku": "not a sku", "bogus": 1, "brand": null, "tags": "x",
        }));
        assert_eq!(fields.name.as_deref(), Some("Lamp"));
        assert_eq!(
            fields.price.map(|price| price.to_string()).as_deref(),
            Some("10.999")
        );
        assert!(fields.sku.is_none() && fields.tags.is_none());
        assert_eq!(fields.brand, Some(None));
        assert!(Fields::readable(&json!([1])).name.is_none());
    }

    #[test]
    fn decimals_are_told_whatever_else_is_wrong() {
        let places = |document: Value, otherwise: Option<&str>| {
            let otherwise = otherwise.map(|code| CurrencyCode::parse(code).unwrap());
            let mut faults = Faults::new();
            check_amounts(&document, otherwise, &mut faults);
            let places = faults.iter().map(|fault| fault.pointer.clone());
            places.collect::<Vec<_>>()
        };
        let wrong = json!({
            "price": 1.999, "compareAtPrice": "2.001", "tags": 1,
            "variants": [{ "price": 3.001, "bogus": 1 }, { "price": -1 }, 7, { "price": 3 }],
        });
        let all = ["/price", "/compareAtPrice", "/variants/0/price"];
        assert_eq!(places(wrong.clone(), Some("USD")), all);
        assert!(places(wrong.clone(), Some("KWD")).is_empty());
        assert!(places(wrong, None).is_empty());
        let named = json!({ "price": 1.5, "currency": "JPY", "categoryId": 1 });
        assert_eq!(places(named, Some("USD")), ["/price"]);
        assert!(places(json!({ "price": 1.999, "currency": "?" }), Some("USD")).is_empty());
    }

    #[test]
    fn a_name_stands_once() {
        for twice in [
            r#"{"attributes":{"a":1,"a":2}}"#,
            r#"{"variants":[{"options":{"Size":"S","Size":"M"}}]}"#,
        ] {
            let error = serde_json::from_str::<Fields>(twice).unwrap_err();
            assert!(error.to_string().contains("twice"), "{error}");
        }
        let fields: Fields = serde_json::from_str(r#"{"attributes":{"a":1,"A":2}}"#).unwrap();
        assert_eq!(fields.attributes.flatten().unwrap().len(), 2);
        let fields: Fields = serde_json::from_str(r#"{"attributes":null}"#).unwrap();
        assert_eq!(fields.attributes, Some(None));
        assert_eq!(Fields::default().attributes, None);
    }

    #[test]
    fn null_clears_what_can_be_cleared() {
        let changes = Changes::from(Fields::readable(&json!({ "tags": null, "brand": null })));
        assert_eq!(changes.tags, Some(vec![]));
        assert_eq!(changes.brand, Some(None));
        assert_eq!(changes.mpn, None);
    }
}
