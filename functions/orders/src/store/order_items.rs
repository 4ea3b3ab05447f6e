//! Orders as they are stored.

use aws::{Item, Key, TableError};
use kernel::{OrderId, Timestamp, TokenHash, UserId};
use serde::{Deserialize, Serialize};

use super::Store;
use super::StoreError;
use crate::cancellation::Cancellation;
use crate::order::{
    Address, Buyer, Entry, FulfilmentStatus, Line, Order, OrderStatus, PaymentStatus,
    ShippingMethod, Totals,
};
use crate::payment::{Attempt, Receipt};

/// Partitions over which lists of all orders are spread: one takes a thousand writes a second.
pub(crate) const SHARDS: u32 = 8;

/// Between the time and the id of an order in an index: it sorts before anything that ids have.
pub(super) const SEPARATOR: char = '\t';

/// Where an order stands.
pub(super) fn order_key(id: OrderId) -> Key {
    Key::new(format!("order#{id}"), "order")
}

/// The shard of an order.
pub(super) fn shard_of(id: OrderId) -> u32 {
    // The last bits of an id are chance, or a hash.
    (id.uuid().as_u128() % u128::from(SHARDS)) as u32
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct OrderItem {
    id: OrderId,
    number: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user_id: Option<UserId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    token: Option<TokenHash>,
    #[serde(default)]
    buyer_erased: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    status: OrderStatus,
    payment: PaymentStatus,
    fulfilment: FulfilmentStatus,
    lines: Vec<Line>,
    totals: Totals,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    address: Option<Address>,
    shipping_method: ShippingMethod,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    held_until: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    attempt: Option<Attempt>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    receipts: Vec<Receipt>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    cancellations: Vec<Cancellation>,
    timeline: Vec<Entry>,
    version: u64,
    created_at: Timestamp,
    updated_at: Timestamp,

    // The keys of the indexes. A user's is `user_id` itself.
    shop_shard: String,
    status_shard: String,
    placed: String,
    /// Of orders that wait to be paid, and whose time to be paid runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    due_shard: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    due: Option<String>,
}

impl Item for OrderItem {
    const TYPE: &'static str = "order";

    fn key(&self) -> Key {
        order_key(self.id)
    }
}

/// What sorts orders by time: no two are equal.
pub(super) fn placed(at: Timestamp, id: OrderId) -> String {
    format!("{at}{SEPARATOR}{id}")
}

/// The partition of a shard in the index of a status.
pub(super) fn status_shard(status: OrderStatus, shard: u32) -> String {
    format!("{}#{shard}", status_word(status))
}

/// The partition of a shard in the indexes of all orders and of due ones.
pub(super) fn plain_shard(shard: u32) -> String {
    shard.to_string()
}

/// A status as it stands in keys.
pub(super) const fn status_word(status: OrderStatus) -> &'static str {
    match status {
        OrderStatus::PendingPayment => "pending_payment",
        OrderStatus::Paid => "paid",
        OrderStatus::Processing => "processing",
        OrderStatus::Shipped => "shipped",
        OrderStatus::Delivered => "delivered",
        OrderStatus::Returned => "returned",
        OrderStatus::Cancelled => "cancelled",
        OrderStatus::Expired => "expired",
    }
}

impl From<&Order> for OrderItem {
    fn from(order: &Order) -> Self {
        let (user_id, token) = match &order.buyer {
            Buyer::User(user) => (Some(*user), None),
            Buyer::Guest { token } => (None, Some(token.clone())),
        };
        let shard = shard_of(order.id);
        let due = order
            .held_until
            .filter(|_| order.status == OrderStatus::PendingPayment && !order.is_confirmed());
        Self {
            id: order.id,
            number: order.number,
            user_id,
            token,
            buyer_erased: order.buyer_erased,
            email: order.email.clone(),
            status: order.status,
            payment: order.payment,
            fulfilment: order.fulfilment,
            lines: order.lines.clone(),
            totals: order.totals,
            address: order.address.clone(),
            shipping_method: order.shipping_method,
            note: order.note.clone(),
            held_until: order.held_until,
            attempt: order.attempt,
            receipts: order.receipts.clone(),
            cancellations: order.cancellations.clone(),
            timeline: order.timeline.clone(),
            version: order.version,
            created_at: order.created_at,
            updated_at: order.updated_at,
            shop_shard: plain_shard(shard),
            status_shard: status_shard(order.status, shard),
            placed: placed(order.created_at, order.id),
            due_shard: due.map(|_| plain_shard(shard)),
            due: due.map(|due| placed(due, order.id)),
        }
    }
}

impl TryFrom<OrderItem> for Order {
    type Error = TableError;

    fn try_from(item: OrderItem) -> Result<Self, TableError> {
        let buyer = match (item.user_id, item.token) {
            (Some(user), None) => Buyer::User(user),
            (None, Some(token)) => Buyer::Guest { token },
            _ => {
                let broken = format!("order {} is nobody's, or two buyers'", item.id);
                return Err(TableError::Corrupt(broken));
            }
        };
        Ok(Self {
            id: item.id,
            number: item.number,
            buyer,
            buyer_erased: item.buyer_erased,
            email: item.email,
            status: item.status,
            payment: item.payment,
            fulfilment: item.fulfilment,
            lines: item.lines,
            totals: item.totals,
            address: item.address,
            shipping_method: item.shipping_method,
            note: item.note,
            held_until: item.held_until,
            attempt: item.attempt,
            receipts: item.receipts,
            cancellations: item.cancellations,
            timeline: item.timeline,
            version: item.version,
            created_at: item.created_at,
            updated_at: item.updated_at,
        })
    }
}

impl Store {
    /// An order as the last write left it.
    pub async fn order(&self, id: OrderId) -> Result<Option<Order>, StoreError> {
        let item = self.table().get::<OrderItem>(order_key(id)).await?;
        Ok(item.map(Order::try_from).transpose()?)
    }

    /// Writes an order as it is, whatever stands there.
    #[cfg(test)]
    pub(crate) async fn put_order(&self, order: &Order) {
        let item = OrderItem::from(order);
        self.table()
            .put(&item, aws::Condition::none())
            .await
            .unwrap();
    }
}
