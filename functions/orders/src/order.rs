//! Orders: what was bought, at which price, for whom, and what became of it.

use std::fmt;

use contracts::orders::{OrderLine, OrderState};
use kernel::{
    CountryCode, CurrencyCode, Invalid, LineId, Money, MoneyError, OrderId, Phone, ProductId,
    Quantity, ReservationId, Sku, Timestamp, TokenHash, UserId, VariantId,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use contracts::orders::OrderStatus;

use crate::cancellation::Cancellation;
use crate::payment::{Attempt, Receipt};

/// An order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Its id.
    pub id: OrderId,
    /// What people call it by. It grows, with gaps, and is no key.
    pub number: u64,
    /// Whose it is.
    pub buyer: Buyer,
    /// Whether its buyer's account was erased.
    pub buyer_erased: bool,
    /// Where mails about it go; nothing when the buyer was erased.
    pub email: Option<String>,
    /// Where it stands.
    pub status: OrderStatus,
    /// What of it is paid.
    pub payment: PaymentStatus,
    /// What of it was sent.
    pub fulfilment: FulfilmentStatus,
    /// What was bought. A line stays when it is cancelled.
    pub lines: Vec<Line>,
    /// What it costs, as it was placed.
    pub totals: Totals,
    /// Where it goes; nothing when the buyer was erased.
    pub address: Option<Address>,
    /// How it goes.
    pub shipping_method: ShippingMethod,
    /// What the buyer wrote to it; nothing when the buyer was erased.
    pub note: Option<String>,
    /// Until when its stock is held, while it is not paid.
    pub held_until: Option<Timestamp>,
    /// The payment that is under way.
    pub attempt: Option<Attempt>,
    /// The money that was captured for it, the payment that paid it first.
    pub receipts: Vec<Receipt>,
    /// What was called off, the oldest first.
    pub cancellations: Vec<Cancellation>,
    /// Everything that happened to it, the oldest first.
    pub timeline: Vec<Entry>,
    /// Rises by one with every change.
    pub version: u64,
    /// When it was placed.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// Whose an order is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Buyer {
    /// A user's.
    User(UserId),
    /// A guest's, who shows a token. The hash of it is kept.
    Guest {
        /// The hash of the token.
        token: TokenHash,
    },
}

impl Buyer {
    /// The user, where it is one.
    pub const fn user(&self) -> Option<UserId> {
        match self {
            Self::User(user) => Some(*user),
            Self::Guest { .. } => None,
        }
    }
}

/// What of an order is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    /// Nothing.
    Unpaid,
    /// The money is promised, and the stock is the order's own.
    Authorised,
    /// All of it.
    Paid,
    /// A part of what was paid went back.
    PartiallyRefunded,
    /// All of what was paid went back.
    Refunded,
    /// The last attempt came to nothing; there may be another.
    Failed,
}

/// What of an order was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FulfilmentStatus {
    /// Nothing.
    Unfulfilled,
    /// A part.
    Partial,
    /// All that was not cancelled.
    Fulfilled,
    /// It came back.
    Returned,
}

/// A line of an order: some of one product or variant, at the price it had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Its id, which it had in the cart.
    pub id: LineId,
    /// The product.
    pub product_id: ProductId,
    /// The variant, where the product has any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant_id: Option<VariantId>,
    /// How it is taxed.
    pub tax_class: TaxClass,
    /// What is taken from the shelf.
    pub sku: Sku,
    /// What the product was called.
    pub name: String,
    /// How many were bought.
    pub quantity: Quantity,
    /// How many of them were called off.
    #[serde(default)]
    pub cancelled: u32,
    /// What one costs.
    pub unit_price: Money,
    /// All that were bought, before discount, and before tax where that comes on top.
    pub line_total: Money,
    /// The line's share of the order's discount.
    pub discount: Money,
    /// The tax in the line or on it.
    pub tax: Money,
}

impl Line {
    /// How many are still to be sent, or were.
    pub const fn remaining(&self) -> u32 {
        self.quantity.get().saturating_sub(self.cancelled)
    }

    /// What is paid for the line, with everything.
    ///
    /// # Errors
    /// When the sum is beyond all money, which it was not when the order was placed.
    pub fn payable(&self, tax_included: bool) -> Result<Money, MoneyError> {
        let net = self.line_total.checked_sub(self.discount)?;
        if tax_included {
            Ok(net)
        } else {
            net.checked_add(self.tax)
        }
    }
}

