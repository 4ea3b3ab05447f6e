//! How the service fails, and what of it callers read.

use aws::TableError;
use edge::{Problem, Row, rows};
use inventory::InventoryError;
use kernel::{Faults, MoneyError};
use products::offer::NoOffer;
use serde_json::{Value, json};

use crate::cancellation::{MOST_CANCELLATIONS, NotCancelled};
use crate::cart::{CartRefusal, MOST_LINES, MOST_OF_ONE};
use crate::change::Refusal;
use crate::payment::MOST_PAYMENTS;
use crate::placing::{NotPlaced, PriceChange, Shortage};
use crate::store::StoreError;

/// There is less of something than was asked for.
pub const INSUFFICIENT_STOCK: Row =
    Row::new("insufficient_stock", 409, "There is not enough stock");
/// There is nothing in the cart to be ordered.
pub const CART_EMPTY: Row = Row::new("cart_empty", 409, "The cart is empty");
/// Something costs something else than the buyer was told.
pub const PRICE_CHANGED: Row = Row::new("price_changed", 409, "A price has changed");
/// A cart is in one currency.
pub const CURRENCY_MISMATCH: Row =
    Row::new("currency_mismatch", 409, "The cart is in another currency");
/// A cart has so many lines and no more.
pub const CART_FULL: Row = Row::new("cart_full", 409, "The cart is full");
/// An order cannot go there from where it stands.
pub const ILLEGAL_TRANSITION: Row = Row::new(
    "illegal_transition",
    409,
    "The order cannot go there from where it stands",
);
/// An order that is being paid is left alone until the payment is over.
pub const PAYMENT_IN_PROGRESS: Row =
    Row::new("payment_in_progress", 409, "The order is being paid");
/// An order is paid once.
pub const ORDER_ALREADY_PAID: Row = Row::new("order_already_paid", 409, "The order is paid");
/// An order that was not paid in time has no stock any more.
pub const ORDER_EXPIRED: Row = Row::new("order_expired", 409, "The order has expired");
/// A payment that has failed, or was never begun, cannot go on.
pub const PAYMENT_OVER: Row = Row::new("payment_over", 409, "The payment is not under way");
/// Nobody tries so often in earnest.
pub const TOO_MANY_PAYMENTS: Row = Row::new(
    "too_many_payments",
    409,
    "The order was tried to be paid too often",
);
/// Parts of an order were called off as often as it keeps account of.
pub const TOO_MANY_CANCELLATIONS: Row = Row::new(
    "too_many_cancellations",
    409,
    "Parts of the order were called off too often",
);

/// Every problem of the service, for the documentation.
pub const ALL: &[Row] = &[
    INSUFFICIENT_STOCK,
    CART_EMPTY,
    PRICE_CHANGED,
    CURRENCY_MISMATCH,
    CART_FULL,
    ILLEGAL_TRANSITION,
    PAYMENT_IN_PROGRESS,
    ORDER_ALREADY_PAID,
    ORDER_EXPIRED,
    PAYMENT_OVER,
    TOO_MANY_PAYMENTS,
    TOO_MANY_CANCELLATIONS,
];

/// Why the service did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum OrdersError {
    /// There is no such thing, or the caller may not see it.
    #[error("there is no such thing")]
    NotFound,
    /// What was asked breaks rules.
    #[error("the request breaks rules")]
    Invalid(Faults),
    /// The thing has another version than the caller knows.
    #[error("the current version is {current}")]
    Changed {
        /// Its version.
        current: u64,
    },
    /// The cart does not allow it.
    #[error(transparent)]
    Cart(#[from] CartRefusal),
    /// The order does not allow it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// No order is made of the cart.
    #[error(transparent)]
    NotPlaced(#[from] NotPlaced),
    /// The same things were changed by others again and again.
    #[error("the thing was changed by others each time it was tried")]
    Busy,
    /// Another run of the same operation took over.
    #[error("the operation was taken over by another run")]
    TakenOver,
    /// A sum is beyond all money, which it was not when it was written.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// The table failed.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The stock failed.
    #[error(transparent)]
    Stock(InventoryError),
    /// The catalogue failed.
    #[error(transparent)]
    Products(#[from] products::error::ProductsError),
    /// The address books failed.
    #[error(transparent)]
    Auth(#[from] auth::error::AuthError),
}

impl OrdersError {
    /// One field that breaks a rule.
    pub fn invalid(pointer: &str, rule: impl std::fmt::Display) -> Self {
        let mut faults = Faults::new();
        faults.add(pointer, rule);
        Self::Invalid(faults)
    }
}

impl From<NoOffer> for OrdersError {
    fn from(error: NoOffer) -> Self {
        let pointer = match error {
            NoOffer::NotOnSale => "/productId",
            NoOffer::NeedsVariant | NoOffer::NoSuchVariant => "/variantId",
        };
        Self::invalid(pointer, error)
    }
}

impl From<NotCancelled> for OrdersError {
    fn from(error: NotCancelled) -> Self {
        match error {
            NotCancelled::Refused(refusal) => Self::Refused(refusal),
            NotCancelled::Lines(faults) => Self::Invalid(faults),
        }
    }
}

impl From<StoreError> for OrdersError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Stale => Self::Busy,
            StoreError::ClaimLost => Self::TakenOver,
            StoreError::Table(error) => Self::Table(error),
        }
    }
}

