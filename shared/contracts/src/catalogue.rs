//! All events in one list, from which their documentation is made.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};

use crate::Event;
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
    CategoryChanged, ImportRequested, ProductArchived, ProductChanged, ProductCreated,
};
use crate::search::JobDue;

/// What there is to know of an event's type.
#[derive(Debug, Clone)]
pub struct EventDoc {
    /// The full type: `products.product-created.v1`.
    pub event_type: &'static str,
    /// What it says, as its type's own documentation has it.
    pub description: String,
    /// The JSON Schema (2020-12) of its data.
    pub schema: Schema,
    /// A whole envelope with it, as it travels.
    pub sample: &'static str,
}

/// Every event that any service tells, in order of its type.
pub fn events() -> Vec<EventDoc> {
    let mut events = vec![
        doc::<VerificationRequested>(include_str!(
            "../samples/auth.verification-requested.v1.json"
        )),
        doc::<PasswordResetRequested>(include_str!(
            "../samples/auth.password-reset-requested.v1.json"
        )),
        doc::<PasswordChanged>(include_str!("../samples/auth.password-changed.v1.json")),
        doc::<SignedInFromNewDevice>(include_str!(
            "../samples/auth.signed-in-from-new-device.v1.json"
        )),
        doc::<UserErased>(include_str!("../samples/auth.user-erased.v1.json")),
        doc::<ProductCreated>(include_str!("../samples/products.product-created.v1.json")),
        doc::<ProductChanged>(include_str!("../samples/products.product-changed.v1.json")),
        doc::<ProductArchived>(include_str!("../samples/products.product-archived.v1.json")),
        doc::<CategoryChanged>(include_str!("../samples/products.category-changed.v1.json")),
        doc::<ImportRequested>(include_str!("../samples/products.import-requested.v1.json")),
        doc::<OrderPlaced>(include_str!("../samples/orders.order-placed.v1.json")),
        doc::<OrderPaid>(include_str!("../samples/orders.order-paid.v1.json")),
        doc::<OrderCancelled>(include_str!("../samples/orders.order-cancelled.v1.json")),
        doc::<OrderLinesCancelled>(include_str!(
            "../samples/orders.order-lines-cancelled.v1.json"
        )),
        doc::<OrderExpired>(include_str!("../samples/orders.order-expired.v1.json")),
        doc::<OrderShipped>(include_str!("../samples/orders.order-shipped.v1.json")),
        doc::<OrderDelivered>(include_str!("../samples/orders.order-delivered.v1.json")),
        doc::<OrderReturned>(include_str!("../samples/orders.order-returned.v1.json")),
        doc::<CartAbandoned>(include_str!("../samples/orders.cart-abandoned.v1.json")),
        doc::<PaymentCaptured>(include_str!("../samples/payments.payment-captured.v1.json")),
        doc::<PaymentFailed>(include_str!("../samples/payments.payment-failed.v1.json")),
        doc::<PaymentRefunded>(include_str!("../samples/payments.payment-refunded.v1.json")),
        doc::<StockLow>(include_str!("../samples/inventory.stock-low.v1.json")),
        doc::<StockRanOut>(include_str!("../samples/inventory.stock-ran-out.v1.json")),
        doc::<StockReturned>(include_str!("../samples/inventory.stock-returned.v1.json")),
        doc::<JobDue>(include_str!("../samples/search.job-due.v1.json")),
    ];
    events.sort_by_key(|event| event.event_type);
    events
}

fn doc<T: Event + JsonSchema>(sample: &'static str) -> EventDoc {
    let schema = SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<T>();
    let description = schema
        .get("description")
        .and_then(|text| text.as_str())
        .unwrap_or_default()
        .to_owned();
    EventDoc {
        event_type: T::TYPE,
        description,
        schema,
        sample,
    }
}
