//! Placing orders: gather, decide, hold the stock, commit.
//!
//! The stock is held first, under an id that derives from the order's; then one transaction writes
//! the order, empties its cart, tells of it and keeps the answer. Whatever dies in between leaves a
//! hold that ends by itself, and a retry finds it for its own.
//!
//! An order's id derives from the cart that it is made of, as that was read. So however often and
//! by whomever a cart is ordered at once, it is one order with one hold.

use std::collections::HashMap;
use std::time::Duration;

use auth::address::Place;
use auth::country::Rules;
use aws::Answered;
use futures_util::future::OptionFuture;
use futures_util::try_join;
use inventory::InventoryError;
use inventory::reservation::Refusal;
use kernel::{AddressId, Amount, OrderId, ProductId, Timestamp, TokenHash, UserId};

use crate::Checkout;
use crate::cart::{Cart, Owner};
use crate::error::OrdersError;
use crate::order::{Address, Buyer, Order, ShippingMethod, reservation_of};
use crate::pay::TIME_TO_PAY;
use crate::placing::{Birth, Draft, NotPlaced, Wish, draft, quantities, short};
use crate::priced::{Facts, Priced};
use crate::retry::Tries;
use crate::store::StoreError;
use crate::tax::{Destination, RATES, TaxClass, TaxRates};

/// How much shorter than [`TIME_TO_PAY`] a hold may be that was there already: those who order one
/// cart at once need not each make it longer.
const SLACK: Duration = Duration::from_mins(1);

/// Who orders.
#[derive(Debug, Clone)]
pub enum Customer {
    /// Somebody who is signed in.
    User(UserId),
    /// A guest, by the hash of the cart's token.
    Guest {
        /// The hash of the cart's token.
        cart: TokenHash,
    },
}

/// What is ordered, beside what is in the cart.
#[derive(Debug, Clone)]
pub struct Request {
    /// Where it goes.
    pub to: To,
    /// How it goes.
    pub shipping_method: ShippingMethod,
    /// Where mails about it go.
    pub email: Option<String>,
    /// What the buyer has been told that it costs.
    pub expected_total: Option<Amount>,
    /// What the buyer writes to it.
    pub note: Option<String>,
}

/// Where an order goes.
#[derive(Debug, Clone)]
pub enum To {
    /// To an address of the buyer's book.
    Book(AddressId),
    /// To an address that was written out.
    Address(Address),
}

impl Customer {
    fn owner(&self) -> Owner {
        match self {
            Self::User(user) => Owner::User(*user),
            Self::Guest { cart } => Owner::Guest(cart.clone()),
        }
    }
}

/// A cart that can be ordered as it is, and what was asked for.
struct Ready {
    cart: Cart,
    draft: Draft,
    wish: Wish,
}

impl Checkout {
    /// What an order would be, were it placed now. Nothing is held.
    ///
    /// # Errors
    /// As of [`place`](Self::place).
    pub async fn preview(
        &self,
        customer: &Customer,
        request: &Request,
        at: Timestamp,
    ) -> Result<(Draft, Wish), OrdersError> {
        let ready = self.ready(customer, request, at).await?;
        let lines = from_shelf(&ready.draft);
        let shortages = self.carts.stock.shortages(&lines).await;
        let shortages = shortages.map_err(OrdersError::Stock)?;
        if shortages.is_empty() {
            Ok((ready.draft, ready.wish))
        } else {
            Err(not_enough(&ready.draft, shortages))
        }
    }

