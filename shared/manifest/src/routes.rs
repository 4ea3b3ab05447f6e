//! HTTP endpoints: what is answered, to whom, how often.

use crate::Sizing;
use crate::macros::routes;

routes! {
    platform {
        PLATFORM_HEALTH     GET    "/health"                            Public   Browse;
        PLATFORM_OPENAPI    GET    "/openapi.json"                      Public   Browse;
        PLATFORM_DOCS       GET    "/docs"                              Public   Browse;
        PLATFORM_KEYS       GET    "/.well-known/jwks.json"             Public   Browse;
        PLATFORM_DISCOVERY  GET    "/.well-known/openid-configuration"  Public   Browse;
    }
    auth {
        AUTH_REGISTER             POST    "/api/v1/auth/register"             Public   SignIn  never_replayed  { sizing: Sizing::PASSWORD };
        AUTH_LOGIN                POST    "/api/v1/auth/login"                Public   SignIn  never_replayed  { sizing: Sizing::PASSWORD };
        AUTH_REFRESH              POST    "/api/v1/auth/refresh"              Public   Write   never_replayed;
        AUTH_LOGOUT               POST    "/api/v1/auth/logout"               Shopper  Write   never_replayed;
        AUTH_LOGOUT_ALL           POST    "/api/v1/auth/logout-all"           Shopper  Write   never_replayed;
        AUTH_VERIFY_EMAIL         POST    "/api/v1/auth/verify-email"         Public   Write   never_replayed;
        AUTH_RESEND_VERIFICATION  POST    "/api/v1/auth/verify-email/resend"  Shopper  SignIn  never_replayed;
        AUTH_FORGOT_PASSWORD      POST    "/api/v1/auth/forgot-password"      Public   SignIn  never_replayed;
        AUTH_RESET_PASSWORD       POST    "/api/v1/auth/reset-password"       Public   SignIn  never_replayed  { sizing: Sizing::PASSWORD };
        AUTH_CHANGE_PASSWORD      POST    "/api/v1/auth/change-password"      Shopper  SignIn  never_replayed  { sizing: Sizing::PASSWORD };
        AUTH_SET_UP_MFA           POST    "/api/v1/auth/mfa/setup"            Shopper  Write   never_replayed;
        AUTH_CONFIRM_MFA          POST    "/api/v1/auth/mfa/confirm"          Shopper  Write   never_replayed;
        AUTH_DISABLE_MFA          POST    "/api/v1/auth/mfa/disable"          Shopper  Write   never_replayed;
        USERS_ME                  GET     "/api/v1/users/me"                  Shopper  Browse;
        USERS_UPDATE_ME           PUT     "/api/v1/users/me"                  Shopper  Write;
        USERS_ERASE_ME            DELETE  "/api/v1/users/me"                  Shopper  Write;
        USERS_EXPORT_ME           GET     "/api/v1/users/me/export"           Shopper  Bulk;
        ADDRESSES_LIST            GET     "/api/v1/users/me/addresses"        Shopper  Browse;
        ADDRESSES_CREATE          POST    "/api/v1/users/me/addresses"        Shopper  Write;
        ADDRESSES_UPDATE          PUT     "/api/v1/users/me/addresses/{id}"   Shopper  Write;
        ADDRESSES_DELETE          DELETE  "/api/v1/users/me/addresses/{id}"   Shopper  Write;
    }
    products {
        PRODUCTS_LIST           GET     "/api/v1/products"                  Visitor                Browse;
        PRODUCTS_CREATE         POST    "/api/v1/products"                  Can("product:create")  Write;
        PRODUCTS_EXPORT         GET     "/api/v1/products/export"           Can("product:read")    Bulk    { sizing: Sizing::BULK };
        PRODUCTS_IMPORT         POST    "/api/v1/products/import"           Can("product:create")  Bulk    { sizing: Sizing::BULK, body_bytes: 4 * MIB };
        PRODUCTS_IMPORT_UPLOAD  POST    "/api/v1/products/import/uploads"   Can("product:create")  Bulk;
        PRODUCTS_IMPORT_STATUS  GET     "/api/v1/products/import/{id}"      Can("product:create")  Browse;
        PRODUCTS_GET            GET     "/api/v1/products/{id}"             Visitor                Browse;
        PRODUCTS_UPDATE         PUT     "/api/v1/products/{id}"             Can("product:update")  Write;
        PRODUCTS_ARCHIVE        DELETE  "/api/v1/products/{id}"             Can("product:delete")  Write;
        CATEGORIES_LIST         GET     "/api/v1/categories"                Public                 Browse;
        CATEGORIES_CREATE       POST    "/api/v1/categories"                Can("product:update")  Write;
        CATEGORIES_UPDATE       PUT     "/api/v1/categories/{id}"           Can("product:update")  Write;
        CATEGORIES_DELETE       DELETE  "/api/v1/categories/{id}"           Can("product:update")  Write;
        CATEGORIES_PRODUCTS     GET     "/api/v1/categories/{id}/products"  Visitor                Browse;
    }
    orders {
        CART_GET          GET     "/api/v1/cart"             Guest    Browse;
        CART_ADD_ITEM     POST    "/api/v1/cart/items"       Guest    Write;
        CART_CHANGE_ITEM  PUT     "/api/v1/cart/items/{id}"  Guest    Write;
        CART_REMOVE_ITEM  DELETE  "/api/v1/cart/items/{id}"  Guest    Write;
        CART_CLEAR        DELETE  "/api/v1/cart"             Guest    Write;
        CART_MERGE        POST    "/api/v1/cart/merge"       Shopper  Write;
        ORDERS_PREVIEW    POST    "/api/v1/orders/preview"   Guest    Write;
        ORDERS_PLACE     POST    "/api/v1/orders"           Guest    Write  { critical: true };
        ORDERS_LIST       GET     "/api/v1/orders"           Shopper  Browse;
        ORDERS_GET        GET     "/api/v1/orders/{id}"      Guest    Browse;
        ORDERS_SET_STATUS  PUT   "/api/v1/orders/{id}/status"  Can("order:update")  Write;
        ORDERS_CANCEL      POST  "/api/v1/orders/{id}/cancel"  Shopper              Write  { critical: true };
    }
    inventory {
        INVENTORY_LIST       GET     "/api/v1/inventory"                 Can("inventory:read")     Browse;
        INVENTORY_ALERTS     GET     "/api/v1/inventory/alerts"          Can("inventory:read")     Browse;
        INVENTORY_GET        GET     "/api/v1/inventory/{id}"            Can("inventory:read")     Browse;
        INVENTORY_UPDATE     PUT     "/api/v1/inventory/{id}"            Can("inventory:update")   Write;
        INVENTORY_RESERVE    POST    "/api/v1/inventory/{id}/reserve"    Can("inventory:reserve")  Write;
        INVENTORY_RELEASE    DELETE  "/api/v1/inventory/{id}/reserve"    Can("inventory:reserve")  Write;
        INVENTORY_MOVEMENTS  GET     "/api/v1/inventory/{id}/movements"  Can("inventory:read")     Browse;
    }
    payments {
        PAYMENTS_CREATE          POST    "/api/v1/payments"                      Guest                   Write   { sizing: Sizing::PAYMENT, critical: true };
        PAYMENTS_GET             GET     "/api/v1/payments/{id}"                 Guest                   Browse  { sizing: Sizing::PAYMENT };
        PAYMENTS_CAPTURE         POST    "/api/v1/payments/{id}/capture"         Can("payment:capture")  Write   { sizing: Sizing::PAYMENT, critical: true };
        PAYMENTS_VOID            POST    "/api/v1/payments/{id}/void"            Can("payment:capture")  Write   { sizing: Sizing::PAYMENT };
        PAYMENTS_METHODS_LIST    GET     "/api/v1/payments/methods"              Shopper                 Browse  { sizing: Sizing::PAYMENT };
        PAYMENTS_METHODS_CREATE  POST    "/api/v1/payments/methods"              Shopper                 Write   { sizing: Sizing::PAYMENT };
        PAYMENTS_METHODS_DELETE  DELETE  "/api/v1/payments/methods/{id}"         Shopper                 Write   { sizing: Sizing::PAYMENT };
        PAYMENTS_WEBHOOK         POST    "/api/v1/payments/webhooks/stripe"      Signature               Browse  never_replayed  { critical: true };
        WALLET_GET              GET   "/api/v1/wallet"                         Shopper               Browse;
        WALLET_DEPOSIT          POST  "/api/v1/wallet/deposit"                 Shopper               Write  { sizing: Sizing::PAYMENT };
        WALLET_WITHDRAW         POST  "/api/v1/wallet/withdraw"                Shopper               Write  { sizing: Sizing::PAYMENT };
        WALLET_TRANSACTIONS     GET   "/api/v1/wallet/transactions"            Shopper               Browse;
        PAYMENTS_TRIAL_BALANCE  GET   "/api/v1/payments/ledger/trial-balance"  Can("payment:audit")  Browse;
        PAYMENTS_DIFFERENCES    GET   "/api/v1/payments/ledger/differences"    Can("payment:audit")  Browse;
        PAYMENTS_REFUND         POST  "/api/v1/payments/{id}/refund"           Can("payment:refund")  Write  { sizing: Sizing::PAYMENT };
    }
    search {
        SEARCH_PRODUCTS     GET     "/api/v1/search"                  Visitor                Browse;
        SEARCH_SUGGEST      GET     "/api/v1/search/suggestions"      Public                 Browse;
        SEARCH_INDEX        POST    "/api/v1/search/index"            Can("product:update")  Bulk;
        SEARCH_JOB          GET     "/api/v1/search/index/jobs/{id}"  Can("product:update")  Browse;
        SEARCH_REMOVE       DELETE  "/api/v1/search/index/{id}"       Can("product:update")  Write;
        SEARCH_LIST_RULES   GET     "/api/v1/search/rules"            Can("product:update")  Browse;
        SEARCH_CREATE_RULE  POST    "/api/v1/search/rules"            Can("product:update")  Write;
        SEARCH_UPDATE_RULE  PUT     "/api/v1/search/rules/{id}"       Can("product:update")  Write;
        SEARCH_DELETE_RULE  DELETE  "/api/v1/search/rules/{id}"       Can("product:update")  Write;
    }
}

