use std::collections::BTreeSet;

use kernel::{CurrencyCode, EventId, Money, ProductId, Sku, Slug, Timestamp};
use proptest::prelude::*;
use serde_json::Value;

use crate::auth::{
    PasswordChanged, PasswordResetRequested, SignedInFromNewDevice, UserErased,
    VerificationRequested,
};
use crate::inventory::{StockLow, StockRanOut, StockReturned};
use crate::orders::{
    CartAbandoned, OrderCancelled, OrderDelivered, OrderExpired, OrderLinesCancelled, OrderPaid,
    OrderPlaced, OrderReturned, OrderShipped,
};
use crate::payments::{PaymentCaptured, PaymentFailed, PaymentRefunded};
use crate::products::{
    CategoryChanged, ImportRequested, Previous, ProductArchived, ProductChanged, ProductCreated,
    ProductEvent, ProductState, ProductStatus, VariantState,
};
use crate::search::JobDue;
use crate::{Envelope, Event, Unreadable, events, source_of, version_of};

fn sample(event_type: &str) -> &'static str {
    let found = events()
        .into_iter()
        .find(|event| event.event_type == event_type);
    found.expect("every event is in the list").sample
}

/// Reads a sample by its type, through the untyped envelope as a consumer does, and writes it.
fn there_and_back<T: Event>() -> (String, String) {
    let envelope: Envelope = serde_json::from_str(sample(T::TYPE)).unwrap();
    let read = envelope.read::<T>().unwrap();
    let typed = serde_json::to_string_pretty(&read).unwrap() + "\n";
    let sealed = serde_json::to_value(read.seal().unwrap()).unwrap();
    (typed, serde_json::to_string_pretty(&sealed).unwrap() + "\n")
}

#[test]
fn every_sample_is_read_and_written_the_same() {
    let all = [
        (
            VerificationRequested::TYPE,
            there_and_back::<VerificationRequested>(),
        ),
        (
            PasswordResetRequested::TYPE,
            there_and_back::<PasswordResetRequested>(),
        ),
        (PasswordChanged::TYPE, there_and_back::<PasswordChanged>()),
        (
            SignedInFromNewDevice::TYPE,
            there_and_back::<SignedInFromNewDevice>(),
        ),
        (UserErased::TYPE, there_and_back::<UserErased>()),
        (ProductCreated::TYPE, there_and_back::<ProductCreated>()),
        (ProductChanged::TYPE, there_and_back::<ProductChanged>()),
        (ProductArchived::TYPE, there_and_back::<ProductArchived>()),
        (CategoryChanged::TYPE, there_and_back::<CategoryChanged>()),
        (ImportRequested::TYPE, there_and_back::<ImportRequested>()),
        (OrderPlaced::TYPE, there_and_back::<OrderPlaced>()),
        (OrderPaid::TYPE, there_and_back::<OrderPaid>()),
        (OrderCancelled::TYPE, there_and_back::<OrderCancelled>()),
        (
            OrderLinesCancelled::TYPE,
            there_and_back::<OrderLinesCancelled>(),
        ),
        (OrderExpired::TYPE, there_and_back::<OrderExpired>()),
        (OrderShipped::TYPE, there_and_back::<OrderShipped>()),
        (OrderDelivered::TYPE, there_and_back::<OrderDelivered>()),
        (OrderReturned::TYPE, there_and_back::<OrderReturned>()),
        (CartAbandoned::TYPE, there_and_back::<CartAbandoned>()),
        (PaymentCaptured::TYPE, there_and_back::<PaymentCaptured>()),
        (PaymentFailed::TYPE, there_and_back::<PaymentFailed>()),
        (PaymentRefunded::TYPE, there_and_back::<PaymentRefunded>()),
        (StockLow::TYPE, there_and_back::<StockLow>()),
        (StockRanOut::TYPE, there_and_back::<StockRanOut>()),
        (StockReturned::TYPE, there_and_back::<StockReturned>()),
        (JobDue::TYPE, there_and_back::<JobDue>()),
    ];
    let tested: BTreeSet<_> = all.iter().map(|(event_type, _)| *event_type).collect();
    let listed: BTreeSet<_> = events().iter().map(|event| event.event_type).collect();
    assert_eq!(tested, listed, "an event is listed and not tested here");
    for (event_type, (typed, sealed)) in all {
        assert_eq!(typed, sample(event_type), "{event_type}");
        assert_eq!(sealed, sample(event_type), "{event_type} sealed");
    }
}

#[test]
fn every_sample_file_is_that_of_an_event() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/samples");
    let files: BTreeSet<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let wanted: BTreeSet<String> = events()
        .iter()
        .map(|event| format!("{}.json", event.event_type))
        .collect();
    assert_eq!(files, wanted);
}

#[test]
fn types_name_their_service_and_version_and_are_described() {
    for event in events() {
        let parts: Vec<_> = event.event_type.split('.').collect();
        let [service, what, version] = parts[..] else {
            panic!("{} has not three parts", event.event_type);
        };
        let envelope: Envelope = serde_json::from_str(event.sample).unwrap();
        assert_eq!((service, version), (&*envelope.source, "v1"));
        assert_eq!(service, source_of(event.event_type));
        assert_eq!(version, version_of(event.event_type));
        assert!(Slug::parse(what).is_ok(), "{what}");
        assert!(
            event.description.ends_with('.'),
            "{} says nothing",
            event.event_type
        );
    }
}

