//! Carts: what somebody means to buy.
//!
//! A cart holds no stock and promises no price. It remembers of each line what was shown last, so
//! that a shopper is told when that is no longer so.

use std::time::Duration;

use kernel::{
    CartId, CartToken, CurrencyCode, LineId, Money, MoneyError, OperationId, ProductId, Quantity,
    Sku, Timestamp, TokenHash, UserId, VariantId,
};
use products::offer::Offer;
use serde::{Deserialize, Serialize};

/// The most lines of a cart.
pub const MOST_LINES: usize = 40;
/// The most that a cart holds of one thing. It is far above what anybody buys, and low enough for
/// sums to be done.
pub const MOST_OF_ONE: u32 = 9_999;
/// How long a cart is kept after it was last written.
pub const LIFE: Duration = Duration::from_hours(30 * 24);

/// Whose a cart is. There is one cart of each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// A user's.
    User(UserId),
    /// Of whoever shows the token with this hash.
    Guest(TokenHash),
}

impl Owner {
    /// The user, where it is one.
    pub const fn user(&self) -> Option<UserId> {
        match self {
            Self::User(user) => Some(*user),
            Self::Guest(_) => None,
        }
    }

    /// Of nobody: whoever has no token yet has an empty cart, and none that they could come back to.
    pub fn nobody(by: OperationId) -> Self {
        let mut bytes = [0; 32];
        bytes[..16].copy_from_slice(by.uuid().as_bytes());
        Self::Guest(CartToken::of_bytes(bytes).hash())
    }

    /// The cart's id: it stays the owner's, whatever becomes of the cart.
    fn cart_id(&self) -> CartId {
        match self {
            Self::User(user) => CartId::derive(&user.to_string(), "cart"),
            Self::Guest(token) => CartId::derive(token.as_str(), "cart"),
        }
    }
}

/// A cart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cart {
    /// Its id.
    pub id: CartId,
    /// Whose it is.
    pub owner: Owner,
    /// What is in it, the first that came first.
    pub lines: Vec<CartLine>,
    /// Rises by one with every change; 0 before the first.
    pub version: u64,
    /// The operation that wrote it last. Versions begin anew after a cart has gone, so it takes both
    /// to know that a cart is still what was read.
    pub change: Option<OperationId>,
    /// When its owner last changed it.
    pub active_at: Timestamp,
    /// When it was last written.
    pub written_at: Timestamp,
    /// Whether it was told that it was abandoned, since its owner last changed it.
    pub told: bool,
}

/// Some of one product or variant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CartLine {
    /// Its id.
    pub id: LineId,
    /// The product.
    pub product_id: ProductId,
    /// The variant, where the product has any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant_id: Option<VariantId>,
    /// What is taken from the shelf, as it was called last.
    pub sku: Sku,
    /// What it was called last.
    pub name: String,
    /// How many.
    pub quantity: Quantity,
    /// What one cost when it was last shown. All lines have one currency.
    pub shown_price: Money,
}

/// A line that got less than it was to have, since there is no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capped {
    /// The line.
    pub line: LineId,
    /// How many it was to have.
    pub requested: u64,
    /// How many it has.
    pub quantity: Quantity,
}

/// Why a cart is left as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CartRefusal {
    /// There is no such line.
    #[error("there is no such line")]
    NoSuchLine,
    /// It would have too many lines.
    #[error("a cart has at most {MOST_LINES} lines")]
    Full,
    /// It would hold too much of one thing, or be worth more than can be counted.
    #[error("the quantity is too large")]
    TooMany,
    /// It would hold two currencies.
    #[error("the cart is in {cart}, not in {other}")]
    CurrencyMismatch {
        /// That of the lines that are there.
        cart: CurrencyCode,
        /// The other.
        other: CurrencyCode,
    },
    /// There is too little of one thing.
    #[error("there are {available} of {sku}, not {requested}")]
    Short {
        /// The thing.
        sku: Sku,
        /// How many the line would have.
        requested: u64,
        /// How many there are.
        available: u64,
    },
}

impl Cart {
    /// The cart of somebody who has put nothing into it yet.
    pub fn empty(owner: Owner, at: Timestamp) -> Self {
        Self {
            id: owner.cart_id(),
            owner,
            lines: Vec::new(),
            version: 0,
            change: None,
            active_at: at,
            written_at: at,
            told: false,
        }
    }

    /// The currency of its lines; none of an empty one.
    pub fn currency(&self) -> Option<CurrencyCode> {
        self.lines.first().map(|line| line.shown_price.currency)
    }

    /// How many things are in it.
    pub fn item_count(&self) -> u64 {
        let each = self.lines.iter();
        each.map(|line| u64::from(line.quantity.get())).sum()
    }

    /// What it costs by the prices that were last shown.
    ///
    /// # Errors
    /// When that is beyond all money, which no change lets it become.
    pub fn shown_subtotal(&self, otherwise: CurrencyCode) -> Result<Money, MoneyError> {
        let each = self.lines.iter();
        let totals: Result<Vec<Money>, MoneyError> = each
            .map(|line| line.shown_price.checked_mul(line.quantity))
            .collect();
        Money::sum(self.currency().unwrap_or(otherwise), totals?)
    }

    /// When it may be removed, if nobody writes it until then.
    pub fn expires(&self) -> Timestamp {
        self.written_at.plus(LIFE)
    }