    /// Places an order of what is in the customer's cart, for which `token_of` makes a guest's key.
    ///
    /// # Errors
    /// The cart is empty; something in it costs something else than was shown; there is too little
    /// of something; the address is none of the customer's.
    pub async fn place(
        &self,
        customer: &Customer,
        request: &Request,
        token_of: impl Fn(OrderId) -> Option<TokenHash>,
        answered: &Answered<Order>,
        traceparent: Option<&str>,
        at: Timestamp,
    ) -> Result<Order, OrdersError> {
        let store = &self.carts.orders.store;
        let mut tries = Tries::default();
        loop {
            let ready = self.ready(customer, request, at).await?;
            let id = order_id(&ready.cart, &ready.draft).ok_or(NotPlaced::CartEmpty)?;
            let buyer = match customer {
                Customer::User(user) => Buyer::User(*user),
                Customer::Guest { .. } => Buyer::Guest {
                    token: token_of(id).ok_or(NotPlaced::CartEmpty)?,
                },
            };
            let (held_until, number) = try_join!(self.hold(id, &ready.draft, at), async {
                Ok::<_, OrdersError>(store.next_number().await?)
            })?;
            let Some(held_until) = held_until else {
                self.let_go(id).await?;
                tries.wait().await?;
                continue;
            };
            let birth = Birth {
                id,
                number,
                buyer,
                held_until,
                at,
            };
            let order = Order::placed(ready.draft, ready.wish, birth);
            let placed = store.place(&order, &ready.cart, answered, traceparent);
            match placed.await {
                Ok(()) => return Ok(order),
                Err(StoreError::Stale) => {
                    self.let_go(id).await?;
                    tries.wait().await?;
                }
                // Whether it was written is not known, so what it holds is left to end by itself.
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Gathers what an order is made of, and makes a draft of it.
    async fn ready(
        &self,
        customer: &Customer,
        request: &Request,
        at: Timestamp,
    ) -> Result<Ready, OrdersError> {
        let owner = customer.owner();
        let (cart, address) = try_join!(
            async { Ok::<_, OrdersError>(self.carts.orders.store.cart(&owner, at).await?) },
            self.address(customer, &request.to),
        )?;
        if cart.lines.is_empty() {
            return Err(NotPlaced::CartEmpty.into());
        }
        let ids: Vec<ProductId> = cart.lines.iter().map(|line| line.product_id).collect();
        let tree = (!self.tax_classes.is_empty()).then(|| self.carts.products.category_tree());
        let (products, tree) = try_join!(self.carts.products.by_ids(&ids), async {
            OptionFuture::from(tree).await.transpose()
        })?;
        let facts = Facts {
            products: products.into_iter().map(|it| (it.id, it)).collect(),
            available: HashMap::new(),
        };
        let priced = Priced::of(cart, &facts);
        let wish = Wish {
            address,
            shipping_method: request.shipping_method,
            email: request.email.clone(),
            expected_total: request.expected_total,
            note: request.note.clone(),
        };
        let taxes = RATES.taxes(&destination(&wish.address));
        let draft = draft(&priced, &wish, &taxes, |offer| match &tree {
            Some(tree) => self.tax_classes.of(offer.category_id, tree),
            None => TaxClass::default(),
        })?;
        Ok(Ready {
            cart: priced.cart,
            draft,
            wish,
        })
    }

    async fn address(&self, customer: &Customer, to: &To) -> Result<Address, OrdersError> {
        let id = match to {
            To::Address(address) => return Ok(address.clone()),
            To::Book(id) => *id,
        };
        let none = || OrdersError::invalid("/addressId", "must be an address of your book");
        let Customer::User(user) = customer else {
            return Err(none());
        };
        match self.addresses.address(*user, id).await {
            Ok(address) => Ok(address.place.into()),
            Err(auth::error::AuthError::NotFound) => Err(none()),
            Err(error) => Err(error.into()),
        }
    }

    /// Lets the stock of an order go that was not placed because its cart has changed: nobody will
    /// place it any more.
    ///
    /// # Errors
    /// Somebody was faster to order this very cart, and the stock is theirs.
    async fn let_go(&self, id: OrderId) -> Result<(), OrdersError> {
        if self.carts.orders.store.order(id).await?.is_some() {
            return Err(NotPlaced::CartEmpty.into());
        }
        let freed = self.carts.stock.release(&reservation_of(id)).await;
        freed.map_err(OrdersError::Stock)
    }

    /// Holds the stock of an order, and says until when. Holding it again is the same hold; one that
    /// was let go meanwhile is none any more, and its cart has changed.
    async fn hold(
        &self,
        id: OrderId,
        draft: &Draft,
        at: Timestamp,
    ) -> Result<Option<Timestamp>, OrdersError> {
        let lines = from_shelf(draft);
        let until = at.plus(TIME_TO_PAY);
        let (stock, id) = (&self.carts.stock, reservation_of(id));
        let held = match stock.reserve(&id, &lines, until).await {
            // It was held by a run that died some time ago.
            Ok(held) if held.until.plus(SLACK) < until => stock.extend(&id, until).await,
            held => held,
        };
        match held {
            Ok(held) => Ok(Some(held.until)),
            Err(InventoryError::Reservation(Refusal::Released)) => Ok(None),
            Err(InventoryError::Short(shortages)) => Err(not_enough(draft, shortages)),
            Err(error) => Err(OrdersError::Stock(error)),
        }
    }
}

/// What is taken from the shelf for an order.
fn from_shelf(draft: &Draft) -> Vec<inventory::Line> {
    let quantities = quantities(&draft.lines).into_iter();
    quantities
        .map(|(sku, quantity)| inventory::Line { sku, quantity })
        .collect()
}

/// There is too little of some SKUs: every line of one is named.
fn not_enough(draft: &Draft, shortages: Vec<inventory::Shortage>) -> OrdersError {
    let available = shortages.into_iter().map(|it| (it.sku, it.available));
    NotPlaced::Short(short(&draft.lines, &available.collect())).into()
}

/// The order that a cart makes, as it is and with what its lines are on the shelf: a hold is never of
/// other lines than its order. Its time is that of the cart's last change; a cart that nobody has
/// ever changed makes none.
fn order_id(cart: &Cart, draft: &Draft) -> Option<OrderId> {
    let mut of = format!("{}@{}", cart.id, cart.version);
    for line in &draft.lines {
        of.push(' ');
        of.push_str(line.sku.as_str());
    }
    Some(OrderId::derive(&cart.change?.to_string(), &of))
}

impl From<Place> for Address {
    fn from(place: Place) -> Self {
        Self {
            name: place.name,
            line1: place.line1,
            line2: place.line2,
            city: place.city,
            region: place.region,
            postal_code: place.postal_code,
            country: place.country,
            phone: place.phone,
        }
    }
}

/// Where an address is, as far as tax asks.
fn destination(address: &Address) -> Destination {
    let rules = Rules::of(address.country);
    let region = address.region.as_deref();
    Destination {
        country: address.country,
        region: region.and_then(|region| rules.region_code(region)),
    }
}

#[cfg(test)]
mod tests;
