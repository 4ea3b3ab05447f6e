//! Where items stand, and where a listing goes on.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};

use crate::Attributes;
use crate::item::{PK, SK, text};

/// The key of an item: its partition, and its place there.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Key {
    /// The partition.
    pub pk: String,
    /// The place in the partition; it sorts.
    pub sk: String,
}

impl Key {
    /// A key of a partition and a place.
    pub fn new(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self {
            pk: pk.into(),
            sk: sk.into(),
        }
    }

    pub(crate) fn attributes(&self) -> Attributes {
        Attributes::from([
            (PK.to_owned(), AttributeValue::S(self.pk.clone())),
            (SK.to_owned(), AttributeValue::S(self.sk.clone())),
        ])
    }

    pub(crate) fn of(attributes: &Attributes) -> Option<Self> {
        Some(Self::new(text(attributes, PK)?, text(attributes, SK)?))
    }
}

/// An item in the order of a query: the query goes on after it.
///
/// It is what a cursor holds. A position that comes back from a caller is checked against the
/// query that it is given to; see [`TableError::Position`](crate::TableError::Position).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Position(BTreeMap<String, String>);

impl Position {
    /// After an item, by the table's own order.
    pub fn after(key: &Key) -> Self {
        Self(BTreeMap::from([
            (PK.to_owned(), key.pk.clone()),
            (SK.to_owned(), key.sk.clone()),
        ]))
    }

    /// After an item, by the order of an index: for listings that are merged of several
    /// partitions and so stop within a slice.
    pub fn in_index(
        index: &manifest::Index,
        partition: impl Into<String>,
        sort: impl Into<String>,
        key: &Key,
    ) -> Self {
        let mut position = Self::after(key);
        position
            .0
            .insert(index.partition.to_owned(), partition.into());
        position.0.insert(index.sort.to_owned(), sort.into());
        position
    }

    /// After an item whose attributes are known; none when they lack a key.
    pub(crate) fn of(attributes: &Attributes, keys: &[&str]) -> Option<Self> {
        keys.iter()
            .map(|name| Some(((*name).to_owned(), text(attributes, name)?.to_owned())))
            .collect::<Option<_>>()
            .map(Self)
    }

    /// A part of the position: a key of the table, or of the index.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub(crate) fn is_of(&self, keys: &[&str]) -> bool {
        self.0.len() == keys.len() && keys.iter().all(|name| self.0.contains_key(*name))
    }

    pub(crate) fn attributes(&self) -> Attributes {
        self.0
            .iter()
            .map(|(name, value)| (name.clone(), AttributeValue::S(value.clone())))
            .collect()
    }
}
