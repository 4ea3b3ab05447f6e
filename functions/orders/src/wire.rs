//! Orders as clients read them.

use kernel::{
    CountryCode, CurrencyCode, Decimal, LineId, OrderId, Phone, ProductId, Quantity, Sku,
    Timestamp, UserId, VariantId,
};
use schemars::JsonSchema;
use serde::Serialize;

use crate::order::{
    Actor, Address, Entry, EntryKind, FulfilmentStatus, Line, Order, OrderStatus, PaymentStatus,
    ShippingMethod, Totals,
};
use crate::placing::{Draft, Wish};

/// An order.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Order")]
pub struct OrderView {
    /// Its id.
    id: OrderId,
    /// What people call it by. It grows, with gaps.
    number: u64,
    /// Whose it is; a guest's is null.
    user_id: Option<UserId>,
    /// Where mails about it go; null when the buyer's account was erased.
    email: Option<String>,
    /// Where it stands.
    status: OrderStatus,
    /// What of it is paid.
    payment_status: PaymentStatus,
    /// What of it was sent.
    fulfilment_status: FulfilmentStatus,
    /// What was bought.
    items: Vec<LineView>,
    /// The lines, before discount.
    subtotal: Decimal,
    /// What is taken off.
    discount: Decimal,
    /// All tax.
    tax: Decimal,
    /// Whether prices have the tax in them; otherwise the total has it on top.
    tax_included: bool,
    /// What sending it costs.
    shipping: Decimal,
    /// What is to be paid, as it was ordered.
    total: Decimal,
    /// What the order costs without what was called off.
    remaining_total: Decimal,
    /// What of its money went back.
    refunded_total: Decimal,
    /// The currency of all amounts.
    currency: CurrencyCode,
    /// Where it goes; null when the buyer's account was erased.
    shipping_address: Option<ShippingAddressView>,
    /// How it goes.
    shipping_method: ShippingMethod,
    /// What the buyer wrote to it.
    note: Option<String>,
    /// Until when its stock is held; null when it waits for no payment.
    reservation_expires_at: Option<Timestamp>,
    /// Everything that happened to it, the oldest first.
    timeline: Vec<EntryView>,
    /// Rises by one with every change.
    version: u64,
    /// When it was placed.
    created_at: Timestamp,
    /// When it was last changed.
    updated_at: Timestamp,
}

/// What an order would be.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "OrderPreview")]
pub struct PreviewView {
    /// What would be bought.
    items: Vec<LineView>,
    /// The lines, before discount.
    subtotal: Decimal,
    /// What is taken off.
    discount: Decimal,
    /// All tax.
    tax: Decimal,
    /// Whether prices have the tax in them; otherwise the total has it on top.
    tax_included: bool,
    /// What sending it costs.
    shipping: Decimal,
    /// What is to be paid.
    total: Decimal,
    /// The currency of all amounts.
    currency: CurrencyCode,
    /// Where it would go.
    shipping_address: ShippingAddressView,
    /// How it would go.
    shipping_method: ShippingMethod,
}

/// Some of one product or variant.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "OrderLine")]
struct LineView {
    /// The line.
    id: LineId,
    /// The product.
    product_id: ProductId,
    /// The variant, where the product has any.
    variant_id: Option<VariantId>,
    /// What it is on the shelf.
    sku: Sku,
    /// What it was called.
    name: String,
    /// How many were bought.
    quantity: Quantity,
    /// How many of them were called off.
    cancelled_quantity: u32,
    /// What one costs.
    unit_price: Decimal,
    /// All that were bought, before discount.
    line_total: Decimal,
    /// What is taken off.
    discount: Decimal,
    /// The tax in it or on it.
    tax: Decimal,
}

/// Where an order goes.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "ShippingAddress")]
struct ShippingAddressView {
    /// Whom it is for.
    name: String,
    /// Street and number.
    line1: String,
    /// What else the post needs.
    line2: Option<String>,
    /// The town.
    city: String,
    /// The state or province.
    region: Option<String>,
    /// The postal code.
    postal_code: Option<String>,
    /// The country.
    country: CountryCode,
    /// Whom the driver calls.
    phone: Option<Phone>,
}

