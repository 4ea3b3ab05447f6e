//! Tables, topics, buckets, secrets and the search domain, and which function may touch which.
//!
//! Physical names are `<stage>-ultramarket-<name>`; the domain's is `<stage>-<name>`.

use crate::consumers;
use crate::settings::{
    ACCESS_TOKEN_LIFE, CART_ABANDONED_AFTER, FAILURES_PER_ACCOUNT, FAILURES_PER_ADDRESS,
    PAYMENT_CAPTURE, REFRESH_TOKEN_LIFE, REGISTRATIONS_PER_HOUR, STOREFRONT_URL, STRIPE_URL,
    TAX_CLASSES,
};
use crate::{routes, schedules};

mod kinds;

pub use kinds::{Bucket, Domain, Grant, Index, MadeBy, Projection, Secret, Table, Topic};

/// The catalogue: products, categories, imports.
pub const PRODUCTS: Table = Table {
    name: "products",
    indexes: &[
        listing("shop-by-created", "list_shop", "by_created"),
        listing("shop-by-price", "list_shop", "by_price"),
        listing("shop-by-name", "list_shop", "by_name"),
        listing("category-by-created", "list_category", "by_created"),
        listing("category-by-price", "list_category", "by_price"),
        listing("category-by-name", "list_category", "by_name"),
        listing("brand-by-created", "list_brand", "by_created"),
        listing("brand-by-price", "list_brand", "by_price"),
        listing("brand-by-name", "list_brand", "by_name"),
    ],
    outbox: true,
};

/// Accounts: users, sessions, addresses, and the record of what was done to them.
pub const AUTH: Table = Table {
    name: "auth",
    indexes: &[
        Index {
            name: "users-by-email",
            partition: "user_shard",
            sort: "email_key",
            projection: Projection::Include(USER_FILTERS),
        },
        Index {
            name: "users-by-name",
            partition: "user_shard",
            sort: "name_key",
            projection: Projection::Include(USER_FILTERS),
        },
        Index {
            name: "users-by-created",
            partition: "user_shard",
            sort: "created",
            projection: Projection::Include(USER_FILTERS),
        },
        // Few among many users: staff, and those who are shut out or gone.
        Index {
            name: "staff-by-created",
            partition: "staff",
            sort: "created",
            projection: Projection::Include(USER_FILTERS),
        },
        Index {
            name: "inactive-by-created",
            partition: "inactive",
            sort: "created",
            projection: Projection::Include(USER_FILTERS),
        },
        Index {
            name: "audit-by-time",
            partition: "audit_month",
            sort: "audit_time",
            projection: Projection::All,
        },
    ],
    outbox: true,
};

/// Stock: what lies in buckets, who holds it, how it came about.
pub const INVENTORY: Table = Table {
    name: "inventory",
    indexes: &[
        Index {
            name: "stock-by-sku",
            partition: "stock_shard",
            sort: "sku",
            projection: Projection::Keys,
        },
        // Few among many SKUs: those that are low, or were never there.
        Index {
            name: "low-stock",
            partition: "low_shard",
            sort: "sku",
            projection: Projection::Keys,
        },
        Index {
            name: "alerts-by-time",
            partition: "alert_shard",
            sort: "alert_time",
            projection: Projection::All,
        },
        Index {
            name: "holds-by-end",
            partition: "hold_shard",
            sort: "hold_until",
            projection: Projection::Keys,
        },
    ],
    outbox: true,
};

/// What lists of users are filtered by; the users of a page are then read by key.
const USER_FILTERS: &[&str] = &["role", "status"];

/// Carts and orders.
pub const ORDERS: Table = Table {
    name: "orders",
    indexes: &[
        ORDERS_BY_USER,
        ORDERS_BY_CREATED,
        ORDERS_BY_STATUS,
        ORDERS_BY_DUE,
        CARTS_BY_IDLE,
    ],
    outbox: true,
};

