//! Making an order of a cart: what is in it, what it costs, and why there may be none.

use std::collections::{HashMap, HashSet};

use kernel::{
    Amount, CategoryId, CurrencyCode, LineId, Money, MoneyError, OrderId, Quantity, Sku, Timestamp,
};
use products::category::Tree;
use products::offer::Offer;

use crate::order::{
    Actor, Address, Buyer, Entry, EntryKind, FulfilmentStatus, Line, Order, OrderStatus,
    PaymentStatus, ShippingMethod, TaxClass, Totals,
};
use crate::priced::{Priced, PricedLine};
use crate::shipping;
use crate::tax::Taxes;
use crate::totals::{self, Item};

/// The most characters of a note.
pub const NOTE_MAX: usize = 1_000;

/// What a buyer asks for, beside what is in the cart.
#[derive(Debug, Clone)]
pub struct Wish {
    /// Where it goes.
    pub address: Address,
    /// How it goes.
    pub shipping_method: ShippingMethod,
    /// Where mails about it go.
    pub email: Option<String>,
    /// What the buyer has been told that it costs.
    pub expected_total: Option<Amount>,
    /// What the buyer writes to it.
    pub note: Option<String>,
}

/// What an order would be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// What is bought.
    pub lines: Vec<Line>,
    /// What it costs.
    pub totals: Totals,
}

/// Too little of something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortage {
    /// The line of the cart.
    pub line: LineId,
    /// What it is on the shelf.
    pub sku: Sku,
    /// How many are wanted, with other lines of the same thing.
    pub requested: u64,
    /// How many there are; none of what is gone from the shop.
    pub available: u64,
}

/// A line that costs something else than the cart last showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceChange {
    /// The line of the cart.
    pub line: LineId,
    /// What it is on the shelf.
    pub sku: Sku,
    /// What the cart showed.
    pub shown: Money,
    /// What it costs.
    pub price: Money,
}

/// Why there is no order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotPlaced {
    /// There is nothing in the cart.
    #[error("the cart is empty")]
    CartEmpty,
    /// There is too little of some lines.
    #[error("there is too little of {} lines", .0.len())]
    Short(Vec<Shortage>),
    /// Lines cost something else than the cart showed.
    #[error("the prices of {} lines have changed", .0.len())]
    PricesChanged(Vec<PriceChange>),
    /// All of it costs something else than was expected.
    #[error("the total is {total}, and {expected} was expected")]
    TotalChanged {
        /// What was expected.
        expected: Money,
        /// What it is.
        total: Money,
    },
    /// What was expected is no amount of the cart's currency.
    #[error("the expected total {0}")]
    NoTotal(kernel::AmountError),
    /// It costs more than can be counted.
    #[error("the order costs more than can be counted")]
    TooMuch,
}

impl From<MoneyError> for NotPlaced {
    fn from(_: MoneyError) -> Self {
        Self::TooMuch
    }
}

/// Categories whose things are not taxed as most are: a category's class is its own, or that of the
/// nearest above it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaxClasses(HashMap<String, TaxClass>);

impl TaxClasses {
    /// Reads `books=reduced,gift-cards=zero`: slugs of categories, each with a class.
    pub fn parse(text: &str) -> Option<Self> {
        let pairs = text.split(',').filter(|pair| !pair.trim().is_empty());
        pairs
            .map(|pair| {
                let (slug, class) = pair.split_once('=')?;
                let class = match class.trim() {
                    "standard" => TaxClass::Standard,
                    "reduced" => TaxClass::Reduced,
                    "zero" => TaxClass::Zero,
                    _ => return None,
                };
                Some((slug.trim().to_owned(), class))
            })
            .collect::<Option<_>>()
            .map(Self)
    }

    /// Whether all things are taxed alike.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The class of a category's things.
    pub fn of(&self, category: CategoryId, tree: &Tree) -> TaxClass {
        let path = tree.path(category);
        let own = path
            .iter()
            .rev()
            .find_map(|category| self.0.get(category.slug.as_str()));
        own.copied().unwrap_or_default()
    }
}

/// Makes a draft of a cart as it is priced now.
///
/// # Errors
/// The cart is empty, or something in it is gone or has another price than the cart last showed;
/// all of it costs something else than the buyer expects.
pub fn draft(
    cart: &Priced,
    wish: &Wish,
    taxes: &Taxes,
    class_of: impl Fn(&Offer) -> TaxClass,
) -> Result<Draft, NotPlaced> {
    let Some(currency) = cart.cart.currency() else {
        return Err(NotPlaced::CartEmpty);
    };
    let gone: Vec<Shortage> = cart.lines.iter().filter_map(gone).collect();
    if !gone.is_empty() {
        return Err(NotPlaced::Short(gone));
    }
    let changed: Vec<PriceChange> = cart.lines.iter().filter_map(price_change).collect();
    if !changed.is_empty() {
        return Err(NotPlaced::PricesChanged(changed));
    }
    let draft = reckoned(cart, wish, taxes, class_of, currency)?;
    hold_to(wish.expected_total, draft.totals.total)?;
    Ok(draft)
}

