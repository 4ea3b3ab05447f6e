//! What hears which event, what works off which queue, and the relay.
//!
//! A consumer has an SQS queue and a dead-letter queue of its own, both named after it.

use crate::Sizing;
use crate::macros::function_name;

/// Keeps the number of active products of each category.
pub const PRODUCTS_ON_PRODUCT_CHANGED: Source = Source {
    name: function_name!(PRODUCTS_ON_PRODUCT_CHANGED),
    service: "products",
    hears: Hears::Events(&[
        "products.product-created.v1",
        "products.product-changed.v1",
        "products.product-archived.v1",
    ]),
    // The count of a busy category is one item: more at once would only meet there.
    concurrency: Some(4),
    ..Source::DEFAULT
};

/// Cuts an import into chunks.
pub const PRODUCTS_ON_IMPORT_REQUESTED: Source = Source {
    name: function_name!(PRODUCTS_ON_IMPORT_REQUESTED),
    service: "products",
    hears: Hears::Events(&["products.import-requested.v1"]),
    batch: 1,
    sizing: Sizing::WORK,
    ..Source::DEFAULT
};

/// Writes the products of one chunk of an import.
pub const PRODUCTS_ON_IMPORT_CHUNK: Source = Source {
    name: function_name!(PRODUCTS_ON_IMPORT_CHUNK),
    service: "products",
    hears: Hears::Work,
    batch: 1,
    concurrency: Some(8),
    // A chunk whose function dies comes back after six times this.
    sizing: Sizing {
        timeout_s: 60,
        ..Sizing::WORK
    },
    ..Source::DEFAULT
};

/// Keeps `inStock` on products.
pub const PRODUCTS_ON_STOCK_CHANGED: Source = Source {
    name: function_name!(PRODUCTS_ON_STOCK_CHANGED),
    service: "products",
    hears: Hears::Events(&["inventory.stock-ran-out.v1", "inventory.stock-returned.v1"]),
    // Variants of one product come back together, and each writes the product.
    concurrency: Some(4),
    ..Source::DEFAULT
};

/// Makes a record of stock for every SKU of a product.
pub const INVENTORY_ON_PRODUCT_CHANGED: Source = Source {
    name: function_name!(INVENTORY_ON_PRODUCT_CHANGED),
    service: "inventory",
    hears: Hears::Events(&[
        "products.product-created.v1",
        "products.product-changed.v1",
        "products.product-archived.v1",
    ]),
    ..Source::DEFAULT
};

/// Writes the mails of accounts: verification, reset, and notices of what was done to them.
pub const AUTH_ON_MAIL_DUE: Source = Source {
    name: function_name!(AUTH_ON_MAIL_DUE),
    service: "auth",
    hears: Hears::Events(&[
        "auth.verification-requested.v1",
        "auth.password-reset-requested.v1",
        "auth.password-changed.v1",
        "auth.signed-in-from-new-device.v1",
    ]),
    batch: 1,
    ..Source::DEFAULT
};

/// Gives back the stock of what was called off, or not paid in time.
pub const ORDERS_ON_ORDER_CANCELLED: Source = Source {
    name: function_name!(ORDERS_ON_ORDER_CANCELLED),
    service: "orders",
    hears: Hears::Events(&[
        "orders.order-cancelled.v1",
        "orders.order-lines-cancelled.v1",
        "orders.order-expired.v1",
    ]),
    critical: true,
    ..Source::DEFAULT
};

/// Keeps account of what was paid for orders, and what went back.
pub const ORDERS_ON_PAYMENT_CHANGED: Source = Source {
    name: function_name!(ORDERS_ON_PAYMENT_CHANGED),
    service: "orders",
    hears: Hears::Events(&[
        "payments.payment-captured.v1",
        "payments.payment-failed.v1",
        "payments.payment-refunded.v1",
    ]),
    critical: true,
    ..Source::DEFAULT
};

/// Forgets users who were erased.
pub const ORDERS_ON_USER_ERASED: Source = Source {
    name: function_name!(ORDERS_ON_USER_ERASED),
    service: "orders",
    hears: Hears::Events(&["auth.user-erased.v1"]),
    batch: 1,
    ..Source::DEFAULT
};

/// Publishes what the tables' outboxes hold.
pub const PLATFORM_RELAY_OUTBOX: Source = Source {
    name: function_name!(PLATFORM_RELAY_OUTBOX),
    service: "platform",
    hears: Hears::Outboxes,
    batch: 100,
    // A topic that is away for hours must not cost an event. Lambda waits longer each time.
    tries: 60,
    ..Source::DEFAULT
};

/// Gives back what was paid for what was called off.
pub const PAYMENTS_ON_ORDER_CANCELLED: Source = Source {
    name: function_name!(PAYMENTS_ON_ORDER_CANCELLED),
    service: "payments",
    hears: Hears::Events(&[
        "orders.order-cancelled.v1",
        "orders.order-lines-cancelled.v1",
    ]),
    batch: 1,
    critical: true,
    ..Source::DEFAULT
};

