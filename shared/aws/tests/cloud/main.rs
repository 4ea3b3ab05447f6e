//! The crate against a real DynamoDB protocol, at `AWS_ENDPOINT_URL`. Every test has its own
//! table. What no local server does (conflicts, lost answers, keys left unread) is scripted.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails; the lints know test functions, not what they call"
)]

mod blobs;
mod bucket;
mod items;
mod mails;
mod messages;
mod once;
mod outbox;
mod query;
mod scripted;
mod token_versions;
mod transaction;

use aws::{Aws, Item, Key, Table, testing};
use kernel::{OperationId, Timestamp};
use manifest::{Index, Projection};
use serde::{Deserialize, Serialize};

/// A table with one index, as a service might have it.
const SHELVES: manifest::Table = manifest::Table {
    name: "shelves",
    indexes: &[BY_RANK],
    outbox: true,
};

const BY_RANK: Index = Index {
    name: "by-rank",
    partition: "room",
    sort: "rank",
    projection: Projection::Include(&["label"]),
};

/// An item with attributes whose names are reserved words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Shelf {
    id: String,
    room: String,
    rank: String,
    label: String,
    status: String,
    size: i64,
    version: u64,
}

impl Shelf {
    fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            room: "hall".into(),
            rank: "1".into(),
            label: "empty".into(),
            status: "new".into(),
            size: 0,
            version: 1,
        }
    }

    fn place(id: &str) -> Key {
        Key::new(format!("shelf#{id}"), "shelf")
    }
}

impl Item for Shelf {
    const TYPE: &'static str = "shelf";

    fn key(&self) -> Key {
        Self::place(&self.id)
    }
}

async fn cloud() -> Aws {
    testing::cloud(&[&SHELVES])
        .await
        .unwrap_or_else(|error| panic!("no local cloud to test against: {error:?}"))
}

async fn table() -> Table {
    cloud().await.table(&SHELVES).unwrap()
}

/// A time to count from.
fn noon() -> Timestamp {
    Timestamp::parse("2026-06-01T12:00:00Z").unwrap()
}

fn operation(name: &str) -> OperationId {
    OperationId::derive("test", name)
}
