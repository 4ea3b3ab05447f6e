//! What a stage decides: figures and addresses, each a parameter of `template.yaml` and, for the
//! functions that are told of it, a variable.

/// One decision of a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// The parameter of `template.yaml`.
    pub parameter: &'static str,
    /// The variable that a function finds it in.
    pub env: &'static str,
    /// What it is where a stage does not say.
    pub default: &'static str,
    /// What a value must look like, as CloudFormation's `AllowedPattern`.
    pub pattern: &'static str,
    /// What it decides, in a sentence.
    pub description: &'static str,
}

const DURATION: &str = "[1-9][0-9]*[smhd]";
const COUNT: &str = "[1-9][0-9]{0,8}";

/// How long an access token is good.
pub const ACCESS_TOKEN_LIFE: Setting = Setting {
    parameter: "JwtAccessExpiresIn",
    env: "JWT_ACCESS_EXPIRES_IN",
    default: "15m",
    pattern: DURATION,
    description: "How long an access token is good: a number and s, m, h or d.",
};

/// How long a session lasts after it was last refreshed.
pub const REFRESH_TOKEN_LIFE: Setting = Setting {
    parameter: "JwtRefreshExpiresIn",
    env: "JWT_REFRESH_EXPIRES_IN",
    default: "7d",
    pattern: DURATION,
    description: "How long a session lasts after it was last refreshed: a number and s, m, h or d.",
};

/// Accounts that one network address may open in an hour.
pub const REGISTRATIONS_PER_HOUR: Setting = Setting {
    parameter: "RegistrationsPerHour",
    env: "REGISTRATIONS_PER_HOUR",
    default: "1000",
    pattern: COUNT,
    description: "Accounts that one network address may open in an hour.",
};

/// Failed sign-ins of one account in a quarter of an hour.
pub const FAILURES_PER_ACCOUNT: Setting = Setting {
    parameter: "LoginFailuresPerAccount",
    env: "LOGIN_FAILURES_PER_ACCOUNT",
    default: "10",
    pattern: COUNT,
    description: "Failed sign-ins to one account in 15 minutes, after which it is closed for a while.",
};

/// Failed sign-ins from one network address in a quarter of an hour.
pub const FAILURES_PER_ADDRESS: Setting = Setting {
    parameter: "LoginFailuresPerAddress",
    env: "LOGIN_FAILURES_PER_ADDRESS",
    default: "300",
    pattern: COUNT,
    description: "Failed sign-ins from one network address in 15 minutes, after which it must wait.",
};

/// Whom mails come from.
pub const MAIL_SENDER: Setting = Setting {
    parameter: "MailSender",
    env: "MAIL_SENDER",
    default: "shop@ultramarket.example",
    pattern: "[^@ ]+@[^@ ]+",
    description: "The address that mails come from; its domain or itself must be verified in SES.",
};

/// Where shoppers meet the shop.
pub const STOREFRONT_URL: Setting = Setting {
    parameter: "StorefrontUrl",
    env: "STOREFRONT_URL",
    default: "https://ultramarket.example",
    pattern: "https?://.*[^/]",
    description: "Where shoppers meet the shop, without a slash at the end; links in mails start with it.",
};

/// When a cart counts as abandoned.
pub const CART_ABANDONED_AFTER: Setting = Setting {
    parameter: "CartAbandonedAfter",
    env: "CART_ABANDONED_AFTER",
    default: "24h",
    pattern: DURATION,
    description: "How long a cart with something in it is left alone before it counts as abandoned: a number and s, m, h or d.",
};

/// Categories whose things are not taxed as most are.
pub const TAX_CLASSES: Setting = Setting {
    parameter: "TaxClasses",
    env: "TAX_CLASSES",
    default: "",
    pattern: "([a-z0-9-]+=(standard|reduced|zero)(,|$))*",
    description: "Categories whose things are not taxed as most are, with what is below them: books=reduced,gift-cards=zero.",
};

/// Where the processor of cards is.
pub const STRIPE_URL: Setting = Setting {
    parameter: "StripeUrl",
    env: "STRIPE_URL",
    default: "https://api.stripe.com",
    pattern: "https?://.*[^/]",
    description: "Where Stripe's API is, without a slash at the end.",
};

/// When money that a bank holds is taken.
pub const PAYMENT_CAPTURE: Setting = Setting {
    parameter: "PaymentCapture",
    env: "PAYMENT_CAPTURE",
    default: "automatic",
    pattern: "automatic|manual",
    description: "Whether a payment is captured as soon as its order is confirmed (automatic), or when staff say so, within six days (manual).",
};

/// Every setting, in reading order.
pub const ALL: &[&Setting] = &[
    &ACCESS_TOKEN_LIFE,
    &REFRESH_TOKEN_LIFE,
    &REGISTRATIONS_PER_HOUR,
    &FAILURES_PER_ACCOUNT,
    &FAILURES_PER_ADDRESS,
    &MAIL_SENDER,
    &STOREFRONT_URL,
    &CART_ABANDONED_AFTER,
    &TAX_CLASSES,
    &STRIPE_URL,
    &PAYMENT_CAPTURE,
];
