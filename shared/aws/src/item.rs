//! Items: what a store writes, and the attributes this crate adds to it.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Key, TableError};

/// An item as DynamoDB keeps it.
pub type Attributes = HashMap<String, AttributeValue>;

/// The attributes that this crate writes itself.
pub(crate) const PK: &str = "pk";
pub(crate) const SK: &str = "sk";
pub(crate) const TYPE: &str = "type";
pub(crate) const SCHEMA: &str = "schema";
/// When an item may be removed, in seconds since 1970.
pub(crate) const EXPIRES: &str = "expires";
const OURS: [&str; 4] = [PK, SK, TYPE, SCHEMA];

/// An item of a service's table, as its store knows it.
///
/// The fields are the attributes; `version`, `expires` and the attributes of indexes are fields
/// like any other. `pk`, `sk`, `type` and `schema` are written and taken off here. A field that is
/// `None` should be skipped (`skip_serializing_if`): an index refuses an attribute that is null.
pub trait Item: Serialize + DeserializeOwned {
    /// What it is, among the items of its table.
    const TYPE: &'static str;
    /// The shape that is written now; older ones are brought up by [`upcast`](Self::upcast).
    const SCHEMA: u32 = 1;

    /// Where it stands.
    fn key(&self) -> Key;

    /// Brings an item of an older shape to the present one.
    fn upcast(_item: &mut Attributes, _from: u32) {}
}

/// The attributes of an item to be written.
pub(crate) fn encode<T: Item>(item: &T) -> Result<Attributes, TableError> {
    let mut attributes: Attributes = serde_dynamo::to_item(item).map_err(TableError::fault)?;
    if let Some(taken) = OURS.iter().find(|name| attributes.contains_key(**name)) {
        return Err(TableError::fault(format!(
            "a {} has a field `{taken}`, which is written for it",
            T::TYPE
        )));
    }
    let key = item.key();
    attributes.insert(PK.to_owned(), AttributeValue::S(key.pk));
    attributes.insert(SK.to_owned(), AttributeValue::S(key.sk));
    attributes.insert(TYPE.to_owned(), AttributeValue::S(T::TYPE.to_owned()));
    attributes.insert(SCHEMA.to_owned(), AttributeValue::N(T::SCHEMA.to_string()));
    fits(attributes)
}

/// DynamoDB's limit of an item, names included.
const LARGEST: usize = 400 * 1024;

/// Holds an item to DynamoDB's limit before it is sent: its own refusal is a sentence to be
/// guessed at, and one among many of a transaction.
pub(crate) fn fits(attributes: Attributes) -> Result<Attributes, TableError> {
    if map_size(&attributes) > LARGEST {
        return Err(TableError::TooLarge);
    }
    Ok(attributes)
}

fn map_size(attributes: &Attributes) -> usize {
    attributes
        .iter()
        .map(|(name, value)| name.len() + size(value))
        .sum()
}

/// As DynamoDB's documentation counts, but for numbers, of which it only says about how much.
fn size(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(digits) => digits.len().div_ceil(2) + 1,
        AttributeValue::B(bytes) => bytes.as_ref().len(),
        AttributeValue::Ss(texts) => texts.iter().map(String::len).sum(),
        AttributeValue::Ns(numbers) => numbers.iter().map(|n| n.len().div_ceil(2) + 1).sum(),
        AttributeValue::Bs(all) => all.iter().map(|bytes| bytes.as_ref().len()).sum(),
        AttributeValue::L(values) => 3 + values.iter().map(|value| 1 + size(value)).sum::<usize>(),
        AttributeValue::M(map) => 3 + map.len() + map_size(map),
        _ => 1,
    }
}

/// The item that attributes are, brought up to the present shape.
pub fn decode<T: Item>(mut attributes: Attributes) -> Result<T, TableError> {
    let place = place(&attributes);
    match attributes.remove(TYPE) {
        Some(AttributeValue::S(kind)) if kind == T::TYPE => {}
        other => {
            return Err(TableError::Corrupt(format!(
                "{place} is no {} but {other:?}",
                T::TYPE
            )));
        }
    }
    let schema = match attributes.remove(SCHEMA) {
        Some(AttributeValue::N(number)) => number.parse::<u32>().ok(),
        _ => None,
    };
    let Some(schema) = schema.filter(|schema| (1..=T::SCHEMA).contains(schema)) else {
        return Err(TableError::Corrupt(format!(
            "{place} has no schema from 1 to {}",
            T::SCHEMA
        )));
    };
    attributes.remove(PK);
    attributes.remove(SK);
    if schema < T::SCHEMA {
        T::upcast(&mut attributes, schema);
    }
    serde_dynamo::from_item(attributes)
        .map_err(|error| TableError::Corrupt(format!("{place}: {error}")))
}

