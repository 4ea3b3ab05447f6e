//! The schema of a product's fields, as one body or another wants them.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::{Fields, VariantFields, clearable};

/// The schema of [`Fields`] of which some are required.
///
/// The derived schema allows `null` wherever a field is optional; here only fields that can be
/// cleared take it.
pub fn fields_schema(generator: &mut SchemaGenerator, required: &[&str]) -> Schema {
    let mut schema = Fields::json_schema(generator);
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        for (name, property) in properties {
            if let Value::Object(rules) = property {
                tidy(rules, clearable(name));
            }
        }
    }
    if !required.is_empty() {
        schema.insert("required".to_owned(), json!(required));
    }
    schema
}

/// The schema of a product that is to be made: its variants have no ids yet.
pub fn new_fields_schema(generator: &mut SchemaGenerator, required: &[&str]) -> Schema {
    let mut schema = fields_schema(generator, required);
    let known = generator.subschema_for::<VariantFields>().to_value();
    let new = generator.subschema_for::<NewVariant>().to_value();
    if let Some(variants) = schema.pointer_mut("/properties/variants") {
        replace(variants, &known, &new);
    }
    schema
}

/// A variant that is to be made.
struct NewVariant;

impl JsonSchema for NewVariant {
    fn schema_name() -> Cow<'static, str> {
        "NewVariant".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = VariantFields::json_schema(generator);
        if let Some(Value::Object(properties)) = schema.get_mut("properties") {
            properties.remove("id");
        }
        schema
    }
}

fn replace(schema: &mut Value, known: &Value, new: &Value) {
    if schema == known {
        schema.clone_from(new);
        return;
    }
    match schema {
        Value::Object(members) => {
            for member in members.values_mut() {
                replace(member, known, new);
            }
        }
        Value::Array(items) => {
            for item in items {
                replace(item, known, new);
            }
        }
        _ => {}
    }
}

fn tidy(rules: &mut Map<String, Value>, takes_null: bool) {
    if rules.get("default") == Some(&Value::Null) {
        rules.remove("default");
    }
    if !takes_null && let Some(Value::Array(types)) = rules.get_mut("type") {
        types.retain(|kind| kind != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            rules.insert("type".to_owned(), only);
        }
    }
    if !takes_null && let Some(Value::Array(choices)) = rules.get_mut("enum") {
        choices.retain(|choice| !choice.is_null());
    }
    let Some(Value::Array(branches)) = rules.remove("anyOf") else {
        return;
    };
    let null = json!({ "type": "null" });
    let mut flat = Vec::new();
    for branch in branches {
        // A choice within the choice joins it, so that each branch has a type to be told by.
        match branch.get("anyOf") {
            Some(Value::Array(inner)) => flat.extend(inner.clone()),
            _ => flat.push(branch),
        }
    }
    flat.retain(|branch| takes_null || *branch != null);
    match flat.as_slice() {
        [Value::Object(only)] => rules.extend(only.clone()),
        _ => drop(rules.insert("anyOf".to_owned(), Value::Array(flat))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Faults;

    struct Body;

    impl JsonSchema for Body {
        fn schema_name() -> std::borrow::Cow<'static, str> {
            "Body".into()
        }

        fn json_schema(generator: &mut SchemaGenerator) -> Schema {
            new_fields_schema(generator, &["name", "price"])
        }
    }

    fn faults(document: &Value) -> Vec<String> {
        let mut faults = Faults::new();
        edge::schema::check(&edge::schema::of::<Body>(), document, &mut faults);
        let told = |fault: &kernel::Fault| format!("{} {}", fault.pointer, fault.detail);
        faults.iter().map(told).collect()
    }

    #[test]
    fn every_keyword_is_enforced() {
        assert_eq!(
            edge::schema::unsupported(&edge::schema::of::<Body>()),
            Vec::<String>::new()
        );
    }

    #[test]
    fn all_faults_are_told_in_words_of_their_fields() {
        assert_eq!(
            faults(&json!({
                "price": -1, "categoryId": "x", "status": "sold", "compareAtPrice": [], "sku": null,
                "tags": "a", "attributes": {"a": []}, "weightGrams": -1, "variants": [{"size": 1}],
                "role": "admin",
            })),
            [
                "/name is missing",
                "/price must be at least 0",
                "/categoryId must be an id: its prefix, an underscore and 26 characters",
                "/status must be one of: draft, active, archived",
                "/compareAtPrice must be a number or a string or null",
                "/sku must be a string",
                "/tags must be a list or null",
                "/attributes/a must be true or false or a number or a string",
                "/weightGrams must be at least 0",
                "/variants/0/size is not a known field",
                "/role is not a known field",
            ]
        );
    }

    #[test]
    fn a_variant_has_an_id_only_once_it_is_there() {
        let id = "var_01aryz6s41tsv4rrffq69g5fav";
        assert_eq!(
            faults(&json!({ "name": "Lamp", "price": 1, "variants": [{ "id": id }] })),
            ["/variants/0/id is not a known field"]
        );
    }

    #[test]
    fn what_is_right_passes_and_null_clears() {
        let none = Vec::<String>::new();
        let whole = json!({
            "name": "Lamp", "price": "9.99", "compareAtPrice": null, "brand": null, "tags": ["a"],
            "attributes": {"a": 1.5, "b": true, "c": "x"}, "weightGrams": 12.5,
            "options": [{"name": "Size", "values": ["S"]}],
            "variants": [{"options": {"Size": "S"}, "price": 3}],
            "dimensionsMm": {"length": 1, "width": 2, "height": 3.5},
        });
        assert_eq!(faults(&whole), none);
    }
}