    /// With more of something: a line of its own, or more in the line that is there.
    ///
    /// # Errors
    /// The cart would be in two currencies, or have too much in it; there is not as much.
    pub fn with(
        &self,
        id: LineId,
        offer: &Offer,
        quantity: Quantity,
        available: u64,
    ) -> Result<Self, CartRefusal> {
        self.takes(offer.price.currency)?;
        let mut cart = self.clone();
        let there = cart.lines.iter().position(|line| line.is_of(offer));
        match there.and_then(|at| cart.lines.get_mut(at)) {
            Some(line) => {
                let sum = line.quantity.checked_add(quantity);
                line.quantity = sum.ok_or(CartRefusal::TooMany)?;
                within(line.quantity, &line.sku, available)?;
            }
            None if self.lines.len() >= MOST_LINES => return Err(CartRefusal::Full),
            None => {
                within(quantity, &offer.sku, available)?;
                cart.lines.push(CartLine {
                    id,
                    product_id: offer.product_id,
                    variant_id: offer.variant_id,
                    sku: offer.sku.clone(),
                    name: offer.name.clone(),
                    quantity,
                    shown_price: offer.price,
                });
            }
        }
        cart.counted()
    }

    /// With another quantity of a line.
    ///
    /// # Errors
    /// There is no such line, or not as much.
    pub fn with_quantity(
        &self,
        id: LineId,
        quantity: Quantity,
        available: u64,
    ) -> Result<Self, CartRefusal> {
        let mut cart = self.clone();
        let line = cart.lines.iter_mut().find(|line| line.id == id);
        let line = line.ok_or(CartRefusal::NoSuchLine)?;
        within(quantity, &line.sku, available)?;
        line.quantity = quantity;
        cart.counted()
    }

    /// Without a line.
    ///
    /// # Errors
    /// There is no such line.
    pub fn without(&self, id: LineId) -> Result<Self, CartRefusal> {
        let mut cart = self.clone();
        cart.lines.retain(|line| line.id != id);
        if cart.lines.len() == self.lines.len() {
            return Err(CartRefusal::NoSuchLine);
        }
        Ok(cart)
    }

    /// With nothing in it.
    #[must_use]
    pub fn cleared(&self) -> Self {
        Self {
            lines: Vec::new(),
            ..self.clone()
        }
    }

    /// With what is in another cart. Quantities of one thing add up, to what is available: what was
    /// capped is told, and no line is dropped, so that of something which is gone one stays, for its
    /// owner to see.
    ///
    /// # Errors
    /// Both have too many lines together, or two currencies. Neither is changed then.
    pub fn merged(
        &self,
        other: &Self,
        available: impl Fn(&CartLine) -> u64,
    ) -> Result<(Self, Vec<Capped>), CartRefusal> {
        let mut cart = self.clone();
        let mut capped = Vec::new();
        for theirs in &other.lines {
            self.takes(theirs.shown_price.currency)?;
            let same = |line: &&mut CartLine| line.is_same(theirs);
            let before = match cart.lines.iter_mut().find(same) {
                Some(line) => u64::from(line.quantity.get()),
                None => {
                    cart.lines.push(theirs.clone());
                    0
                }
            };
            let Some(line) = cart.lines.iter_mut().find(same) else {
                continue;
            };
            let requested = before + u64::from(theirs.quantity.get());
            let most = available(line).min(u64::from(MOST_OF_ONE));
            let quantity = Quantity::new(requested.min(most)).unwrap_or(Quantity::ONE);
            if u64::from(quantity.get()) < requested {
                capped.push(Capped {
                    line: line.id,
                    requested,
                    quantity,
                });
            }
            line.quantity = quantity;
        }
        if cart.lines.len() > MOST_LINES {
            return Err(CartRefusal::Full);
        }
        Ok((cart.counted()?, capped))
    }

    /// As it is written after its owner has changed it.
    #[must_use]
    pub fn changed(self, by: OperationId, at: Timestamp) -> Self {
        Self {
            active_at: at,
            told: false,
            ..self.rewritten(by, at)
        }
    }

    /// As it is written when nobody has changed it, but what it shows has changed.
    #[must_use]
    pub fn rewritten(self, by: OperationId, at: Timestamp) -> Self {
        Self {
            version: self.version + 1,
            change: Some(by),
            written_at: at,
            ..self
        }
    }

    fn takes(&self, other: CurrencyCode) -> Result<(), CartRefusal> {
        match self.currency() {
            Some(cart) if cart != other => Err(CartRefusal::CurrencyMismatch { cart, other }),
            _ => Ok(()),
        }
    }

    /// The cart, unless there is more in it than can be counted.
    fn counted(self) -> Result<Self, CartRefusal> {
        let many = |line: &CartLine| line.quantity.get() > MOST_OF_ONE;
        let worth = self.shown_subtotal(CurrencyCode::USD);
        let countable = worth.is_ok_and(|worth| worth.minor <= Money::MAX_GIVEN);
        if self.lines.iter().any(many) || !countable {
            return Err(CartRefusal::TooMany);
        }
        Ok(self)
    }
}

impl CartLine {
    fn is_of(&self, offer: &Offer) -> bool {
        (self.product_id, self.variant_id) == (offer.product_id, offer.variant_id)
    }

    fn is_same(&self, other: &Self) -> bool {
        (self.product_id, self.variant_id) == (other.product_id, other.variant_id)
    }
}

/// Holds what is asked for against what there is.
fn within(quantity: Quantity, sku: &Sku, available: u64) -> Result<(), CartRefusal> {
    let requested = u64::from(quantity.get());
    if requested > u64::from(MOST_OF_ONE) {
        return Err(CartRefusal::TooMany);
    }
    if requested > available {
        return Err(CartRefusal::Short {
            sku: sku.clone(),
            requested,
            available,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests;