fn reckoned(
    cart: &Priced,
    wish: &Wish,
    taxes: &Taxes,
    class_of: impl Fn(&Offer) -> TaxClass,
    currency: CurrencyCode,
) -> Result<Draft, NotPlaced> {
    let offers = cart
        .lines
        .iter()
        .filter_map(|line| Some((&line.line, line.offer.as_ref()?)));
    let offers: Vec<_> = offers.collect();
    let items: Vec<Item> = offers
        .iter()
        .map(|(line, offer)| Item {
            unit_price: offer.price,
            quantity: line.quantity,
            tax_class: class_of(offer),
        })
        .collect();
    let worth = totals::subtotal(currency, &items)?;
    let shipping = shipping::cost(wish.shipping_method, wish.address.country, worth);
    let reckoning = totals::reckon(&items, Money::zero(currency), shipping, taxes)?;
    if reckoning.totals.total.minor > Money::MAX_GIVEN {
        return Err(NotPlaced::TooMuch);
    }
    let reckoned = offers.into_iter().zip(items).zip(reckoning.shares);
    let lines = reckoned.map(|(((line, offer), item), share)| Line {
        id: line.id,
        product_id: offer.product_id,
        variant_id: offer.variant_id,
        tax_class: item.tax_class,
        sku: offer.sku.clone(),
        name: offer.name.clone(),
        quantity: line.quantity,
        cancelled: 0,
        unit_price: offer.price,
        line_total: share.line_total,
        discount: share.discount,
        tax: share.tax,
    });
    Ok(Draft {
        lines: lines.collect(),
        totals: reckoning.totals,
    })
}

/// Lines of which there is too little, where somebody else says how much there is of each SKU.
/// Lines of one SKU are counted together, and each of them is named.
pub fn short(lines: &[Line], available: &HashMap<Sku, u64>) -> Vec<Shortage> {
    let wanted = wanted(lines);
    lines
        .iter()
        .filter_map(|line| {
            let requested = wanted.get(&line.sku).copied().unwrap_or_default();
            let available = *available.get(&line.sku)?;
            (available < requested).then(|| Shortage {
                line: line.id,
                sku: line.sku.clone(),
                requested,
                available,
            })
        })
        .collect()
}

/// How many of each SKU some lines want together.
fn wanted(lines: &[Line]) -> HashMap<&Sku, u64> {
    let mut wanted: HashMap<&Sku, u64> = HashMap::new();
    for line in lines {
        *wanted.entry(&line.sku).or_default() += u64::from(line.quantity.get());
    }
    wanted
}

/// What is taken from the shelf: each SKU once.
pub fn quantities(lines: &[Line]) -> Vec<(Sku, Quantity)> {
    let wanted = wanted(lines);
    let mut seen = HashSet::new();
    lines
        .iter()
        .filter(|line| seen.insert(&line.sku))
        .filter_map(|line| {
            Some((
                line.sku.clone(),
                Quantity::new(*wanted.get(&line.sku)?).ok()?,
            ))
        })
        .collect()
}

fn gone(line: &PricedLine) -> Option<Shortage> {
    line.offer.is_none().then(|| Shortage {
        line: line.line.id,
        sku: line.line.sku.clone(),
        requested: u64::from(line.line.quantity.get()),
        available: 0,
    })
}

fn price_change(line: &PricedLine) -> Option<PriceChange> {
    line.price_changed().then(|| PriceChange {
        line: line.line.id,
        sku: line.line.sku.clone(),
        shown: line.line.shown_price,
        price: line.price(),
    })
}

fn hold_to(expected: Option<Amount>, total: Money) -> Result<(), NotPlaced> {
    let Some(expected) = expected else {
        return Ok(());
    };
    let expected = expected
        .in_currency(total.currency)
        .map_err(NotPlaced::NoTotal)?;
    if expected == total {
        Ok(())
    } else {
        Err(NotPlaced::TotalChanged { expected, total })
    }
}

/// What an order is born with, beside what is bought.
#[derive(Debug, Clone)]
pub struct Birth {
    /// Its id.
    pub id: OrderId,
    /// Its number.
    pub number: u64,
    /// Whose it is.
    pub buyer: Buyer,
    /// Until when its stock is held.
    pub held_until: Timestamp,
    /// The time.
    pub at: Timestamp,
}

impl Order {
    /// A new order.
    pub fn placed(draft: Draft, wish: Wish, birth: Birth) -> Self {
        let by = match &birth.buyer {
            Buyer::User(user) => Actor::User(*user),
            Buyer::Guest { .. } => Actor::Guest,
        };
        Self {
            id: birth.id,
            number: birth.number,
            buyer: birth.buyer,
            buyer_erased: false,
            email: wish.email,
            status: OrderStatus::PendingPayment,
            payment: PaymentStatus::Unpaid,
            fulfilment: FulfilmentStatus::Unfulfilled,
            lines: draft.lines,
            totals: draft.totals,
            address: Some(wish.address),
            shipping_method: wish.shipping_method,
            note: wish.note,
            held_until: Some(birth.held_until),
            attempt: None,
            receipts: Vec::new(),
            cancellations: Vec::new(),
            timeline: vec![Entry {
                at: birth.at,
                kind: EntryKind::Placed,
                by,
                detail: None,
            }],
            version: 1,
            created_at: birth.at,
            updated_at: birth.at,
        }
    }
}

#[cfg(test)]
mod tests;