/// `$default`: preflights, unknown paths (404) and known paths with a wrong method (405).
/// It is no endpoint, so it is not in [`ALL`].
pub const PLATFORM_FALLBACK: Route = Route {
    name: "platform-fallback",
    service: "platform",
    method: Method::ANY,
    path: "$default",
    ..Route::DEFAULT
};

const MIB: usize = 1024 * 1024;

/// One HTTP endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// The function's and binary's name, `products-list`.
    pub name: &'static str,
    /// The service it belongs to: the package in `functions/`.
    pub service: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The path, with `{parameters}`, from the API's root.
    pub path: &'static str,
    /// Who may call.
    pub who: Who,
    /// How often.
    pub rate: Rate,
    /// Whether a mutation honours `Idempotency-Key`.
    pub replay: Replay,
    /// The largest body accepted, in bytes; more is 413.
    pub body_bytes: usize,
    /// Memory and time.
    pub sizing: Sizing,
    /// Whether it takes orders or their money, and so has alarms of its own, which end a deployment:
    /// CodeDeploy heeds ten for each service.
    pub critical: bool,
}

impl Route {
    pub(crate) const DEFAULT: Self = Self {
        name: "",
        service: "",
        method: Method::GET,
        path: "",
        who: Who::Public,
        rate: Rate::Browse,
        replay: Replay::by_key,
        body_bytes: MIB,
        sizing: Sizing::HTTP,
        critical: false,
    };

