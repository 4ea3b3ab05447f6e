use super::*;
use crate::services;
use manifest::Who;

fn openapi() -> Value {
    document(&services::operations())
}

fn each_operation(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    paths
        .iter()
        .flat_map(|(path, methods)| {
            methods
                .as_object()
                .unwrap()
                .iter()
                .map(move |(method, it)| (format!("{method} {path}"), it))
        })
        .collect()
}

#[test]
fn every_route_is_an_operation() {
    let document = openapi();
    for row in manifest::routes::ALL {
        let operation = &document["paths"][row.path][row.method.as_str().to_lowercase()];
        assert!(
            operation.is_object(),
            "{} {} is not described",
            row.method.as_str(),
            row.path
        );
    }
    assert_eq!(each_operation(&document).len(), manifest::routes::ALL.len());
}

#[test]
fn every_reference_points_at_something() {
    let document = openapi();
    let mut wanted = Vec::new();
    collect(&document, &mut wanted);
    assert!(!wanted.is_empty());
    for target in wanted {
        let found = document.pointer(target.trim_start_matches('#'));
        assert!(found.is_some(), "{target} is not there");
    }
}

fn collect(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                match value {
                    Value::String(target) if key == "$ref" => into.push(target.clone()),
                    _ => collect(value, into),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, into)),
        _ => {}
    }
}

#[test]
fn who_may_call_is_said_as_the_row_has_it() {
    let document = openapi();
    for row in manifest::routes::ALL {
        let operation = &document["paths"][row.path][row.method.as_str().to_lowercase()];
        let anybody = operation["security"] == json!([]) || operation["security"][0] == json!({});
        let everybody = [Who::Public, Who::Visitor, Who::Guest].contains(&row.who);
        assert_eq!(anybody, everybody, "{}", row.name);
        // Some that look at no token refuse credentials of their own.
        let refuses = crate::services::operations()
            .iter()
            .any(|it| it.row == *row && it.doc.problems.iter().any(|row| row.status == 401));
        assert_eq!(
            operation["responses"]["401"].is_object(),
            row.admits_tokens() || refuses,
            "{}",
            row.name
        );
    }
}

#[test]
fn what_is_made_links_to_what_can_be_done_with_it() {
    let document = openapi();
    let links = &document["paths"]["/api/v1/products"]["post"]["responses"]["201"]["links"];
    for id in ["get", "put", "delete"] {
        let operation = &document["paths"]["/api/v1/products/{id}"][id];
        let id = operation["operationId"].as_str().unwrap();
        assert_eq!(links[id]["operationId"], id, "{links}");
        assert_eq!(links[id]["parameters"]["id"], "$response.body#/data/id");
    }
}

#[test]
fn bodies_have_examples_that_pass_their_own_check() {
    for operation in services::operations() {
        let schema = (operation.body_schema)();
        let mut generator = schemars::generate::SchemaSettings::draft2020_12().into_generator();
        let Some(doc) = (operation.body)(&mut generator) else {
            continue;
        };
        if schema.is_null() || doc.example.is_string() {
            continue;
        }
        let mut faults = kernel::Faults::new();
        edge::schema::check(&schema, &doc.example, &mut faults);
        let told: Vec<String> = faults
            .iter()
            .map(|it| format!("{} {}", it.pointer, it.detail))
            .collect();
        assert!(told.is_empty(), "{}: {told:?}", operation.row.name);
    }
}
