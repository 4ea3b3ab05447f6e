//! Tables, topics, buckets, secrets and the search domain, and which function may touch which.
//!
//! Physical names are `<stage>-ultramarket-<name>`; the domain's is `<stage>-<name>`.

use crate::consumers;
use crate::settings::{
    ACCESS_TOKEN_LIFE, FAILURES_PER_ACCOUNT, FAILURES_PER_ADDRESS, REFRESH_TOKEN_LIFE,
    REGISTRATIONS_PER_HOUR, STOREFRONT_URL,
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

/// What lists of users are filtered by; the users of a page are then read by key.
const USER_FILTERS: &[&str] = &["role", "status"];

/// The platform's own: the public keys that tokens are checked with, and the versions of users'
/// tokens.
pub const PLATFORM: Table = Table {
    name: "platform",
    indexes: &[],
    outbox: false,
};

/// Rules of queries, jobs on the index, and what is searched for. The index itself is the engine's.
pub const SEARCH: Table = Table {
    name: "search",
    indexes: &[],
    outbox: true,
};

/// What the partitions of the search table start with that count what is searched for.
pub const SEARCHED: &str = "searched#";

/// A listing index carries what its filters need; the page's products are then read by key.
const fn listing(name: &'static str, partition: &'static str, sort: &'static str) -> Index {
    Index {
        name,
        partition,
        sort,
        projection: Projection::Include(&["category_id", "brand_key", "price_key", "status"]),
    }
}

/// Every table.
pub const TABLES: &[&Table] = &[&AUTH, &PRODUCTS, &SEARCH, &PLATFORM];

/// What auth tells others, and its own mailer.
pub const AUTH_EVENTS: Topic = Topic { service: "auth" };

/// What products tells others.
pub const PRODUCTS_EVENTS: Topic = Topic {
    service: "products",
};

/// What search tells itself: which job is due.
pub const SEARCH_EVENTS: Topic = Topic { service: "search" };

/// Every topic.
pub const TOPICS: &[&Topic] = &[&AUTH_EVENTS, &PRODUCTS_EVENTS, &SEARCH_EVENTS];

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

/// Every secret.
pub const SECRETS: &[&Secret] = &[&SIGNING_KEYS, &MAIL_TOKEN_KEY, &MFA_KEY];

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
    consumers::PLATFORM_RELAY_OUTBOX:  Publishes(&AUTH_EVENTS), Publishes(&PRODUCTS_EVENTS), Publishes(&SEARCH_EVENTS);

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
    schedules::PRODUCTS_EXPIRE_IMPORTS:       Writes(&PRODUCTS);

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
