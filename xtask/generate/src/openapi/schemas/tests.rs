use super::*;
use crate::openapi::tidy::tidy;
use serde_json::json;

fn map(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        other => panic!("{other} is not an object"),
    }
}

fn to(name: &str) -> Value {
    json!({ "$ref": format!("{HOME}{name}") })
}

#[test]
fn a_shared_type_is_said_once() {
    let own = map(
        json!({ "Money": { "type": "object" }, "Product": { "properties": { "price": to("Money") } } }),
    );
    let mut known = Map::new();
    assert!(adopt(&mut known, own.clone()).is_empty());
    assert!(adopt(&mut known, own).is_empty());
    assert_eq!(known.len(), 2);
}

#[test]
fn a_type_that_reads_otherwise_gets_a_name_of_its_own_and_so_do_those_that_hold_it() {
    let holder = json!({ "properties": { "inner": to("Inner") } });
    let mut known = map(
        json!({ "Inner": { "required": ["a"] }, "Holder": holder, "Alone": { "type": "string" } }),
    );
    let read = map(json!({ "Holder": holder, "Inner": {}, "Alone": { "type": "string" } }));
    let names = adopt(&mut known, read);
    assert_eq!(names.get("Inner").map(String::as_str), Some("InnerInput"));
    assert_eq!(names.get("Holder").map(String::as_str), Some("HolderInput"));
    assert_eq!(names.len(), 2);
    assert_eq!(
        known["HolderInput"]["properties"]["inner"],
        to("InnerInput")
    );
    assert_eq!(known["Holder"]["properties"]["inner"], to("Inner"));
    let mut body = to("Holder");
    rename(&mut body, &names);
    assert_eq!(body, to("HolderInput"));
}

#[test]
fn types_that_hold_each_other_settle() {
    let tree = |required: &str| {
        map(json!({
            "Branch": { "properties": { "leaves": to("Leaf") } },
            "Leaf": { "properties": { "branch": to("Branch") }, "required": [required] },
        }))
    };
    let mut known = tree("a");
    let names = adopt(&mut known, tree("b"));
    assert_eq!(names.len(), 2);
    assert_eq!(
        known["LeafInput"]["properties"]["branch"],
        to("BranchInput")
    );
    assert_eq!(
        known["BranchInput"]["properties"]["leaves"],
        to("LeafInput")
    );
}

#[test]
fn integers_get_the_bounds_of_their_type_unless_they_have_their_own() {
    let mut schema = json!({
        "properties": {
            "count": { "type": "integer", "format": "uint32", "minimum": 1, "maximum": 100 },
            "version": { "type": "integer", "format": "uint64" },
        },
        "examples": [{ "format": "uint8" }],
    });
    tidy(&mut schema);
    assert_eq!(
        schema["properties"]["count"],
        json!({ "type": "integer", "format": "int64", "minimum": 1, "maximum": 100 })
    );
    assert_eq!(
        schema["properties"]["version"]["maximum"],
        json!(9_007_199_254_740_991_u64)
    );
    assert_eq!(schema["examples"][0], json!({ "format": "uint8" }));
}