/// A user's orders.
pub const ORDERS_BY_USER: Index = Index {
    name: "orders-by-user",
    partition: "user_id",
    sort: "placed",
    projection: Projection::Include(&["status"]),
};

/// All orders.
pub const ORDERS_BY_CREATED: Index = Index {
    name: "orders-by-created",
    partition: "shop_shard",
    sort: "placed",
    projection: Projection::Keys,
};

/// The orders of a status.
pub const ORDERS_BY_STATUS: Index = Index {
    name: "orders-by-status",
    partition: "status_shard",
    sort: "placed",
    projection: Projection::Keys,
};

/// Orders that wait to be paid, by when that is due.
pub const ORDERS_BY_DUE: Index = Index {
    name: "orders-by-due",
    partition: "due_shard",
    sort: "due",
    projection: Projection::Keys,
};

/// Carts with something in them, by when they were last touched.
pub const CARTS_BY_IDLE: Index = Index {
    name: "carts-by-idle",
    partition: "idle_shard",
    sort: "idle",
    projection: Projection::Keys,
};

/// The platform's own: the public keys that tokens are checked with, and the versions of users'
/// tokens.
pub const PLATFORM: Table = Table {
    name: "platform",
    indexes: &[],
    outbox: false,
};

/// A listing index carries what its filters need; the page's products are then read by key.
const fn listing(name: &'static str, partition: &'static str, sort: &'static str) -> Index {
    Index {
        name,
        partition,
        sort,
        projection: Projection::Include(&["category_id", "brand_key", "price_key", "status"]),
    }
}

/// Money: payments, refunds, wallets, and the ledger of all of it.
pub const PAYMENTS: Table = Table {
    name: "payments",
    indexes: &[Index {
        name: "standing-by-time",
        partition: "standing_shard",
        sort: "standing_until",
        projection: Projection::Keys,
    }],
    outbox: true,
};

/// What the partitions of the search table start with that count what is searched for.
pub const SEARCHED: &str = "searched#";

/// Every table.
pub const TABLES: &[&Table] = &[
    &AUTH, &PRODUCTS, &INVENTORY, &ORDERS, &PLATFORM, &PAYMENTS, &SEARCH,
];

/// What auth tells others, and its own mailer.
pub const AUTH_EVENTS: Topic = Topic { service: "auth" };

/// What products tells others.
pub const PRODUCTS_EVENTS: Topic = Topic {
    service: "products",
};

/// What orders tell others, and themselves.
pub const ORDERS_EVENTS: Topic = Topic { service: "orders" };

/// What payments tell orders.
pub const PAYMENTS_EVENTS: Topic = Topic {
    service: "payments",
};

/// What inventory tells others.
pub const INVENTORY_EVENTS: Topic = Topic {
    service: "inventory",
};

/// What search tells itself: which job is due.
pub const SEARCH_EVENTS: Topic = Topic { service: "search" };

/// Every topic.
pub const TOPICS: &[&Topic] = &[
    &AUTH_EVENTS,
    &PRODUCTS_EVENTS,
    &ORDERS_EVENTS,
    &PAYMENTS_EVENTS,
    &INVENTORY_EVENTS,
    &SEARCH_EVENTS,
];

/// Sources of imports, and exports too large for an answer. Nothing in it outlives a week.
pub const TRANSFERS: Bucket = Bucket {
    name: "transfers",
    expire_days: Some(7),
};

/// Every bucket.
pub const BUCKETS: &[&Bucket] = &[&TRANSFERS];

/// The partition of the platform's table that holds the public keys.
pub const PUBLIC_KEYS: &str = "keys";

/// What the partitions of the platform's table start with that hold the versions of users' tokens.
pub const TOKEN_VERSIONS: &str = "token-version#";

/// The private keys that sign access tokens: a set, of which one is current.
pub const SIGNING_KEYS: Secret = Secret {
    name: "signing-keys",
    made_by: MadeBy::Rotation,
};

/// What the one-time tokens in mails are derived with.
pub const MAIL_TOKEN_KEY: Secret = Secret {
    name: "mail-token-key",
    made_by: MadeBy::Deployment,
};

