//! What the orders service tells.
//!
//! Its events name nobody's address: a reader that needs it asks orders, so that an erasure has one
//! place to reach.

use kernel::{
    CancellationId, CartId, LineId, Money, OrderId, PaymentId, ProductId, Quantity, Sku, Timestamp,
    UserId, VariantId,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Event;

/// Where an order stands.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    /// Its stock is held until its payment is due.
    PendingPayment,
    /// The money is captured and the stock is its own.
    Paid,
    /// It is being packed.
    Processing,
    /// It is on its way.
    Shipped,
    /// It has arrived.
    Delivered,
    /// It came back.
    Returned,
    /// It was called off before it was shipped.
    Cancelled,
    /// It was not paid in time, and its stock is free again.
    Expired,
}

/// An order as it is after the event. Of two states of an order the one with the higher `version`
/// is the later; a consumer drops the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderState {
    /// The order.
    pub id: OrderId,
    /// Rises by one with every change.
    pub version: u64,
    /// What people call it by. It grows, with gaps, and is no key.
    pub number: u64,
    /// Whose it is; a guest's has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// Where it stands.
    pub status: OrderStatus,
    /// Its lines, without what was cancelled of them.
    pub items: Vec<OrderLine>,
    /// Its lines before discount, tax and shipping.
    pub subtotal: Money,
    /// What was taken off.
    pub discount: Money,
    /// The tax in it or on it.
    pub tax: Money,
    /// What sending it costs.
    pub shipping: Money,
    /// What is to be paid.
    pub total: Money,
    /// When it was placed.
    pub placed_at: Timestamp,
}

/// A line of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderLine {
    /// The line.
    pub id: LineId,
    /// The product.
    pub product_id: ProductId,
    /// The variant, where the product has any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant_id: Option<VariantId>,
    /// What is taken from the shelf.
    pub sku: Sku,
    /// How many.
    pub quantity: Quantity,
    /// What one cost when the order was placed.
    pub unit_price: Money,
    /// All of them, before discount and tax.
    pub line_total: Money,
}

/// What was called off, and what of the money that was captured for it is due back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Cancellation {
    /// The cancellation: a refund for it is made once under this id.
    pub id: CancellationId,
    /// The quantities that were called off. None where money came that the order does not owe: it
    /// was off by then, or paid by another payment.
    pub items: Vec<CancelledLine>,
    /// What is due back: prices, tax and discount of these quantities, and shipping where nothing
    /// remains to be sent. Nothing where nothing was paid.
    pub refund: Money,
    /// The payment that it is due back from, where anything is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_id: Option<PaymentId>,
    /// Why, in somebody's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// How many of a line were called off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CancelledLine {
    /// The line.
    pub id: LineId,
    /// Its stock keeping unit.
    pub sku: Sku,
    /// How many.
    pub quantity: Quantity,
}

/// An order was placed. Its stock is held, and it awaits payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderPlaced {
    /// The order as it is now.
    pub order: OrderState,
}

/// An order is paid and may be packed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderPaid {
    /// The order as it is now.
    pub order: OrderState,
    /// The payment.
    pub payment_id: PaymentId,
}

/// An order was called off as a whole; or money came for one that is off, and is due back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderCancelled {
    /// The order as it is now.
    pub order: OrderState,
    /// What was called off with it.
    pub cancellation: Cancellation,
}

/// A part of an order was called off, and the rest goes on; or money came for it that it does not
/// owe, and is due back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderLinesCancelled {
    /// The order as it is now.
    pub order: OrderState,
    /// What was called off.
    pub cancellation: Cancellation,
}

/// An order was not paid in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderExpired {
    /// The order as it is now.
    pub order: OrderState,
}

/// An order is on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderShipped {
    /// The order as it is now.
    pub order: OrderState,
}

/// An order has arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderDelivered {
    /// The order as it is now.
    pub order: OrderState,
}

/// An order came back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderReturned {
    /// The order as it is now.
    pub order: OrderState,
}

/// A cart with something in it was left alone for long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CartAbandoned {
    /// The cart.
    pub cart_id: CartId,
    /// Whose it is; a guest's has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// How many things are in it.
    pub item_count: u32,
    /// What they cost when the cart was last shown.
    pub subtotal: Money,
    /// When it was last touched.
    pub last_active_at: Timestamp,
}

impl Event for OrderPlaced {
    const TYPE: &'static str = "orders.order-placed.v1";
}

impl Event for OrderPaid {
    const TYPE: &'static str = "orders.order-paid.v1";
}

impl Event for OrderCancelled {
    const TYPE: &'static str = "orders.order-cancelled.v1";
}

impl Event for OrderLinesCancelled {
    const TYPE: &'static str = "orders.order-lines-cancelled.v1";
}

impl Event for OrderExpired {
    const TYPE: &'static str = "orders.order-expired.v1";
}

impl Event for OrderShipped {
    const TYPE: &'static str = "orders.order-shipped.v1";
}

impl Event for OrderDelivered {
    const TYPE: &'static str = "orders.order-delivered.v1";
}

impl Event for OrderReturned {
    const TYPE: &'static str = "orders.order-returned.v1";
}

impl Event for CartAbandoned {
    const TYPE: &'static str = "orders.cart-abandoned.v1";
}
