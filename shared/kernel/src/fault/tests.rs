use proptest::prelude::*;

use super::*;

#[test]
fn pointers_are_those_of_rfc_6901() {
    let at = Pointer::root()
        .field("variants")
        .index(2)
        .field("a/b~c")
        .field("");
    assert_eq!(at.as_str(), "/variants/2/a~1b~0c/");
    assert_eq!(Pointer::root().to_string(), "");
    let document = serde_json::json!({"variants": [0, 1, {"a/b~c": {"": "found"}}]});
    assert_eq!(document.pointer(at.as_str()).unwrap(), "found");
}

#[test]
fn all_faults_are_kept_in_order() {
    let mut faults = Faults::new();
    assert!(faults.is_empty() && faults.clone().into_result().is_ok());
    faults.add("/price", "must be a number");
    let sku = Pointer::root().field("sku");
    faults.add(&sku, "is missing");
    assert_eq!(faults.take("/n", "7".parse::<u8>()), Some(7));
    assert_eq!(faults.take("/n", "x".parse::<u8>()), None);
    assert!(faults.has("/n") && !faults.has("/m"));
    let pointers: Vec<_> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
    assert_eq!(pointers, ["/price", "/sku", "/n"]);
    let json = serde_json::to_string(&faults.into_result().unwrap_err().into_vec()[0]).unwrap();
    assert_eq!(json, r#"{"pointer":"/price","detail":"must be a number"}"#);
}

#[test]
fn a_flood_is_counted_and_not_kept() {
    let mut faults = Faults::new();
    for at in 0..Faults::MOST + 3 {
        faults.add(Pointer::root().index(at), "must be a string");
    }
    assert_eq!(faults.found(), Faults::MOST + 3);
    let all = faults.into_vec();
    assert_eq!(all.len(), Faults::MOST + 1);
    assert_eq!(all[Faults::MOST].detail, "3 further faults are not listed");
}

proptest! {
    #[test]
    fn a_pointer_finds_the_member_it_names(name in "\\PC{0,20}") {
        let document = serde_json::json!({ &name: 1 });
        let at = Pointer::root().field(&name);
        prop_assert_eq!(document.pointer(at.as_str()), Some(&serde_json::json!(1)));
    }
}