/// Forgets the cards of users who were erased.
pub const PAYMENTS_ON_USER_ERASED: Source = Source {
    name: function_name!(PAYMENTS_ON_USER_ERASED),
    service: "payments",
    hears: Hears::Events(&["auth.user-erased.v1"]),
    batch: 1,
    ..Source::DEFAULT
};

/// Does what webhooks of the processor ask for.
pub const PAYMENTS_ON_WEBHOOK: Source = Source {
    name: function_name!(PAYMENTS_ON_WEBHOOK),
    service: "payments",
    hears: Hears::Work,
    batch: 1,
    critical: true,
    ..Source::DEFAULT
};

/// Brings the search index up to date with products.
pub const SEARCH_ON_PRODUCT_CHANGED: Source = Source {
    name: function_name!(SEARCH_ON_PRODUCT_CHANGED),
    service: "search",
    hears: Hears::Events(&[
        "products.product-created.v1",
        "products.product-changed.v1",
        "products.product-archived.v1",
    ]),
    // More at once than a small domain's nodes have threads for would only queue there.
    concurrency: Some(8),
    // While the engine is away its records come again, for half an hour in all.
    tries: 10,
    ..Source::DEFAULT
};

/// Has the documents of a category's products written anew.
pub const SEARCH_ON_CATEGORY_CHANGED: Source = Source {
    name: function_name!(SEARCH_ON_CATEGORY_CHANGED),
    service: "search",
    hears: Hears::Events(&["products.category-changed.v1"]),
    ..Source::DEFAULT
};

/// Goes on with jobs on the search index: rebuilding it, comparing it with the catalogue.
pub const SEARCH_ON_JOB_DUE: Source = Source {
    name: function_name!(SEARCH_ON_JOB_DUE),
    service: "search",
    hears: Hears::Events(&["search.job-due.v1"]),
    batch: 1,
    tries: 10,
    // A run whose function dies comes back after six times this.
    sizing: Sizing {
        timeout_s: 60,
        ..Sizing::WORK
    },
    ..Source::DEFAULT
};

/// Every consumer, in reading order.
pub const ALL: &[&Source] = &[
    &PRODUCTS_ON_PRODUCT_CHANGED,
    &PRODUCTS_ON_IMPORT_REQUESTED,
    &PRODUCTS_ON_IMPORT_CHUNK,
    &PRODUCTS_ON_STOCK_CHANGED,
    &INVENTORY_ON_PRODUCT_CHANGED,
    &AUTH_ON_MAIL_DUE,
    &ORDERS_ON_ORDER_CANCELLED,
    &ORDERS_ON_PAYMENT_CHANGED,
    &ORDERS_ON_USER_ERASED,
    &PLATFORM_RELAY_OUTBOX,
    &PAYMENTS_ON_ORDER_CANCELLED,
    &PAYMENTS_ON_USER_ERASED,
    &PAYMENTS_ON_WEBHOOK,
    &SEARCH_ON_PRODUCT_CHANGED,
    &SEARCH_ON_CATEGORY_CHANGED,
    &SEARCH_ON_JOB_DUE,
];

/// What a consumer hears, and how it is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    /// The function's, binary's and queue's name.
    pub name: &'static str,
    /// The service it belongs to.
    pub service: &'static str,
    /// Where its records come from.
    pub hears: Hears,
    /// Records handed over at once.
    pub batch: u32,
    /// How often a record is tried before it goes to the dead-letter queue.
    pub tries: u32,
    /// How many run at once, where that is bounded.
    pub concurrency: Option<u32>,
    /// Memory and time.
    pub sizing: Sizing,
    /// Whether orders or money wait for it, and so it has alarms of its own.
    pub critical: bool,
}

impl Source {
    const DEFAULT: Self = Self {
        name: "",
        service: "",
        hears: Hears::Work,
        batch: 10,
        tries: 5,
        concurrency: None,
        sizing: Sizing::EVENTS,
        critical: false,
    };

    /// Whether the records come over a queue of the consumer's own.
    pub const fn has_queue(&self) -> bool {
        !matches!(self.hears, Hears::Outboxes)
    }

    /// The queue's visibility timeout in seconds: six times the function's, as AWS advises.
    pub const fn visibility_s(&self) -> u32 {
        self.sizing.timeout_s * 6
    }

    /// The variable that holds the queue's URL for those who send to it.
    pub fn queue_env(&self) -> String {
        format!("{}_QUEUE_URL", self.name.replace('-', "_").to_uppercase())
    }
}

/// Where a consumer's records come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hears {
    /// Events of these types, through its own queue on the topics of the services they name.
    Events(&'static [&'static str]),
    /// Messages sent to its queue by functions that are granted it.
    Work,
    /// The streams of every table that has an outbox.
    Outboxes,
}
