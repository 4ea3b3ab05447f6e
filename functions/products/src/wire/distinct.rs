//! Objects in which a name stands once.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

/// An object by its names. JSON leaves open which value counts when a name stands twice, so whoever
/// wrote it is asked.
#[derive(Debug)]
pub struct Distinct<V>(pub BTreeMap<String, V>);

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Distinct<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Names<V>(PhantomData<V>);

        impl<'de, V: Deserialize<'de>> Visitor<'de> for Names<V> {
            type Value = Distinct<V>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = BTreeMap::new();
                while let Some((name, value)) = map.next_entry::<String, V>()? {
                    if members.contains_key(&name) {
                        return Err(A::Error::custom(format_args!("names `{name}` twice")));
                    }
                    members.insert(name, value);
                }
                Ok(Distinct(members))
            }
        }

        deserializer.deserialize_map(Names(PhantomData))
    }
}

/// Reads an object in which no name stands twice.
pub fn distinct<'de, D, V>(deserializer: D) -> Result<BTreeMap<String, V>, D::Error>
where
    D: Deserializer<'de>,
    V: Deserialize<'de>,
{
    Distinct::deserialize(deserializer).map(|read| read.0)
}

/// Reads an object in which no name stands twice, or `null`.
#[allow(
    clippy::option_option,
    reason = "a field that is null is not one that is absent"
)]
pub fn distinct_or_null<'de, D, V>(
    deserializer: D,
) -> Result<Option<Option<BTreeMap<String, V>>>, D::Error>
where
    D: Deserializer<'de>,
    V: Deserialize<'de>,
{
    let read = Option::<Distinct<V>>::deserialize(deserializer)?;
    Ok(Some(read.map(|read| read.0)))
}
