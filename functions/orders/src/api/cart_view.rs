//! A cart as it is answered, and whose it is.

use edge::{Answer, Data, Guest, Links, Reply, ReplyDoc};
use kernel::{CartId, CartToken, CurrencyCode, LineId, ProductId, Quantity, Sku, VariantId};
use kernel::{Decimal, OperationId};
use schemars::{JsonSchema, SchemaGenerator};
use serde::Serialize;

use crate::cart::Owner;
use crate::priced::{Priced, PricedLine};

/// A cart.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Cart")]
pub struct CartView {
    /// The cart's id.
    id: CartId,
    /// What is in it, the first that came first.
    items: Vec<CartItemView>,
    /// How many things are in it, over all lines.
    item_count: u64,
    /// What they cost now, without tax and shipping.
    subtotal: Decimal,
    /// The currency of all amounts.
    currency: CurrencyCode,
    /// Rises with every change; 0 before the first.
    version: u64,
}

/// A line of a cart.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "CartItem")]
pub struct CartItemView {
    /// The line's id.
    id: LineId,
    /// The product.
    product_id: ProductId,
    /// The variant, where the product has any.
    variant_id: Option<VariantId>,
    /// What is taken from the shelf.
    sku: Sku,
    /// The product's name, with what was chosen.
    name: String,
    /// How many.
    quantity: Quantity,
    /// What one costs now, or what it cost when it was last to be had.
    unit_price: Decimal,
    /// What all of them cost.
    line_total: Decimal,
    /// How many of it could be bought now; nought of what is no longer sold.
    available: u64,
    /// Whether one costs something else than when this cart was shown the last time.
    price_changed: bool,
}

impl CartView {
    pub(super) fn of(priced: &Priced, currency: CurrencyCode) -> Self {
        let subtotal = priced.subtotal(currency);
        Self {
            id: priced.cart.id,
            items: priced.lines.iter().map(CartItemView::from).collect(),
            item_count: priced.cart.item_count(),
            subtotal: subtotal.amount(),
            currency: subtotal.currency,
            version: priced.cart.version,
        }
    }
}

impl From<&PricedLine> for CartItemView {
    fn from(priced: &PricedLine) -> Self {
        let (line, offer) = (&priced.line, priced.offer.as_ref());
        Self {
            id: line.id,
            product_id: line.product_id,
            variant_id: line.variant_id,
            sku: offer.map_or(&line.sku, |offer| &offer.sku).clone(),
            name: offer.map_or(&line.name, |offer| &offer.name).clone(),
            quantity: line.quantity,
            unit_price: priced.price().amount(),
            line_total: priced.total().amount(),
            available: priced.available,
            price_changed: priced.price_changed(),
        }
    }
}

/// 200 with a cart.
pub(super) fn shown(priced: &Priced, currency: CurrencyCode) -> Data<CartView> {
    Data::new(CartView::of(priced, currency)).version(priced.cart.version)
}

/// 200 with a cart, and the token of a guest who had none.
#[derive(Debug)]
pub struct CartAndToken {
    pub(super) cart: Data<CartView>,
    pub(super) token: Option<CartToken>,
}

impl Reply for CartAndToken {
    fn into_answer(self, links: &Links) -> Answer {
        let mut answer = self.cart.into_answer(links);
        if let Some(token) = self.token {
            let token = token.expose().to_owned();
            answer.headers.push(("x-cart-token".into(), token));
        }
        answer
    }

    fn describe(generator: &mut SchemaGenerator) -> ReplyDoc {
        ReplyDoc {
            headers: &["ETag", "X-Cart-Token"],
            ..Data::<CartView>::describe(generator)
        }
    }
}

/// Whose cart a caller means; nobody's, when they have none yet.
pub(super) fn owner(caller: &Guest) -> Option<Owner> {
    let user = caller.identity.as_ref().map(|it| Owner::User(it.user));
    let guest = || Some(Owner::Guest(caller.cart_token.as_ref()?.hash()));
    user.or_else(guest)
}

/// Whose cart a caller means who may have none: one that nobody has is empty.
pub(super) fn owner_or_nobody(caller: &Guest, by: OperationId) -> Owner {
    owner(caller).unwrap_or_else(|| Owner::nobody(by))
}
