//! Items as they are stored.

use aws::{Item, Key};
use kernel::{ProductId, ReservationId, Sku, Timestamp, VariantId};
use serde::{Deserialize, Serialize};

use crate::alert::{AlertKind, Watch};
use crate::movement::{Cause, Entry, place};
use crate::reservation::{Part, Reservation, State, Units};
use crate::stock::{Bucket, ExpiredHold, Head};

/// Partitions over which the lists of the whole shop are spread: one takes a thousand writes a
/// second, and lists are written to as records come and go.
pub(super) const LIST_SHARDS: u32 = 4;
/// Partitions over which standing reservations are spread: each is written to twice, so these
/// take eight thousand a second.
pub(super) const HOLD_SHARDS: u32 = 16;

/// A time that sorts as text.
pub(super) fn sortable(at: Timestamp) -> String {
    format!("{:015}", at.millis().max(0))
}

/// A partition of a list, by the name of what is listed.
pub(super) fn shard(list: &str, name: &str, of: u32) -> String {
    // FNV-1a: the same everywhere and for ever, which std's hasher does not promise.
    let hash = name.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    format!("{list}#{}", hash % of)
}

/// The partition of a bucket.
pub(super) fn bucket_partition(sku: &Sku, bucket: u8) -> String {
    format!("stock#{sku}#{bucket}")
}

pub(super) fn bucket_key(sku: &Sku, bucket: u8) -> Key {
    Key::new(bucket_partition(sku, bucket), BUCKET)
}

/// The head stands beside the first bucket, so that one query reads both.
pub(super) fn head_key(sku: &Sku) -> Key {
    Key::new(bucket_partition(sku, 0), HEAD)
}

pub(super) fn hold_key(part: &Part, until: Timestamp, id: ReservationId) -> Key {
    let place = format!("{HOLD}#{}#{id}", sortable(until));
    Key::new(bucket_partition(&part.sku, part.bucket), place)
}

/// The sort keys of a bucket, its head, and the holds that have ended by a time.
pub(super) fn up_to(now: Timestamp) -> (&'static str, String) {
    (BUCKET, format!("{HOLD}#{}#~", sortable(now)))
}

/// In this order they stand in a partition.
const BUCKET: &str = "bucket";
const HEAD: &str = "head";
const HOLD: &str = "hold";

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct HeadItem {
    pub sku: Sku,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    product_id: Option<ProductId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    variant_id: Option<VariantId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    product_at: Option<Timestamp>,
    low_stock_threshold: u32,
    spread: u8,
    buckets: u8,
    watch: Watch,
    version: u64,
    revision: u64,
    stock_shard: String,
    /// There while the stock is low as far as anybody was told, or was never there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    low_shard: Option<String>,
}

impl Item for HeadItem {
    const TYPE: &'static str = HEAD;

    fn key(&self) -> Key {
        head_key(&self.sku)
    }
}

impl From<&Head> for HeadItem {
    fn from(head: &Head) -> Self {
        let low = head.watch.low || !head.watch.in_stock;
        let shard_of = |list: &str| shard(list, head.sku.as_str(), LIST_SHARDS);
        Self {
            sku: head.sku.clone(),
            product_id: head.product_id,
            variant_id: head.variant_id,
            product_at: head.product_at,
            low_stock_threshold: head.low_stock_threshold,
            spread: head.spread,
            buckets: head.buckets,
            watch: head.watch,
            version: head.version,
            revision: head.revision,
            stock_shard: shard_of(STOCK_LIST),
            low_shard: low.then(|| shard_of(LOW_LIST)),
        }
    }
}

impl From<HeadItem> for Head {
    fn from(item: HeadItem) -> Self {
        Self {
            sku: item.sku,
            product_id: item.product_id,
            variant_id: item.variant_id,
            product_at: item.product_at,
            low_stock_threshold: item.low_stock_threshold,
            spread: item.spread,
            buckets: item.buckets,
            watch: item.watch,
            version: item.version,
            revision: item.revision,
        }
    }
}

pub(super) const STOCK_LIST: &str = "stock";
pub(super) const LOW_LIST: &str = "low";
pub(super) const ALERT_LIST: &str = "alerts";
pub(super) const HOLD_LIST: &str = "holds";

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct BucketItem {
    pub sku: Sku,
    pub bucket: u8,
    pub free: u64,
    pub reserved: u64,
    pub version: u64,
    pub moves: u64,
    pub fence: Timestamp,
    /// In the first one: how many there are, so that who reads it need not read the head.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub buckets: Option<u8>,
}

impl Item for BucketItem {
    const TYPE: &'static str = BUCKET;

    fn key(&self) -> Key {
        bucket_key(&self.sku, self.bucket)
    }
}

impl From<BucketItem> for Bucket {
    fn from(item: BucketItem) -> Self {
        Self {
            number: item.bucket,
            free: item.free,
            reserved: item.reserved,
            version: item.version,
            moves: item.moves,
            fence: item.fence,
        }
    }
}

/// What a reservation holds of a bucket: found by the bucket, the first to end first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct HoldItem {
    pub reservation: ReservationId,
    pub sku: Sku,
    pub bucket: u8,
    pub quantity: u64,
    pub until: Timestamp,
    /// Its reservation is large: it may be sold and this stand all the same.
    pub large: bool,
}