/// What an order costs.
///
/// `total` is `subtotal` less `discount`, with `shipping`, and with `tax` unless that is included.
/// The lines' sums are the order's: their totals `subtotal`, their discounts `discount`, and their
/// taxes with `shipping_tax` `tax`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// The lines.
    pub subtotal: Money,
    /// What is taken off.
    pub discount: Money,
    /// All tax.
    pub tax: Money,
    /// Whether prices and shipping have the tax in them.
    pub tax_included: bool,
    /// What sending it costs.
    pub shipping: Money,
    /// The part of the tax that is on shipping.
    pub shipping_tax: Money,
    /// What is to be paid.
    pub total: Money,
}

impl Totals {
    /// The currency of all of them.
    pub const fn currency(&self) -> CurrencyCode {
        self.total.currency
    }

    /// What is paid for shipping, with everything.
    ///
    /// # Errors
    /// When the sum is beyond all money, which it was not when the order was placed.
    pub fn shipping_payable(&self) -> Result<Money, MoneyError> {
        if self.tax_included {
            Ok(self.shipping)
        } else {
            self.shipping.checked_add(self.shipping_tax)
        }
    }
}

/// How heavily a thing is taxed; the rates of each class are its destination's.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum TaxClass {
    /// As most things.
    #[default]
    Standard,
    /// As books and food in many countries.
    Reduced,
    /// Not at all.
    Zero,
}

/// Where an order goes: an address as it was when the order was placed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// Whom it is for.
    pub name: String,
    /// Street and number.
    pub line1: String,
    /// What else the post needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line2: Option<String>,
    /// The town.
    pub city: String,
    /// The state or province.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The postal code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// The country.
    pub country: CountryCode,
    /// Whom the driver calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Phone>,
}

/// How an order goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ShippingMethod {
    /// The usual way.
    #[default]
    Standard,
    /// The fast way.
    Express,
}

/// One thing that happened to an order. Entries are added and never changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: EntryKind,
    /// Who did it.
    pub by: Actor,
    /// What there is to say of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// What may happen to an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// It was placed.
    Placed,
    /// Somebody began to pay.
    PaymentStarted,
    /// The money is promised, and the stock is the order's own.
    PaymentAuthorised,
    /// A payment came to nothing.
    PaymentFailed,
    /// It is paid.
    Paid,
    /// It is being packed.
    Processing,
    /// It is on its way.
    Shipped,
    /// It has arrived.
    Delivered,
    /// It came back.
    Returned,
    /// A part of it was called off.
    LinesCancelled,
    /// All of it was called off.
    Cancelled,
    /// It was not paid in time.
    Expired,
    /// Money went back.
    Refunded,
}

/// Who did something to an order. It is written `system`, `guest`, or the id of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// The shop itself: a schedule, or an event.
    System,
    /// The guest whose order it is.
    Guest,
    /// Its owner, or staff.
    User(UserId),
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System => f.write_str("system"),
            Self::Guest => f.write_str("guest"),
            Self::User(user) => user.fmt(f),
        }
    }
}

impl Serialize for Actor {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Actor {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        match &*text {
            "system" => Ok(Self::System),
            "guest" => Ok(Self::Guest),
            user => UserId::parse(user)
                .map(Self::User)
                .map_err(|invalid: Invalid| serde::de::Error::custom(invalid.rule())),
        }
    }
}

impl Order {
    /// The hold on its stock. It derives from the order's id, so whoever knows the order knows it.
    pub fn reservation(&self) -> ReservationId {
        reservation_of(self.id)
    }

    /// The order as its events tell of it: what is left of it, and what that costs.
    pub fn state(&self) -> OrderState {
        let totals = self.remaining();
        OrderState {
            id: self.id,
            version: self.version,
            number: self.number,
            user_id: self.buyer.user(),
            status: self.status,
            items: self.lines.iter().filter_map(told).collect(),
            subtotal: totals.subtotal,
            discount: totals.discount,
            tax: totals.tax,
            shipping: totals.shipping,
            total: totals.total,
            placed_at: self.created_at,
        }
    }
}

/// The hold on the stock of an order.
pub fn reservation_of(order: OrderId) -> ReservationId {
    ReservationId::derive(&order.to_string(), "order")
}

/// A line without what was cancelled of it; none where nothing is left.
fn told(line: &Line) -> Option<OrderLine> {
    let quantity = Quantity::new(u64::from(line.remaining())).ok()?;
    Some(OrderLine {
        id: line.id,
        product_id: line.product_id,
        variant_id: line.variant_id,
        sku: line.sku.clone(),
        quantity,
        unit_price: line.unit_price,
        line_total: line.unit_price.checked_mul(quantity).ok()?,
    })
}