/// Every member of the samples is in the schemas, and what the schemas require is in the samples.
#[test]
fn schemas_describe_the_samples() {
    fn compare(schema: &Value, root: &Value, value: &Value, at: &str) {
        let reference = schema.get("$ref").and_then(Value::as_str);
        let schema = reference
            .and_then(|path| root.pointer(path.trim_start_matches('#')))
            .unwrap_or(schema);
        match value {
            Value::Object(members) => {
                let properties = schema["properties"].as_object().expect(at);
                for (name, member) in members {
                    let at = format!("{at}/{name}");
                    compare(properties.get(name).expect(&at), root, member, &at);
                }
                let required = schema.get("required").and_then(Value::as_array);
                for name in required.into_iter().flatten() {
                    assert!(
                        members.contains_key(name.as_str().unwrap()),
                        "{at} lacks {name}"
                    );
                }
            }
            Value::Array(elements) => {
                for element in elements {
                    compare(&schema["items"], root, element, at);
                }
            }
            Value::String(text) => {
                if let Some(name) = schema.get("format").and_then(Value::as_str) {
                    assert_eq!(kernel::format::check(name, text), Some(Ok(())), "{at}");
                }
            }
            _ => {}
        }
    }
    for event in events() {
        let sample: Value = serde_json::from_str(event.sample).unwrap();
        let root = event.schema.to_value();
        compare(&root, &root, &sample["data"], event.event_type);
    }
}

#[test]
fn product_events_are_read_by_their_type() {
    let read = |event_type| {
        let envelope: Envelope = serde_json::from_str(sample(event_type)).unwrap();
        ProductEvent::read(envelope)
    };
    for event_type in ProductEvent::TYPES {
        let event = read(event_type).unwrap();
        let (version, was) = match &event {
            ProductEvent::Created(_) => (1, None),
            ProductEvent::Changed(_) => (2, Some(ProductStatus::Draft)),
            ProductEvent::Archived(_) => (3, Some(ProductStatus::Active)),
        };
        assert_eq!(event.product().version, version, "{event_type}");
        assert_eq!(event.previous().map(|previous| previous.status), was);
    }
    let other = read(ImportRequested::TYPE).unwrap_err();
    assert!(matches!(other, Unreadable::OtherType { .. }), "{other}");
}

#[test]
fn wrong_types_and_shapes_are_told_apart() {
    let created = sample(ProductCreated::TYPE);
    let envelope: Envelope = serde_json::from_str(created).unwrap();
    let error = envelope.read::<ImportRequested>().unwrap_err();
    assert!(matches!(error, Unreadable::OtherType { .. }), "{error}");

    let renamed = created.replace(ProductCreated::TYPE, ImportRequested::TYPE);
    let envelope: Envelope = serde_json::from_str(&renamed).unwrap();
    let error = envelope.read::<ImportRequested>().unwrap_err();
    assert!(matches!(error, Unreadable::Shape { .. }), "{error}");

    let newer = created.replace("product-created.v1", "product-created.v2");
    let envelope: Envelope = serde_json::from_str(&newer).unwrap();
    assert!(envelope.read::<ProductCreated>().is_err());
}

#[test]
fn members_of_a_later_shape_are_skipped() {
    let mut value: Value = serde_json::from_str(sample(ProductCreated::TYPE)).unwrap();
    value["region"] = "eu".into();
    value["data"]["product"]["colour"] = "red".into();
    let envelope: Envelope = serde_json::from_str(&value.to_string()).unwrap();
    assert_eq!(
        envelope
            .read::<ProductCreated>()
            .unwrap()
            .data
            .product
            .version,
        1
    );
}

fn any_state() -> impl Strategy<Value = ProductState> {
    let money = (
        any::<i64>(),
        prop::sample::select(vec![
            CurrencyCode::USD,
            CurrencyCode::JPY,
            CurrencyCode::KWD,
        ]),
    )
        .prop_map(|(minor, currency)| Money::new(minor, currency));
    let status = prop::sample::select(vec![
        ProductStatus::Draft,
        ProductStatus::Active,
        ProductStatus::Archived,
    ]);
    let variant =
        ("[a-z]{1,9}", "[A-Za-z0-9._-]{1,64}", money.clone()).prop_map(|(id, sku, price)| {
            VariantState {
                id: kernel::VariantId::derive("variant", &id),
                sku: Sku::parse(&sku).unwrap(),
                price,
            }
        });
    (
        (
            "[a-z]{1,9}",
            "[a-z]{1,9}",
            any::<u64>(),
            "[A-Za-z0-9._-]{1,64}",
            "[a-z0-9]{1,50}",
        ),
        (
            "\\PC{0,50}",
            prop::option::of("\\PC{0,20}"),
            money,
            status,
            prop::collection::vec(variant, 0..4),
        ),
    )
        .prop_map(
            |((id, category, version, sku, slug), (name, brand, price, status, variants))| {
                ProductState {
                    id: ProductId::derive("product", &id),
                    version,
                    sku: Sku::parse(&sku).unwrap(),
                    slug: Slug::parse(&slug).unwrap(),
                    name,
                    brand,
                    category_id: kernel::CategoryId::derive("category", &category),
                    price,
                    status,
                    in_stock: version % 2 == 0,
                    variants,
                }
            },
        )
}

proptest! {
    #[test]
    fn whatever_is_told_is_heard(product in any_state(), at in 0_i64..4_000_000_000_000, trace in prop::option::of("[0-9a-f]{8}")) {
        let previous = Previous {
            category_id: product.category_id,
            status: product.status,
            price: product.price,
        };
        let id = EventId::generate(Timestamp::from_millis(at), [3; 10]);
        let told = Envelope::new(id, Timestamp::from_millis(at), ProductChanged { product, previous }).traced(trace);
        let text = serde_json::to_string(&told.clone().seal().unwrap()).unwrap();
        prop_assert_eq!(&text, &serde_json::to_string(&told).unwrap());
        let envelope: Envelope = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(envelope.read::<ProductChanged>().unwrap(), told);
    }
}