/// What the secrets of authenticator apps are encrypted with.
pub const MFA_KEY: Secret = Secret {
    name: "mfa-key",
    made_by: MadeBy::Deployment,
};

/// The key of Stripe's API.
pub const STRIPE_KEY: Secret = Secret {
    name: "stripe-key",
    made_by: MadeBy::Operator,
};

/// What Stripe signs webhooks with: one secret, or two with a space between while they are changed.
pub const STRIPE_WEBHOOK_SECRETS: Secret = Secret {
    name: "stripe-webhook-secrets",
    made_by: MadeBy::Operator,
};

/// Every secret.
pub const SECRETS: &[&Secret] = &[
    &SIGNING_KEYS,
    &MAIL_TOKEN_KEY,
    &MFA_KEY,
    &STRIPE_KEY,
    &STRIPE_WEBHOOK_SECRETS,
];

/// Rules of queries, jobs on the index, and what is searched for. The index itself is the engine's.
pub const SEARCH: Table = Table {
    name: "search",
    indexes: &[],
    outbox: true,
};

/// The search engine. A stage may be without: the shop sells on.
pub const SEARCH_DOMAIN: Domain = Domain {
    name: "search",
    env: "OPENSEARCH_ENDPOINT",
};

/// Every search domain.
pub const DOMAINS: &[&Domain] = &[&SEARCH_DOMAIN];

macro_rules! grants {
    ($($function:path: $($grant:expr),* $(,)?;)*) => {
        /// What each function may touch, as it stands here: `(function, grants)`.
        pub const GRANTS: &[(&str, &[Grant])] = &[$(($function.name, &[$($grant),*])),*];
    };
}

use Grant::{
    Describes, Gets, Indexes, Mails, Publishes, Puts, Reads, Reveals, Searches, Sends, Told,
    Writes, WritesUnder,
};