    /// Whether the endpoint changes something.
    pub const fn mutates(&self) -> bool {
        !matches!(self.method, Method::GET)
    }

    /// Whether an `Idempotency-Key` is honoured here.
    pub const fn once_only(&self) -> bool {
        self.mutates()
            && !matches!(self.method, Method::ANY)
            && matches!(self.replay, Replay::by_key)
    }

    /// Whether the endpoint looks at access tokens, and so needs the public keys.
    pub const fn admits_tokens(&self) -> bool {
        !matches!(self.who, Who::Public | Who::Signature)
    }

    /// The path with its first parameter filled in: `PRODUCTS_GET.with(id)` is a product's path.
    pub fn with(&self, value: impl std::fmt::Display) -> String {
        match (self.path.find('{'), self.path.find('}')) {
            (Some(from), Some(to)) if from < to => {
                format!("{}{value}{}", &self.path[..from], &self.path[to + 1..])
            }
            _ => self.path.to_owned(),
        }
    }

    /// The names of the path's parameters, in order.
    pub fn parameters(&self) -> impl Iterator<Item = &'static str> {
        self.path
            .split('/')
            .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    }
}

/// HTTP methods in use.
#[allow(clippy::upper_case_acronyms)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Method {
    /// Reads.
    GET,
    /// Creates or starts.
    POST,
    /// Changes.
    PUT,
    /// Removes.
    DELETE,
    /// The fallback's: whatever no route takes.
    ANY,
}

