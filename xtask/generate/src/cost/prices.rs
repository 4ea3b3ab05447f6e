//! The price list that the cost model reckons with.
//!
//! List prices of US East (N. Virginia) without free tiers and discounts, in picodollars
//! (a millionth of a millionth of a dollar), so that no price is a fraction.

/// When the prices were written down. Compare them before you rely on a figure.
pub(super) const DATE: &str = "2026-11-27";
/// Whose prices they are.
pub(super) const REGION: &str = "US East (N. Virginia)";

/// An amount of money in picodollars.
pub(super) type Picodollars = u128;

const DOLLAR: Picodollars = 1_000_000_000_000;
const CENT: Picodollars = DOLLAR / 100;
const MILLION: Picodollars = 1_000_000;

/// A price, and how its service's price page words it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Price {
    pub what: &'static str,
    pub says: &'static str,
    /// For one of what is counted: a request, a unit, a gigabyte-second.
    pub each: Picodollars,
}

const fn price(what: &'static str, says: &'static str, each: Picodollars) -> Price {
    Price { what, says, each }
}

pub(super) const LAMBDA_REQUEST: Price = price(
    "Lambda, a request",
    "0.20 USD a million",
    20 * CENT / MILLION,
);
pub(super) const LAMBDA_GB_SECOND: Price = price(
    "Lambda on arm64, a gigabyte-second",
    "0.0000133334 USD",
    13_333_400,
);
pub(super) const HTTP_API_REQUEST: Price = price(
    "HTTP API, a request",
    "1.00 USD a million",
    DOLLAR / MILLION,
);
pub(super) const READ_UNIT: Price = price(
    "DynamoDB on demand, a read request unit",
    "0.125 USD a million",
    DOLLAR / 8 / MILLION,
);
pub(super) const WRITE_UNIT: Price = price(
    "DynamoDB on demand, a write request unit",
    "0.625 USD a million",
    DOLLAR * 5 / 8 / MILLION,
);
pub(super) const TOPIC_REQUEST: Price = price(
    "SNS, a message of up to 64 KB published; to queues it is delivered for nothing",
    "0.50 USD a million",
    DOLLAR / 2 / MILLION,
);
pub(super) const QUEUE_REQUEST: Price = price(
    "SQS standard, a request",
    "0.40 USD a million",
    40 * CENT / MILLION,
);
pub(super) const LOG_BYTE: Price = price(
    "CloudWatch Logs, a byte taken in",
    "0.50 USD a gigabyte",
    DOLLAR / 2 / 1_000_000_000,
);

/// Prices of a request, for the list at the end of the page.
pub(super) const OF_REQUESTS: &[Price] = &[
    LAMBDA_REQUEST,
    LAMBDA_GB_SECOND,
    HTTP_API_REQUEST,
    READ_UNIT,
    WRITE_UNIT,
    TOPIC_REQUEST,
    QUEUE_REQUEST,
    LOG_BYTE,
];

/// Hours that a month is reckoned with.
const HOURS: Picodollars = 730;

/// Nodes of the search engine by their instance type, a month.
pub(super) const SEARCH_NODES: &[(&str, Price)] = &[
    (
        "t3.small.search",
        price(
            "OpenSearch, a node of t3.small.search",
            "0.036 USD an hour",
            36 * DOLLAR / 1_000 * HOURS,
        ),
    ),
    (
        "m7g.medium.search",
        price(
            "OpenSearch, a node of m7g.medium.search",
            "0.068 USD an hour",
            68 * DOLLAR / 1_000 * HOURS,
        ),
    ),
];
pub(super) const SEARCH_GIGABYTE: Price = price(
    "OpenSearch, a gigabyte of gp3",
    "0.122 USD a month",
    122 * DOLLAR / 1_000,
);
pub(super) const SECRET: Price = price("Secrets Manager, a secret", "0.40 USD a month", 40 * CENT);
pub(super) const KEY: Price = price("KMS, a key of our own", "1.00 USD a month", DOLLAR);
pub(super) const ALARM_METRIC: Price = price(
    "CloudWatch, a metric that an alarm watches",
    "0.10 USD a month",
    10 * CENT,
);
pub(super) const DASHBOARD: Price =
    price("CloudWatch, a dashboard", "3.00 USD a month", 3 * DOLLAR);
pub(super) const WEB_ACL: Price = price("WAF, a web ACL", "5.00 USD a month", 5 * DOLLAR);
pub(super) const WEB_ACL_RULE: Price = price("WAF, a rule", "1.00 USD a month", DOLLAR);
pub(super) const TABLE_GIGABYTE: Price = price(
    "DynamoDB, a gigabyte kept, with point-in-time recovery",
    "0.25 and 0.20 USD a month",
    45 * CENT,
);

/// An amount as dollars with this many decimals, rounded to the nearest.
pub(super) fn dollars(amount: Picodollars, decimals: u32) -> String {
    let scale = 10_u128.pow(decimals);
    let rounded = (amount * scale + DOLLAR / 2) / DOLLAR;
    let width = usize::try_from(decimals).unwrap_or_default();
    if width == 0 {
        return rounded.to_string();
    }
    format!("{}.{:0width$}", rounded / scale, rounded % scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_rounded_to_the_nearest_last_digit() {
        for (amount, decimals, text) in [
            (0, 4, "0.0000"),
            (DOLLAR, 2, "1.00"),
            (DOLLAR / 2, 0, "1"),
            (1_250_000_000, 4, "0.0013"),
            (1_249_999_999, 4, "0.0012"),
            (26 * DOLLAR + 28 * CENT, 2, "26.28"),
        ] {
            assert_eq!(dollars(amount, decimals), text);
        }
    }

    #[test]
    fn no_price_was_rounded_away() {
        for price in OF_REQUESTS {
            assert!(price.each > 0, "{}", price.what);
        }
        assert_eq!(READ_UNIT.each, 125_000);
        assert_eq!(WRITE_UNIT.each, 625_000);
        assert_eq!(dollars(SEARCH_NODES[0].1.each, 2), "26.28");
    }
}
