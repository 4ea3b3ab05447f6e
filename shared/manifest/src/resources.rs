//! Tables, topics, buckets, secrets and the search domain, and which function may touch which.
//!
//! Physical names are `<stage>-ultramarket-<name>`; the domain's is `<stage>-<name>`.

use crate::consumers;
use crate::{routes, schedules};

mod kinds;

pub use kinds::{Bucket, Domain, Grant, Index, Projection, Secret, Table, Topic};

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

/// The platform's own: the public keys that tokens are checked with.
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

/// Every table.
pub const TABLES: &[&Table] = &[&PRODUCTS, &PLATFORM];

/// What products tells others.
pub const PRODUCTS_EVENTS: Topic = Topic {
    service: "products",
};

/// Every topic.
pub const TOPICS: &[&Topic] = &[&PRODUCTS_EVENTS];

/// Sources of imports, and exports too large for an answer. Nothing in it outlives a week.
pub const TRANSFERS: Bucket = Bucket {
    name: "transfers",
    expire_days: Some(7),
};

/// Every bucket.
pub const BUCKETS: &[&Bucket] = &[&TRANSFERS];

/// The private key that signs access tokens (PKCS#8 PEM with its `kid`).
pub const SIGNING_KEY: Secret = Secret {
    name: "signing-key",
};

/// Every secret.
pub const SECRETS: &[&Secret] = &[&SIGNING_KEY];

/// The search engine. A stage may be without: the shop sells on.
pub const SEARCH: Domain = Domain {
    name: "search",
    env: "OPENSEARCH_ENDPOINT",
};

/// Every search domain.
pub const DOMAINS: &[&Domain] = &[&SEARCH];

macro_rules! grants {
    ($($function:path: $($grant:expr),* $(,)?;)*) => {
        /// What each function may touch, as it stands here: `(function, grants)`.
        pub const GRANTS: &[(&str, &[Grant])] = &[$(($function.name, &[$($grant),*])),*];
    };
}

use Grant::{Gets, Publishes, Puts, Reads, Searches, Sends, Writes};

grants! {
    routes::PLATFORM_HEALTH:      Reads(&PLATFORM), Searches(&SEARCH);
    routes::PLATFORM_OPENAPI:     ;
    routes::PLATFORM_DOCS:        ;
    routes::PLATFORM_KEYS:        Reads(&PLATFORM);
    routes::PLATFORM_DISCOVERY:   ;
    routes::PLATFORM_FALLBACK:    ;
    consumers::PLATFORM_RELAY_OUTBOX:  Publishes(&PRODUCTS_EVENTS);

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
}

/// What a function may touch. The public keys that token checks need are not listed: they follow
/// from the row's `who`.
pub fn grants_of(function: &str) -> &'static [Grant] {
    GRANTS
        .iter()
        .find(|(name, _)| *name == function)
        .map_or(&[], |(_, grants)| grants)
}