impl Method {
    /// As it stands in a request line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GET => "GET",
            Self::POST => "POST",
            Self::PUT => "PUT",
            Self::DELETE => "DELETE",
            Self::ANY => "ANY",
        }
    }
}

/// Who may call an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Anybody; a token is not looked at.
    Public,
    /// Anybody; a token, when there is one, must be good and may show more.
    Visitor,
    /// A shopper, or a guest with a cart token.
    Guest,
    /// Anybody who is signed in.
    Shopper,
    /// Who holds the permission.
    Can(&'static str),
    /// A third party that signs its calls; the endpoint checks the signature.
    Signature,
}

/// How often an endpoint may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rate {
    /// Reading the shop: the gateway's throttle only.
    Browse,
    /// Small changes by signed-in people: the gateway's throttle only.
    Write,
    /// What a stranger tries with somebody's name: the gateway's throttle only, for the service
    /// counts failures by account and by network address itself.
    SignIn,
    /// Work that costs much: a bucket for each caller.
    Bulk,
}

impl Rate {
    /// The gateway's throttle for the route, over all callers.
    pub const fn throttle(self) -> Throttle {
        match self {
            Self::Browse => Throttle {
                per_second: 2_000,
                burst: 4_000,
            },
            Self::Write => Throttle {
                per_second: 500,
                burst: 1_000,
            },
            Self::SignIn => Throttle {
                per_second: 100,
                burst: 200,
            },
            Self::Bulk => Throttle {
                per_second: 50,
                burst: 100,
            },
        }
    }

    /// The caller's own bucket, where there is one.
    pub const fn bucket(self) -> Option<TokenBucket> {
        match self {
            Self::Browse | Self::Write | Self::SignIn => None,
            Self::Bulk => Some(TokenBucket {
                capacity: 60,
                per_minute: 60,
            }),
        }
    }
}

/// A throttle at the gateway, over all callers of a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Throttle {
    /// Requests a second, sustained.
    pub per_second: u32,
    /// Requests at once.
    pub burst: u32,
}

/// A caller's token bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenBucket {
    /// Requests at once, from a full bucket.
    pub capacity: u32,
    /// How many come back each minute.
    pub per_minute: u32,
}

/// Whether a mutation honours `Idempotency-Key`.
#[allow(non_camel_case_types)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replay {
    /// The first answer is kept for a day and replayed.
    by_key,
    /// The answer holds secrets or is deduplicated otherwise: the header is ignored.
    never_replayed,
}
