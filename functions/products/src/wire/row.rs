//! One row of an import: what it asks for.

use std::borrow::Cow;
use std::sync::OnceLock;

use kernel::{Faults, ProductId, Sku, Slug};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::columns::READ_ONLY;
use super::{Distinct, Fields, check_amounts, fields_schema, note};
use crate::changes::Changes;

/// What a row asks for, and what is wrong with it; what can be read of a wrong row is there too, so
/// that all its faults can be told together.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// By which the product is found again.
    pub sku: Option<Sku>,
    /// The product it says it is of: what an export says. A row is not recognised by it.
    pub id: Option<ProductId>,
    /// The slug of the category, where it is named by that.
    pub category: Option<Slug>,
    /// Everything else.
    pub changes: Changes,
    /// What is wrong.
    pub faults: Faults,
}

/// What a row may hold: a product's fields, the category's slug in place of its id, and what an
/// export says besides, which is passed over.
struct RowSchema;

impl JsonSchema for RowSchema {
    fn schema_name() -> Cow<'static, str> {
        "ImportRow".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = fields_schema(generator, &["sku"]);
        let slug = generator.subschema_for::<Option<Slug>>().to_value();
        if let Some(Value::Object(properties)) = schema.get_mut("properties") {
            properties.insert("category".to_owned(), slug);
            for field in READ_ONLY {
                properties.insert(field.to_owned(), Value::Bool(true));
            }
        }
        schema
    }
}

impl Row {
    /// The schema of a row.
    pub fn schema() -> &'static Value {
        static SCHEMA: OnceLock<Value> = OnceLock::new();
        SCHEMA.get_or_init(edge::schema::of::<RowSchema>)
    }

    /// Reads the JSON of a row.
    pub fn read(json: &str) -> Self {
        let mut faults = Faults::new();
        let Ok(document) = serde_json::from_str::<Value>(json) else {
            faults.add("", "must be a JSON object on one line");
            return Self::wrong(&Value::Null, Changes::default(), faults);
        };
        edge::schema::check(Self::schema(), &document, &mut faults);
        let readable = Changes::from(Fields::readable(&own_fields(&document)));
        let mut wrong = Faults::new();
        readable.check_words(&mut wrong);
        note(wrong, &mut faults);
        check_amounts(&document, None, &mut faults);
        if !faults.is_empty() {
            return Self::wrong(&document, readable, faults);
        }
        let mut row = read_checked(json).unwrap_or_else(|error| {
            let rule = error.to_string();
            // A row is one line, and of a CSV file none that anybody wrote.
            let rule = rule.split(" at line ").next().unwrap_or_default();
            faults.add("", rule);
            Self::wrong(&document, readable, faults)
        });
        let id = document.get("id").and_then(Value::as_str);
        row.id = id.and_then(|id| ProductId::parse(id).ok());
        row
    }

    fn wrong(document: &Value, changes: Changes, faults: Faults) -> Self {
        let category = document.get("category").and_then(Value::as_str);
        Self {
            id: None,
            sku: changes.sku.clone(),
            category: category.and_then(|slug| Slug::parse(slug).ok()),
            changes,
            faults,
        }
    }

    /// The SKU that a row names, read without looking at the rest.
    pub fn sku_in(json: &[u8]) -> Option<String> {
        #[derive(Deserialize)]
        struct Named {
            sku: Option<String>,
        }
        let named: Named = serde_json::from_slice(json).ok()?;
        named.sku
    }
}

/// Reads from the text, for amounts keep every digit only there.
fn read_checked(json: &str) -> Result<Row, serde_json::Error> {
    let Distinct(mut members): Distinct<Box<RawValue>> = serde_json::from_str(json)?;
    let category = members.remove("category");
    for field in READ_ONLY {
        members.remove(field);
    }
    let category = category.map(|raw| serde_json::from_str::<Option<Slug>>(raw.get()));
    let fields: Fields = serde_json::from_str(&serde_json::to_string(&members)?)?;
    let changes = Changes::from(fields);
    Ok(Row {
        id: None,
        sku: changes.sku.clone(),
        category: category.transpose()?.flatten(),
        changes,
        faults: Faults::new(),
    })
}

fn own_fields(document: &Value) -> Value {
    let mut fields = document.clone();
    if let Value::Object(members) = &mut fields {
        members.retain(|name, _| name != "category" && !READ_ONLY.contains(&name.as_str()));
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(json: &str) -> Vec<String> {
        let row = Row::read(json);
        let mut places: Vec<_> = row
            .faults
            .iter()
            .map(|fault| fault.pointer.clone())
            .collect();
        places.sort();
        places
    }

    #[test]
    fn a_row_is_a_product_and_what_an_export_says_besides() {
        let row = Row::read(
            r#"{"id":"prod_x","version":3,"sku":"A","name":"Lamp","price":9.90,"category":"lamps"}"#,
        );
        assert!(row.faults.is_empty(), "{:?}", row.faults);
        assert_eq!(row.sku.unwrap().as_str(), "A");
        assert_eq!(row.category.unwrap().as_str(), "lamps");
        assert_eq!(row.changes.price.unwrap().to_string(), "9.9");
    }

    #[test]
    fn all_that_is_wrong_with_a_row_is_told_and_the_rest_is_read() {
        let wrong = r#"{"name":" ","slug":"import","price":-1,"colour":"red","brand":"Lumen"}"#;
        assert_eq!(
            places(wrong),
            ["/colour", "/name", "/price", "/sku", "/slug"]
        );
        let brand = Row::read(wrong).changes.brand;
        assert_eq!(brand, Some(Some("Lumen".to_owned())));
        let category = Row::read(r#"{"sku":"A","price":-1,"category":"lamps"}"#).category;
        assert_eq!(category.unwrap().as_str(), "lamps");
        for text in ["", "{", "[]", "1"] {
            assert!(!places(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn a_name_that_stands_twice_is_a_fault() {
        for json in [
            r#"{"sku":"A","name":"x","sku":"B"}"#,
            r#"{"sku":"A","attributes":{"a":1,"a":2}}"#,
        ] {
            let row = Row::read(json);
            let told: Vec<_> = row.faults.iter().map(|fault| &*fault.detail).collect();
            assert!(told[0].ends_with("twice"), "{told:?}");
        }
        let id = Row::read(r#"{"sku":"A","id":"prod_01aryz6s41tsv4rrffq69g5fav"}"#).id;
        assert!(id.is_some());
    }

    #[test]
    fn the_sku_is_found_without_reading_the_row() {
        assert_eq!(Row::sku_in(br#"{"x":[1],"sku":"A"}"#).as_deref(), Some("A"));
        assert_eq!(Row::sku_in(br#"{"sku":1}"#), None);
        assert_eq!(Row::sku_in(b"nonsense"), None);
    }

    #[test]
    fn every_keyword_of_the_schema_is_enforced() {
        assert_eq!(
            edge::schema::unsupported(Row::schema()),
            Vec::<String>::new()
        );
    }
}