/// One thing that happened to an order.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "OrderEvent")]
struct EntryView {
    /// When.
    at: Timestamp,
    /// What.
    r#type: EntryKind,
    /// Who did it.
    by: By,
    /// What there is to say of it.
    detail: Option<String>,
}

/// Who did something to an order. Which of the staff is nobody's business.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum By {
    /// Whose order it is.
    Customer,
    /// Somebody of the shop.
    Staff,
    /// The shop itself.
    System,
}

impl By {
    fn of(actor: Actor, order: &Order) -> Self {
        match actor {
            Actor::System => Self::System,
            Actor::Guest => Self::Customer,
            Actor::User(user) if order.buyer.user() == Some(user) => Self::Customer,
            Actor::User(_) => Self::Staff,
        }
    }
}

impl From<&Order> for OrderView {
    fn from(order: &Order) -> Self {
        let Totals {
            subtotal,
            discount,
            tax,
            tax_included,
            shipping,
            shipping_tax: _,
            total,
        } = order.totals;
        let entry = |entry: &Entry| EntryView {
            at: entry.at,
            r#type: entry.kind,
            by: By::of(entry.by, order),
            detail: entry.detail.clone(),
        };
        let waits = order.status == OrderStatus::PendingPayment;
        Self {
            id: order.id,
            number: order.number,
            user_id: order.buyer.user(),
            email: order.email.clone(),
            status: order.status,
            payment_status: order.payment,
            fulfilment_status: order.fulfilment,
            items: order.lines.iter().map(LineView::from).collect(),
            subtotal: subtotal.amount(),
            discount: discount.amount(),
            tax: tax.amount(),
            tax_included,
            shipping: shipping.amount(),
            total: total.amount(),
            remaining_total: order.remaining().total.amount(),
            refunded_total: order.refunded().amount(),
            currency: total.currency,
            shipping_address: order.address.as_ref().map(ShippingAddressView::from),
            shipping_method: order.shipping_method,
            note: order.note.clone(),
            reservation_expires_at: order.held_until.filter(|_| waits),
            timeline: order.timeline.iter().map(entry).collect(),
            version: order.version,
            created_at: order.created_at,
            updated_at: order.updated_at,
        }
    }
}

impl PreviewView {
    /// What a draft would be.
    pub fn of(draft: &Draft, wish: &Wish) -> Self {
        let Totals {
            subtotal,
            discount,
            tax,
            tax_included,
            shipping,
            shipping_tax: _,
            total,
        } = draft.totals;
        Self {
            items: draft.lines.iter().map(LineView::from).collect(),
            subtotal: subtotal.amount(),
            discount: discount.amount(),
            tax: tax.amount(),
            tax_included,
            shipping: shipping.amount(),
            total: total.amount(),
            currency: total.currency,
            shipping_address: ShippingAddressView::from(&wish.address),
            shipping_method: wish.shipping_method,
        }
    }
}

impl From<&Line> for LineView {
    fn from(line: &Line) -> Self {
        Self {
            id: line.id,
            product_id: line.product_id,
            variant_id: line.variant_id,
            sku: line.sku.clone(),
            name: line.name.clone(),
            quantity: line.quantity,
            cancelled_quantity: line.cancelled,
            unit_price: line.unit_price.amount(),
            line_total: line.line_total.amount(),
            discount: line.discount.amount(),
            tax: line.tax.amount(),
        }
    }
}

impl From<&Address> for ShippingAddressView {
    fn from(address: &Address) -> Self {
        let address = address.clone();
        Self {
            name: address.name,
            line1: address.line1,
            line2: address.line2,
            city: address.city,
            region: address.region,
            postal_code: address.postal_code,
            country: address.country,
            phone: address.phone,
        }
    }
}
