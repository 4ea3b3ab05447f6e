use proptest::prelude::*;
use uuid::Uuid;

use crate::{EventId, OperationId, OrderId, ProductId, Timestamp, VariantId, format};

#[test]
fn ids_are_spelled_one_way() {
    let id = ProductId::from_uuid(Uuid::from_u128(0));
    assert_eq!(id.to_string(), "prod_00000000000000000000000000");
    let id = ProductId::from_uuid(Uuid::from_u128(u128::MAX));
    assert_eq!(id.to_string(), "prod_7zzzzzzzzzzzzzzzzzzzzzzzzz");
    // The same base 32 as a ULID: the example of its specification, in lower case.
    let id = ProductId::parse("prod_01aryz6s41tsv4rrffq69g5fav").unwrap();
    assert_eq!(id.uuid().as_u128() >> 80, 1_469_918_176_385);

    for text in [
        "",
        "prod_",
        "prod",
        "01aryz6s41tsv4rrffq69g5fav",
        "ord_01aryz6s41tsv4rrffq69g5fav",
        "PROD_01aryz6s41tsv4rrffq69g5fav",
        "prod-01aryz6s41tsv4rrffq69g5fav",
        "prod_01ARYZ6S41TSV4RRFFQ69G5FAV",
        "prod_01aryz6s41tsv4rrffq69g5fa",
        "prod_01aryz6s41tsv4rrffq69g5fav0",
        "prod_81aryz6s41tsv4rrffq69g5fav",
        "prod_01aryz6s41tsv4rrffq69g5fau",
        "prod_o1aryz6s41tsv4rrffq69g5fav",
        "prod_01aryz6s41tsv4rrffq69g5f#~outbox",
        " prod_01aryz6s41tsv4rrffq69g5fav",
        "prod_01aryz6s41tsv4rrffq69g5faé",
    ] {
        assert!(ProductId::parse(text).is_err(), "{text} was read");
        assert!(serde_json::from_value::<ProductId>(text.into()).is_err());
    }
}

#[test]
fn derived_ids_are_the_same_again_and_different_otherwise() {
    let at = Timestamp::from_millis(1_769_850_307_042);
    let operation = OperationId::generate(at, [7; 10]).to_string();
    let id = ProductId::derive(&operation, "product");
    assert_eq!(id, ProductId::derive(&operation, "product"));
    assert_eq!(id.made_at(), Some(at), "the operation's time is kept");
    assert_eq!(id.uuid().get_version_num(), 7);

    let other = OperationId::generate(at, [8; 10]).to_string();
    let ids = [
        id.uuid(),
        ProductId::derive(&operation, "variant 1").uuid(),
        VariantId::derive(&operation, "product").uuid(),
        ProductId::derive(&other, "product").uuid(),
        ProductId::derive(&format!("{operation}product"), "").uuid(),
    ];
    for (at, a) in ids.iter().enumerate() {
        assert!(!ids[..at].contains(a), "{a} came twice");
    }

    // Plain UUIDs are parents too; of others nothing is known but their hash.
    let uuid = OperationId::generate(at, [9; 10]).uuid();
    for parent in [uuid.hyphenated().to_string(), uuid.simple().to_string()] {
        assert_eq!(EventId::derive(&parent, "event").made_at(), Some(at));
    }
    let hashed = EventId::derive("nightly", "event");
    assert_eq!(hashed, EventId::derive("nightly", "event"));
    assert_eq!(
        (hashed.made_at(), hashed.uuid().get_version_num()),
        (None, 8)
    );
    assert_eq!(EventId::parse(&hashed.to_string()), Ok(hashed));
}

/// Derived ids are stored; a change of the recipe would make every retry a stranger.
#[test]
fn the_recipe_of_derived_ids_stays() {
    let parent = "op_01jxy3rph0f4nrx2h35t6nwqvg";
    assert_eq!(
        ProductId::derive(parent, "product").to_string(),
        "prod_01jxy3rph0ep2b9zpfnv0awxsn"
    );
    assert_eq!(
        EventId::derive("nightly", "event").to_string(),
        "evt_4r8ry8ht3qhfpayrxjd3ta44ec"
    );
}

#[test]
fn schemas_name_a_format_that_checks_ids() {
    let schema = schemars::schema_for!(OrderId);
    let example = schema.get("examples").unwrap()[0].as_str().unwrap();
    assert!(OrderId::parse(example).is_ok());
    let name = schema.get("format").unwrap().as_str().unwrap();
    assert_eq!(name, "ord-id");
    assert_eq!(format::check(name, example), Some(Ok(())));
    assert!(format::check("prod-id", example).unwrap().is_err());
}

proptest! {
    #[test]
    fn ids_come_back_and_sort_as_they_were_made(
        a in (0_i64..=253_402_300_799_999, any::<[u8; 10]>()),
        b in (0_i64..=253_402_300_799_999, any::<[u8; 10]>()),
    ) {
        let make = |(at, random)| OrderId::generate(Timestamp::from_millis(at), random);
        let (x, y) = (make(a), make(b));
        prop_assert_eq!(x.to_string().parse::<OrderId>(), Ok(x));
        prop_assert_eq!(serde_json::from_str::<OrderId>(&serde_json::to_string(&x).unwrap()).unwrap(), x);
        prop_assert_eq!(x.made_at(), Some(Timestamp::from_millis(a.0)));
        prop_assert_eq!(x.to_string().cmp(&y.to_string()), x.cmp(&y));
        if a.0 != b.0 {
            prop_assert_eq!(x.cmp(&y), a.0.cmp(&b.0));
        }
    }

    #[test]
    fn what_is_read_is_written_the_same(text in "prod_[0-9a-z]{24,27}") {
        if let Ok(id) = ProductId::parse(&text) {
            prop_assert_eq!(id.to_string(), text);
        }
    }
}
