//! A cart held against the shop: what its lines cost now, and how many there are of them.

use std::collections::HashMap;

use kernel::{CurrencyCode, Money, OperationId, ProductId, Sku, Timestamp};
use products::offer::Offer;
use products::product::Product;

use crate::cart::{Cart, CartLine, LIFE};

/// What the shop has to say of the things in a cart.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// The products that there are, by their ids.
    pub products: HashMap<ProductId, Product>,
    /// How many of each SKU may be sold.
    pub available: HashMap<Sku, u64>,
}

impl Facts {
    /// What a line can be bought as now; nothing when it is gone from the shop, or sold in another
    /// currency than the cart's.
    pub fn offer(&self, line: &CartLine) -> Option<Offer> {
        let product = self.products.get(&line.product_id)?;
        let offer = product.offer(line.variant_id).ok()?;
        (offer.price.currency == line.shown_price.currency).then_some(offer)
    }

    /// How many of a SKU may be sold.
    pub fn available(&self, sku: &Sku) -> u64 {
        self.available.get(sku).copied().unwrap_or(0)
    }

    /// How many of a line may be sold: none of what is not offered.
    pub fn available_for(&self, line: &CartLine) -> u64 {
        let offer = self.offer(line);
        offer.map_or(0, |offer| self.available(&offer.sku))
    }
}

/// A cart with what it costs now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Priced {
    /// The cart. Its lines still have the prices that were shown last.
    pub cart: Cart,
    /// Its lines, in order.
    pub lines: Vec<PricedLine>,
}

/// A line with what it costs now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PricedLine {
    /// The line.
    pub line: CartLine,
    /// What it can be bought as; nothing when it is gone from the shop.
    pub offer: Option<Offer>,
    /// How many of it may be sold.
    pub available: u64,
}

impl PricedLine {
    /// What one costs now, or what it cost when it was last to be had.
    pub fn price(&self) -> Money {
        self.offer
            .as_ref()
            .map_or(self.line.shown_price, |offer| offer.price)
    }

    /// What all of them cost. What is beyond all money is as much as can be shown.
    pub fn total(&self) -> Money {
        let price = self.price();
        let most = Money::new(i64::MAX, price.currency);
        price.checked_mul(self.line.quantity).unwrap_or(most)
    }

    /// Whether it costs something else than was shown last.
    pub fn price_changed(&self) -> bool {
        self.price() != self.line.shown_price
    }

    /// The line as it is shown now.
    fn shown(&self) -> CartLine {
        let line = self.line.clone();
        match &self.offer {
            None => line,
            Some(offer) => CartLine {
                sku: offer.sku.clone(),
                name: offer.name.clone(),
                shown_price: offer.price,
                ..line
            },
        }
    }
}

impl Priced {
    /// A cart by what the shop says.
    pub fn of(cart: Cart, facts: &Facts) -> Self {
        let priced = |line: &CartLine| PricedLine {
            line: line.clone(),
            offer: facts.offer(line),
            available: facts.available_for(line),
        };
        Self {
            lines: cart.lines.iter().map(priced).collect(),
            cart,
        }
    }

    /// What all lines cost now. What is beyond all money is as much as can be shown.
    pub fn subtotal(&self, otherwise: CurrencyCode) -> Money {
        let currency = self.cart.currency().unwrap_or(otherwise);
        Money::sum(currency, self.lines.iter().map(PricedLine::total))
            .unwrap_or(Money::new(i64::MAX, currency))
    }

    /// The cart with everything in it as it is shown now: what is written when it is shown.
    pub fn shown(&self) -> Cart {
        Cart {
            lines: self.lines.iter().map(PricedLine::shown).collect(),
            ..self.cart.clone()
        }
    }

    /// The same, as it is written when it is shown without having been changed.
    #[must_use]
    pub fn rewritten(&self, by: OperationId, at: Timestamp) -> Self {
        Self {
            cart: self.cart.clone().rewritten(by, at),
            lines: self.lines.clone(),
        }
    }

    /// Whether showing it is worth writing it: something is shown otherwise than before, or half of
    /// its life is over, so that a cart which is only looked at lives on.
    pub fn wants_writing(&self, at: Timestamp) -> bool {
        let aged = at.since(self.cart.written_at) > LIFE / 2;
        !self.lines.is_empty() && (aged || self.shown().lines != self.cart.lines)
    }
}

#[cfg(test)]
mod tests;