impl HoldItem {
    pub(super) fn of(reservation: &Reservation, part: &Part) -> Self {
        Self {
            reservation: reservation.id,
            sku: part.sku.clone(),
            bucket: part.bucket,
            quantity: part.quantity,
            until: reservation.until,
            large: reservation.is_large(),
        }
    }
}

impl Item for HoldItem {
    const TYPE: &'static str = HOLD;

    fn key(&self) -> Key {
        let part = Part {
            sku: self.sku.clone(),
            bucket: self.bucket,
            quantity: self.quantity,
        };
        hold_key(&part, self.until, self.reservation)
    }
}

impl From<HoldItem> for ExpiredHold {
    fn from(item: HoldItem) -> Self {
        Self {
            reservation: item.reservation,
            bucket: item.bucket,
            quantity: item.quantity,
        }
    }
}

/// What stands in the partition of a bucket.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(super) enum Row {
    Bucket(BucketItem),
    Head(HeadItem),
    Hold(HoldItem),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct ReservationItem {
    id: ReservationId,
    state: State,
    parts: Vec<Part>,
    until: Timestamp,
    restocked: Units,
    version: u64,
    /// When nobody will ask for it any more; absent while it holds something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hold_shard: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hold_until: Option<String>,
}

pub(super) fn reservation_key(id: ReservationId) -> Key {
    Key::new(format!("reservation#{id}"), "reservation")
}

impl ReservationItem {
    /// As it is stored at a time.
    pub(super) fn of(reservation: &Reservation, now: Timestamp) -> Self {
        let holds = reservation.state == State::Held;
        let expires = match reservation.state {
            State::Held => None,
            // What was sold may come back as long as a shop takes things back.
            State::Committed => Some(now.plus(std::time::Duration::from_hours(24 * 730))),
            State::Released | State::Lapsed => {
                Some(now.plus(std::time::Duration::from_hours(24 * 30)))
            }
        };
        Self {
            id: reservation.id,
            state: reservation.state,
            parts: reservation.parts.clone(),
            until: reservation.until,
            restocked: reservation.restocked.clone(),
            version: reservation.version,
            expires: expires.map(Timestamp::seconds),
            hold_shard: holds.then(|| shard(HOLD_LIST, &reservation.id.to_string(), HOLD_SHARDS)),
            hold_until: holds.then(|| sortable(reservation.until)),
        }
    }
}

impl Item for ReservationItem {
    const TYPE: &'static str = "reservation";

    fn key(&self) -> Key {
        reservation_key(self.id)
    }
}

impl From<ReservationItem> for Reservation {
    fn from(item: ReservationItem) -> Self {
        Self {
            id: item.id,
            state: item.state,
            parts: item.parts,
            until: item.until,
            restocked: item.restocked,
            version: item.version,
        }
    }
}

/// Stock came back once for this reason.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct RestockItem {
    pub reservation: ReservationId,
    pub key: String,
    pub units: Units,
}

impl Item for RestockItem {
    const TYPE: &'static str = "restock";

    fn key(&self) -> Key {
        restock_key(self.reservation, &self.key)
    }
}

pub(super) fn restock_key(id: ReservationId, key: &str) -> Key {
    Key::new(format!("reservation#{id}"), format!("restock#{key}"))
}

/// The ledger of a bucket has a partition of its own, for it is written to as the bucket is.
pub(super) fn ledger_partition(sku: &Sku, bucket: u8) -> String {
    format!("ledger#{sku}#{bucket}")
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct MovementItem {
    pub sku: Sku,
    pub bucket: u8,
    pub at: Timestamp,
    pub cause: Cause,
    pub quantity: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_hand_after: Option<u64>,
}

impl Item for MovementItem {
    const TYPE: &'static str = "movement";

    fn key(&self) -> Key {
        let partition = ledger_partition(&self.sku, self.bucket);
        Key::new(partition, place(self.at, &self.cause.id))
    }
}

impl From<MovementItem> for Entry {
    fn from(item: MovementItem) -> Self {
        Self {
            at: item.at,
            cause: item.cause,
            quantity: item.quantity,
            on_hand_after: item.on_hand_after,
        }
    }
}

/// An alert that is open. It is deleted when it closes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct AlertItem {
    pub sku: Sku,
    pub kind: AlertKind,
    pub opened_at: Timestamp,
    pub available: u64,
    pub low_stock_threshold: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product_id: Option<ProductId>,
    pub alert_shard: String,
    pub alert_time: String,
}

impl AlertItem {
    pub(super) fn of(head: &Head, kind: AlertKind, available: u64, at: Timestamp) -> Self {
        Self {
            sku: head.sku.clone(),
            kind,
            opened_at: at,
            available,
            low_stock_threshold: head.low_stock_threshold,
            product_id: head.product_id,
            alert_shard: shard(ALERT_LIST, head.sku.as_str(), LIST_SHARDS),
            alert_time: format!("{}#{}#{}", sortable(at), head.sku, kind.as_str()),
        }
    }
}

impl Item for AlertItem {
    const TYPE: &'static str = "alert";

    fn key(&self) -> Key {
        alert_key(&self.sku, self.kind)
    }
}

pub(super) fn alert_key(sku: &Sku, kind: AlertKind) -> Key {
    Key::new(format!("alert#{sku}"), kind.as_str())
}