grants! {
    routes::PLATFORM_HEALTH:      Reads(&PLATFORM), Searches(&SEARCH_DOMAIN);
    routes::PLATFORM_OPENAPI:     ;
    routes::PLATFORM_DOCS:        ;
    routes::PLATFORM_KEYS:        Reads(&PLATFORM);
    routes::PLATFORM_DISCOVERY:   ;
    routes::PLATFORM_FALLBACK:    ;
    consumers::PLATFORM_RELAY_OUTBOX:  Publishes(&AUTH_EVENTS), Publishes(&PRODUCTS_EVENTS), Publishes(&ORDERS_EVENTS), Publishes(&PAYMENTS_EVENTS), Publishes(&INVENTORY_EVENTS), Publishes(&SEARCH_EVENTS);

    routes::AUTH_REGISTER:             Writes(&AUTH), Reveals(&SIGNING_KEYS), Told(&ACCESS_TOKEN_LIFE), Told(&REFRESH_TOKEN_LIFE), Told(&REGISTRATIONS_PER_HOUR);
    routes::AUTH_LOGIN:                Writes(&AUTH), Reveals(&SIGNING_KEYS), Reveals(&MFA_KEY), Told(&ACCESS_TOKEN_LIFE), Told(&REFRESH_TOKEN_LIFE), Told(&FAILURES_PER_ACCOUNT), Told(&FAILURES_PER_ADDRESS);
    routes::AUTH_REFRESH:              Writes(&AUTH), Reveals(&SIGNING_KEYS), Told(&ACCESS_TOKEN_LIFE), Told(&REFRESH_TOKEN_LIFE);
    routes::AUTH_LOGOUT:               Writes(&AUTH);
    routes::AUTH_LOGOUT_ALL:           Writes(&AUTH), WritesUnder(&PLATFORM, TOKEN_VERSIONS);
    routes::AUTH_VERIFY_EMAIL:         Writes(&AUTH);
    routes::AUTH_RESEND_VERIFICATION:  Writes(&AUTH);
    routes::AUTH_FORGOT_PASSWORD:      Writes(&AUTH);
    routes::AUTH_RESET_PASSWORD:       Writes(&AUTH), WritesUnder(&PLATFORM, TOKEN_VERSIONS);
    routes::AUTH_CHANGE_PASSWORD:      Writes(&AUTH), WritesUnder(&PLATFORM, TOKEN_VERSIONS), Told(&FAILURES_PER_ACCOUNT), Told(&FAILURES_PER_ADDRESS);
    routes::AUTH_SET_UP_MFA:           Writes(&AUTH), Reveals(&MFA_KEY);
    routes::AUTH_CONFIRM_MFA:          Writes(&AUTH), Reveals(&MFA_KEY);
    routes::AUTH_DISABLE_MFA:          Writes(&AUTH), Reveals(&MFA_KEY);
    routes::USERS_ME:                  Reads(&AUTH);
    routes::USERS_UPDATE_ME:           Writes(&AUTH);
    routes::USERS_ERASE_ME:            Writes(&AUTH), WritesUnder(&PLATFORM, TOKEN_VERSIONS);
    routes::USERS_EXPORT_ME:           Writes(&AUTH);
    routes::ADDRESSES_LIST:            Reads(&AUTH);
    routes::ADDRESSES_CREATE:          Writes(&AUTH);
    routes::ADDRESSES_UPDATE:          Writes(&AUTH);
    routes::ADDRESSES_DELETE:          Writes(&AUTH);
    consumers::AUTH_ON_MAIL_DUE:       Writes(&AUTH), Reveals(&MAIL_TOKEN_KEY), Mails, Told(&STOREFRONT_URL);

    routes::PRODUCTS_LIST:           Reads(&PRODUCTS);
    routes::PRODUCTS_GET:            Reads(&PRODUCTS);
    routes::PRODUCTS_CREATE:         Writes(&PRODUCTS);
    routes::PRODUCTS_UPDATE:         Writes(&PRODUCTS);
    routes::PRODUCTS_ARCHIVE:        Writes(&PRODUCTS);
    routes::PRODUCTS_IMPORT:         Writes(&PRODUCTS), Puts(&TRANSFERS, "imports/"), Gets(&TRANSFERS, "imports/");
    routes::PRODUCTS_IMPORT_UPLOAD:  Writes(&PRODUCTS), Puts(&TRANSFERS, "imports/");
    routes::PRODUCTS_IMPORT_STATUS:  Reads(&PRODUCTS);
    routes::PRODUCTS_EXPORT:         Writes(&PRODUCTS), Puts(&TRANSFERS, "exports/"), Gets(&TRANSFERS, "exports/");
    routes::CATEGORIES_LIST:         Reads(&PRODUCTS);
    routes::CATEGORIES_CREATE:       Writes(&PRODUCTS);
    routes::CATEGORIES_UPDATE:       Writes(&PRODUCTS);
    routes::CATEGORIES_DELETE:       Writes(&PRODUCTS);
    routes::CATEGORIES_PRODUCTS:     Reads(&PRODUCTS);
    consumers::PRODUCTS_ON_PRODUCT_CHANGED:   Writes(&PRODUCTS);
    consumers::PRODUCTS_ON_IMPORT_REQUESTED:  Writes(&PRODUCTS), Gets(&TRANSFERS, "imports/"), Sends(&consumers::PRODUCTS_ON_IMPORT_CHUNK);
    consumers::PRODUCTS_ON_IMPORT_CHUNK:      Writes(&PRODUCTS), Gets(&TRANSFERS, "imports/");
    consumers::PRODUCTS_ON_STOCK_CHANGED:     Writes(&PRODUCTS);
    schedules::PRODUCTS_EXPIRE_IMPORTS:       Writes(&PRODUCTS);

    routes::CART_GET:                        Writes(&ORDERS), Reads(&PRODUCTS), Reads(&INVENTORY);
    routes::CART_ADD_ITEM:                   Writes(&ORDERS), Reads(&PRODUCTS), Reads(&INVENTORY);
    routes::CART_CHANGE_ITEM:                Writes(&ORDERS), Reads(&PRODUCTS), Reads(&INVENTORY);
    routes::CART_REMOVE_ITEM:                Writes(&ORDERS), Reads(&PRODUCTS), Reads(&INVENTORY);
    routes::CART_CLEAR:                      Writes(&ORDERS), Reads(&PRODUCTS), Reads(&INVENTORY);
    routes::CART_MERGE:                      Writes(&ORDERS), Reads(&PRODUCTS), Reads(&INVENTORY);
    routes::ORDERS_PREVIEW:                  Writes(&ORDERS), Reads(&PRODUCTS), Reads(&INVENTORY), Reads(&AUTH), Told(&TAX_CLASSES);
    routes::ORDERS_PLACE:                   Writes(&ORDERS), Writes(&INVENTORY), Reads(&PRODUCTS), Reads(&AUTH), Told(&TAX_CLASSES);
    routes::ORDERS_LIST:                     Reads(&ORDERS);
    routes::ORDERS_GET:                      Reads(&ORDERS);
    schedules::ORDERS_FIND_ABANDONED_CARTS:  Writes(&ORDERS), Told(&CART_ABANDONED_AFTER);

    routes::ORDERS_SET_STATUS:             Writes(&ORDERS);
    routes::ORDERS_CANCEL:                 Writes(&ORDERS);
    consumers::ORDERS_ON_ORDER_CANCELLED:  Reads(&ORDERS), Writes(&INVENTORY);
    consumers::ORDERS_ON_PAYMENT_CHANGED:  Writes(&ORDERS), Writes(&INVENTORY);
    consumers::ORDERS_ON_USER_ERASED:      Writes(&ORDERS);
    schedules::ORDERS_EXPIRE_UNPAID:       Writes(&ORDERS);
    routes::INVENTORY_LIST:                   Reads(&INVENTORY);
    routes::INVENTORY_ALERTS:                 Reads(&INVENTORY);
    routes::INVENTORY_GET:                    Reads(&INVENTORY);
    routes::INVENTORY_UPDATE:                 Writes(&INVENTORY);
    routes::INVENTORY_RESERVE:                Writes(&INVENTORY);
    routes::INVENTORY_RELEASE:                Writes(&INVENTORY);
    routes::INVENTORY_MOVEMENTS:              Reads(&INVENTORY);
    consumers::INVENTORY_ON_PRODUCT_CHANGED:  Writes(&INVENTORY);
    schedules::INVENTORY_RELEASE_EXPIRED:     Writes(&INVENTORY);

    routes::WALLET_GET:              Reads(&PAYMENTS);
    routes::WALLET_DEPOSIT:          Writes(&PAYMENTS), Reveals(&STRIPE_KEY), Told(&STRIPE_URL);
    routes::WALLET_WITHDRAW:         Writes(&PAYMENTS);
    routes::WALLET_TRANSACTIONS:     Reads(&PAYMENTS);
    routes::PAYMENTS_TRIAL_BALANCE:  Reads(&PAYMENTS);
    routes::PAYMENTS_DIFFERENCES:    Reads(&PAYMENTS);
    routes::PAYMENTS_REFUND:         Writes(&PAYMENTS), Reveals(&STRIPE_KEY), Told(&STRIPE_URL);
    consumers::PAYMENTS_ON_ORDER_CANCELLED:  Writes(&PAYMENTS), Reveals(&STRIPE_KEY), Told(&STRIPE_URL);
    consumers::PAYMENTS_ON_USER_ERASED:  Writes(&PAYMENTS), Reveals(&STRIPE_KEY), Told(&STRIPE_URL);
    schedules::PAYMENTS_RECONCILE:   Writes(&PAYMENTS), Reveals(&STRIPE_KEY), Told(&STRIPE_URL);
    routes::PAYMENTS_CREATE:          Writes(&PAYMENTS), Writes(&ORDERS), Writes(&INVENTORY), Reveals(&STRIPE_KEY), Told(&STRIPE_URL), Told(&PAYMENT_CAPTURE);
    routes::PAYMENTS_GET:             Reads(&PAYMENTS), Reveals(&STRIPE_KEY), Told(&STRIPE_URL);
    routes::PAYMENTS_CAPTURE:         Writes(&PAYMENTS), Writes(&ORDERS), Writes(&INVENTORY), Reveals(&STRIPE_KEY), Told(&STRIPE_URL), Told(&PAYMENT_CAPTURE);
    routes::PAYMENTS_VOID:            Writes(&PAYMENTS), Writes(&ORDERS), Writes(&INVENTORY), Reveals(&STRIPE_KEY), Told(&STRIPE_URL), Told(&PAYMENT_CAPTURE);
    routes::PAYMENTS_METHODS_LIST:    Reads(&PAYMENTS), Reveals(&STRIPE_KEY), Told(&STRIPE_URL);
    routes::PAYMENTS_METHODS_CREATE:  Writes(&PAYMENTS), Reveals(&STRIPE_KEY), Told(&STRIPE_URL);
    routes::PAYMENTS_METHODS_DELETE:  Writes(&PAYMENTS), Reveals(&STRIPE_KEY), Told(&STRIPE_URL);
    routes::PAYMENTS_WEBHOOK:         Writes(&PAYMENTS), Reveals(&STRIPE_WEBHOOK_SECRETS), Sends(&consumers::PAYMENTS_ON_WEBHOOK);
    consumers::PAYMENTS_ON_WEBHOOK:   Writes(&PAYMENTS), Writes(&ORDERS), Writes(&INVENTORY), Reveals(&STRIPE_KEY), Told(&STRIPE_URL), Told(&PAYMENT_CAPTURE);
    schedules::PAYMENTS_RESUME:       Writes(&PAYMENTS), Writes(&ORDERS), Writes(&INVENTORY), Reveals(&STRIPE_KEY), Told(&STRIPE_URL), Told(&PAYMENT_CAPTURE);

    routes::SEARCH_PRODUCTS:               Reads(&SEARCH), WritesUnder(&SEARCH, SEARCHED), Reads(&PRODUCTS), Searches(&SEARCH_DOMAIN);
    routes::SEARCH_SUGGEST:                Reads(&SEARCH), Reads(&PRODUCTS), Searches(&SEARCH_DOMAIN);
    routes::SEARCH_INDEX:                  Writes(&SEARCH), Searches(&SEARCH_DOMAIN), Describes(&SEARCH_DOMAIN);
    routes::SEARCH_JOB:                    Reads(&SEARCH);
    routes::SEARCH_REMOVE:                 Writes(&SEARCH), Reads(&PRODUCTS), Indexes(&SEARCH_DOMAIN);
    routes::SEARCH_LIST_RULES:             Reads(&SEARCH);
    routes::SEARCH_CREATE_RULE:            Writes(&SEARCH);
    routes::SEARCH_UPDATE_RULE:            Writes(&SEARCH);
    routes::SEARCH_DELETE_RULE:            Writes(&SEARCH);
    consumers::SEARCH_ON_PRODUCT_CHANGED:   Writes(&SEARCH), Reads(&PRODUCTS), Indexes(&SEARCH_DOMAIN);
    consumers::SEARCH_ON_CATEGORY_CHANGED:  Writes(&SEARCH);
    consumers::SEARCH_ON_JOB_DUE:           Writes(&SEARCH), Reads(&PRODUCTS), Indexes(&SEARCH_DOMAIN);
    schedules::SEARCH_COMPARE:             Writes(&SEARCH);
    schedules::SEARCH_RANK_QUERIES:        Writes(&SEARCH);
}

/// What a function may touch. The public keys that token checks need are not listed: they follow
/// from the row's `who`.
pub fn grants_of(function: &str) -> &'static [Grant] {
    GRANTS
        .iter()
        .find(|(name, _)| *name == function)
        .map_or(&[], |(_, grants)| grants)
}