/// Reads a part of an item, such as what an index carries. All attributes are there to be read,
/// `pk` and `sk` too; those not asked for are left.
pub fn project<T: DeserializeOwned>(attributes: Attributes) -> Result<T, TableError> {
    let place = place(&attributes);
    serde_dynamo::from_item(attributes)
        .map_err(|error| TableError::Corrupt(format!("{place}: {error}")))
}

/// A value as an attribute.
pub(crate) fn value<T: Serialize>(value: T) -> Result<AttributeValue, String> {
    serde_dynamo::to_attribute_value(value).map_err(|error| error.to_string())
}

/// The text of a string attribute.
pub(crate) fn text<'a>(attributes: &'a Attributes, name: &str) -> Option<&'a str> {
    attributes.get(name)?.as_s().ok().map(String::as_str)
}

/// The number of a number attribute.
pub(crate) fn number(attributes: &Attributes, name: &str) -> Option<i64> {
    attributes.get(name)?.as_n().ok()?.parse().ok()
}

/// Where an item stands, for messages to the log.
fn place(attributes: &Attributes) -> String {
    format!(
        "{}/{}",
        text(attributes, PK).unwrap_or("?"),
        text(attributes, SK).unwrap_or("?")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Shelf {
        id: String,
        width_mm: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        label: Option<String>,
    }

    impl Item for Shelf {
        const TYPE: &'static str = "shelf";
        const SCHEMA: u32 = 3;

        fn key(&self) -> Key {
            Key::new(format!("shelf#{}", self.id), "shelf")
        }

        fn upcast(item: &mut Attributes, from: u32) {
            // The first shape counted centimetres, the second called the label a name.
            if from < 2
                && let Some(AttributeValue::N(width)) = item.remove("width_cm")
            {
                item.insert(
                    "width_mm".to_owned(),
                    AttributeValue::N(format!("{width}0")),
                );
            }
            if from < 3
                && let Some(name) = item.remove("name")
            {
                item.insert("label".to_owned(), name);
            }
        }
    }

    fn stored(pairs: &[(&str, AttributeValue)]) -> Attributes {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect()
    }

    fn s(text: &str) -> AttributeValue {
        AttributeValue::S(text.to_owned())
    }

    fn n(number: &str) -> AttributeValue {
        AttributeValue::N(number.to_owned())
    }

    #[test]
    fn an_item_comes_back_as_it_was_written() {
        let shelf = Shelf {
            id: "7".into(),
            width_mm: u64::MAX,
            label: None,
        };
        let attributes = encode(&shelf).unwrap();
        assert_eq!(attributes["pk"], s("shelf#7"));
        assert_eq!(attributes["type"], s("shelf"));
        assert_eq!(attributes["schema"], n("3"));
        assert!(!attributes.contains_key("label"));
        assert_eq!(decode::<Shelf>(attributes).unwrap(), shelf);
    }

    #[test]
    fn items_of_every_older_shape_are_brought_up() {
        let wanted = Shelf {
            id: "7".into(),
            width_mm: 900,
            label: Some("by the door".into()),
        };
        let first = stored(&[
            ("pk", s("shelf#7")),
            ("sk", s("shelf")),
            ("type", s("shelf")),
            ("schema", n("1")),
            ("id", s("7")),
            ("width_cm", n("90")),
            ("name", s("by the door")),
        ]);
        let second = stored(&[
            ("pk", s("shelf#7")),
            ("sk", s("shelf")),
            ("type", s("shelf")),
            ("schema", n("2")),
            ("id", s("7")),
            ("width_mm", n("900")),
            ("name", s("by the door")),
        ]);
        assert_eq!(decode::<Shelf>(first).unwrap(), wanted);
        assert_eq!(decode::<Shelf>(second).unwrap(), wanted);
    }

    #[test]
    fn an_item_of_another_type_or_a_later_shape_is_corrupt() {
        let shelf = |kind: &str, schema: &str| {
            stored(&[
                ("pk", s("shelf#7")),
                ("sk", s("shelf")),
                ("type", s(kind)),
                ("schema", n(schema)),
                ("id", s("7")),
                ("width_mm", n("1")),
            ])
        };
        assert!(decode::<Shelf>(shelf("shelf", "3")).is_ok());
        for (kind, schema) in [
            ("order", "3"),
            ("shelf", "4"),
            ("shelf", "0"),
            ("shelf", "x"),
        ] {
            let error = decode::<Shelf>(shelf(kind, schema)).unwrap_err();
            assert!(
                matches!(error, TableError::Corrupt(_)),
                "{kind} {schema}: {error}"
            );
            assert!(error.to_string().contains("shelf#7/shelf"), "{error}");
        }
    }

    #[test]
    fn a_field_may_not_take_an_attribute_of_ours() {
        #[derive(Serialize, Deserialize)]
        struct Taken {
            schema: String,
        }
        impl Item for Taken {
            const TYPE: &'static str = "taken";
            fn key(&self) -> Key {
                Key::new("a", "b")
            }
        }
        let error = encode(&Taken { schema: "x".into() }).unwrap_err();
        assert!(matches!(error, TableError::Fault(_)));
    }
}