impl From<OrdersError> for Problem {
    fn from(error: OrdersError) -> Self {
        match error {
            OrdersError::NotFound => rows::NOT_FOUND.into(),
            OrdersError::Invalid(faults) => Self::invalid(faults),
            OrdersError::Changed { current } => Self::stale(current),
            OrdersError::Cart(refusal) => refusal.into(),
            OrdersError::Refused(refusal) => refusal.into(),
            OrdersError::NotPlaced(reason) => reason.into(),
            OrdersError::TakenOver => rows::IDEMPOTENCY_IN_FLIGHT.into(),
            OrdersError::Busy => Self::new(rows::UNAVAILABLE).cause(error),
            OrdersError::Money(_) => Self::new(rows::INTERNAL).cause(error),
            OrdersError::Table(error) => error.into(),
            OrdersError::Stock(error) => error.into(),
            OrdersError::Products(error) => error.into(),
            OrdersError::Auth(error) => error.into(),
        }
    }
}

impl From<CartRefusal> for Problem {
    fn from(refusal: CartRefusal) -> Self {
        match refusal {
            CartRefusal::NoSuchLine => rows::NOT_FOUND.into(),
            CartRefusal::Full => {
                Self::new(CART_FULL).detail(format!("A cart has at most {MOST_LINES} lines."))
            }
            CartRefusal::TooMany => Self::new(rows::VALIDATION_FAILED).fault(
                "/quantity",
                format!("must leave at most {MOST_OF_ONE} of one thing in the cart"),
            ),
            CartRefusal::CurrencyMismatch { cart, other } => Self::new(CURRENCY_MISMATCH)
                .detail(format!(
                    "The cart is in {cart}, and this is sold in {other}."
                ))
                .extension("currency", cart.as_str()),
            CartRefusal::Short {
                sku,
                requested,
                available,
            } => Self::new(INSUFFICIENT_STOCK)
                .detail(format!("There are {available} of {sku}, not {requested}."))
                .extension("sku", sku.as_str())
                .extension("requested", requested)
                .extension("available", available),
        }
    }
}

impl From<NotPlaced> for Problem {
    fn from(reason: NotPlaced) -> Self {
        match reason {
            NotPlaced::CartEmpty => CART_EMPTY.into(),
            NotPlaced::Short(shortages) => {
                let item = |short: &Shortage| {
                    json!({
                        "id": short.line,
                        "sku": short.sku,
                        "requested": short.requested,
                        "available": short.available,
                    })
                };
                let items: Vec<Value> = shortages.iter().map(item).collect();
                Self::new(INSUFFICIENT_STOCK).extension("items", items)
            }
            NotPlaced::PricesChanged(changes) => {
                let item = |change: &PriceChange| {
                    json!({
                        "id": change.line,
                        "sku": change.sku,
                        "shownPrice": change.shown.amount(),
                        "unitPrice": change.price.amount(),
                        "currency": change.price.currency,
                    })
                };
                let items: Vec<Value> = changes.iter().map(item).collect();
                Self::new(PRICE_CHANGED)
                    .detail("Look at the cart again, which shows what it costs now.")
                    .extension("items", items)
            }
            NotPlaced::TotalChanged { expected, total } => Self::new(PRICE_CHANGED)
                .detail(format!("The total is {total}, not {expected}."))
                .extension("expectedTotal", json!(expected.amount()))
                .extension("total", json!(total.amount()))
                .extension("currency", json!(total.currency)),
            NotPlaced::NoTotal(error) => {
                Self::new(rows::VALIDATION_FAILED).fault("/expectedTotal", error.to_string())
            }
            NotPlaced::TooMuch => Self::new(rows::VALIDATION_FAILED)
                .detail("The order costs more than can be counted."),
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Illegal { from, allowed } => {
                let word = |status| serde_json::to_value(status).unwrap_or_default();
                let allowed: Vec<_> = allowed.into_iter().map(word).collect();
                Self::new(ILLEGAL_TRANSITION)
                    .extension("orderStatus", word(from))
                    .extension("allowed", allowed)
            }
            Refusal::PaymentInProgress => Self::new(PAYMENT_IN_PROGRESS).detail(
                "Wait until the payment has succeeded or failed, which takes some minutes.",
            ),
            Refusal::AlreadyPaid => ORDER_ALREADY_PAID.into(),
            Refusal::Expired => Self::new(ORDER_EXPIRED)
                .detail("It was not paid in time. Its lines may be ordered again."),
            Refusal::PaymentOver => PAYMENT_OVER.into(),
            Refusal::TooManyPayments => Self::new(TOO_MANY_PAYMENTS).detail(format!(
                "An order may be tried to be paid {MOST_PAYMENTS} times."
            )),
            Refusal::TooManyCancellations => Self::new(TOO_MANY_CANCELLATIONS).detail(format!(
                "After {MOST_CANCELLATIONS} cancellations only all that is left can be cancelled."
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::usd;

    #[test]
    fn amounts_of_a_problem_are_numbers_in_major_units() {
        for (minor, number) in [
            (999, json!(9.99)),
            (1_250, json!(12.5)),
            (1_500, json!(15.0)),
        ] {
            assert_eq!(json!(usd(minor).amount()), number);
        }
    }
}
