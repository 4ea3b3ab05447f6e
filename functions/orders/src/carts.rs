//! Filling carts.
//!
//! However many lines a cart has, a change of it is the same few calls: the cart is read, then in
//! one parallel round what the shop has to say of its lines, and one write follows. When somebody
//! else was faster, the cart is read again, and of the shop only what is not known yet.

use std::collections::HashSet;

use aws::Answered;
use futures_util::try_join;
use kernel::{LineId, OperationId, ProductId, Quantity, Sku, Timestamp, UserId, VariantId};

use crate::Carts;
use crate::cart::{Capped, Cart, CartRefusal, Owner};
use crate::error::OrdersError;
use crate::priced::{Facts, Priced};
use crate::retry::Tries;
use crate::store::StoreError;

/// What is to go into a cart.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// The product.
    pub product_id: ProductId,
    /// The variant, where the product has any.
    pub variant_id: Option<VariantId>,
    /// How many.
    pub quantity: Quantity,
}

/// A cart after another one went into it.
#[derive(Debug, Clone)]
pub struct Merged {
    /// The cart.
    pub priced: Priced,
    /// The lines that got less than both carts had together.
    pub capped: Vec<Capped>,
}

impl Carts {
    /// A cart with what it costs now, for whoever goes on with it. Nothing is written.
    ///
    /// # Errors
    /// When the table, the catalogue or the stock fails.
    pub async fn priced(&self, owner: &Owner, at: Timestamp) -> Result<Priced, OrdersError> {
        let cart = self.orders.store.cart(owner, at).await?;
        let facts = self.learn(&cart, Facts::default()).await?;
        Ok(Priced::of(cart, &facts))
    }

    /// Shows a cart to its owner. When something in it is shown otherwise than the last time, that
    /// is written down: a price that was shown is one that an order may be placed at.
    ///
    /// # Errors
    /// When the table, the catalogue or the stock fails.
    pub async fn show(
        &self,
        owner: &Owner,
        by: OperationId,
        at: Timestamp,
    ) -> Result<Priced, OrdersError> {
        let mut facts = Facts::default();
        let mut tries = Tries::default();
        loop {
            let cart = self.orders.store.cart(owner, at).await?;
            facts = self.learn(&cart, facts).await?;
            let priced = Priced::of(cart.clone(), &facts);
            if !priced.wants_writing(at) {
                return Ok(priced);
            }
            let rewritten = priced.rewritten(by, at);
            let (shown, silent) = (rewritten.shown(), Answered::silent(by));
            let written = self
                .orders
                .store
                .write_cart(&cart, &shown, &silent, &rewritten);
            match written.await {
                Ok(()) => return Ok(rewritten),
                Err(StoreError::Stale) => tries.wait().await?,
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Puts something into a cart.
    ///
    /// # Errors
    /// It is not on sale, or there is not as much; the cart has too much in it already.
    pub async fn add(
        &self,
        owner: &Owner,
        wanted: Wanted,
        answered: &Answered<Priced>,
        at: Timestamp,
    ) -> Result<Priced, OrdersError> {
        let line = LineId::derive(&answered.id().to_string(), "line");
        let product = async {
            let found = self.products.by_ids(&[wanted.product_id]).await?;
            Ok::<_, OrdersError>(found.into_iter().next())
        };
        let cart = async { Ok(self.orders.store.cart(owner, at).await?) };
        let (cart, product) = try_join!(cart, product)?;
        let product =
            product.ok_or_else(|| OrdersError::invalid("/productId", "must be a product's id"))?;
        let offer = product.offer(wanted.variant_id)?;
        let mut facts = Facts::default();
        facts.products.insert(product.id, product);
        let sku = offer.sku.clone();
        self.change(
            (owner, None),
            (cart, facts),
            &[sku],
            answered,
            at,
            |cart, facts| cart.with(line, &offer, wanted.quantity, facts.available(&offer.sku)),
        )
        .await
    }

    /// Sets how many of a line there are; none takes it out.
    ///
    /// # Errors
    /// There is no such line, or not as much; another version than the one asked for.
    pub async fn set_quantity(
        &self,
        (owner, version): (&Owner, Option<u64>),
        line: LineId,
        quantity: Option<Quantity>,
        answered: &Answered<Priced>,
        at: Timestamp,
    ) -> Result<Priced, OrdersError> {
        let cart = self.orders.store.cart(owner, at).await?;
        let read = (cart, Facts::default());
        self.change((owner, version), read, &[], answered, at, |cart, facts| {
            let Some(quantity) = quantity else {
                return cart.without(line);
            };
            let there = cart.lines.iter().find(|it| it.id == line);
            let available = there.map_or(0, |it| facts.available_for(it));
            cart.with_quantity(line, quantity, available)
        })
        .await
    }

    /// Takes everything out of a cart.
    ///
    /// # Errors
    /// Another version than the one asked for; the table fails.
    pub async fn clear(
        &self,
        (owner, version): (&Owner, Option<u64>),
        answered: &Answered<Priced>,
        at: Timestamp,
    ) -> Result<Priced, OrdersError> {
        let cart = self.orders.store.cart(owner, at).await?;
        if cart.lines.is_empty() {
            return Ok(Priced::of(cart, &Facts::default()));
        }
        let read = (cart, Facts::default());
        self.change((owner, version), read, &[], answered, at, |cart, _| {
            Ok(cart.cleared())
        })
        .await
    }

    /// Puts all that is in a guest's cart into a user's, and takes the guest's away. When there is
    /// no such cart, or not any more, the user's stays what it is.
    ///
    /// # Errors
    /// Both have too many lines together, or two currencies: neither is changed then.
    pub async fn merge(
        &self,
        user: UserId,
        guest: &Owner,
        answered: &Answered<Merged>,
        at: Timestamp,
    ) -> Result<Merged, OrdersError> {
        let store = &self.orders.store;
        let owner = Owner::User(user);
        let mut facts = Facts::default();
        let mut tries = Tries::default();
        loop {
            let (cart, theirs) = try_join!(store.cart(&owner, at), store.cart(guest, at))?;
            facts = self.learn(&both(&cart, &theirs), facts).await?;
            if theirs.lines.is_empty() {
                let priced = Priced::of(cart, &facts);
                let capped = Vec::new();
                return Ok(Merged { priced, capped });
            }
            let (merged, capped) = cart.merged(&theirs, |line| facts.available_for(line))?;
            let priced = Priced::of(merged.changed(answered.id(), at), &facts);
            let after = priced.shown();
            let merged = Merged { priced, capped };
            let written = store.merge_carts(&cart, &after, &theirs, answered, &merged);
            match written.await {
                Ok(()) => return Ok(merged),
                Err(StoreError::Stale) => tries.wait().await?,
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Changes a cart that was read by a rule; `also` are SKUs that the rule asks for beside those of
    /// the cart's lines.
    async fn change(
        &self,
        (owner, version): (&Owner, Option<u64>),
        (mut cart, mut facts): (Cart, Facts),
        also: &[Sku],
        answered: &Answered<Priced>,
        at: Timestamp,
        rule: impl Fn(&Cart, &Facts) -> Result<Cart, CartRefusal>,
    ) -> Result<Priced, OrdersError> {
        let mut tries = Tries::default();
        loop {
            let current = cart.version;
            if version.is_some_and(|wanted| wanted != current) {
                return Err(OrdersError::Changed { current });
            }
            facts = self.learn_also(&cart, also, facts).await?;
            let after = rule(&cart, &facts)?.changed(answered.id(), at);
            let priced = Priced::of(after, &facts);
            let shown = priced.shown();
            let written = self
                .orders
                .store
                .write_cart(&cart, &shown, answered, &priced);
            match written.await {
                Ok(()) => return Ok(priced),
                Err(StoreError::Stale) => tries.wait().await?,
                Err(error) => return Err(error.into()),
            }
            cart = self.orders.store.cart(owner, at).await?;
        }
    }

    async fn learn(&self, cart: &Cart, facts: Facts) -> Result<Facts, OrdersError> {
        self.learn_also(cart, &[], facts).await
    }

    /// What the shop has to say of a cart's lines, beside what is known already: products and stock
    /// in one parallel round. Of a product whose SKU has changed since the cart was written the
    /// stock is asked for after.
    async fn learn_also(
        &self,
        cart: &Cart,
        also: &[Sku],
        mut facts: Facts,
    ) -> Result<Facts, OrdersError> {
        let products: HashSet<ProductId> = cart.lines.iter().map(|line| line.product_id).collect();
        let products: Vec<ProductId> = products
            .into_iter()
            .filter(|id| !facts.products.contains_key(id))
            .collect();
        let skus = cart.lines.iter().map(|line| &line.sku).chain(also);
        let skus = unknown(skus, &facts);
        let read = async {
            match products.is_empty() {
                true => Ok(Vec::new()),
                false => Ok::<_, OrdersError>(self.products.by_ids(&products).await?),
            }
        };
        let (products, stock) = try_join!(read, self.stock_of(skus))?;
        facts
            .products
            .extend(products.into_iter().map(|product| (product.id, product)));
        facts.available.extend(stock);
        let offers: Vec<_> = cart
            .lines
            .iter()
            .filter_map(|line| facts.offer(line))
            .collect();
        let renamed = unknown(offers.iter().map(|offer| &offer.sku), &facts);
        let stock = self.stock_of(renamed).await?;
        facts.available.extend(stock);
        Ok(facts)
    }

    async fn stock_of(&self, skus: Vec<Sku>) -> Result<Vec<(Sku, u64)>, OrdersError> {
        if skus.is_empty() {
            return Ok(Vec::new());
        }
        let found = self.stock.availability(&skus).await;
        let found = found.map_err(OrdersError::Stock)?;
        Ok(found.into_iter().map(|it| (it.sku, it.available)).collect())
    }
}

/// The SKUs whose stock is not known, each once.
fn unknown<'a>(skus: impl Iterator<Item = &'a Sku>, facts: &Facts) -> Vec<Sku> {
    let skus: HashSet<&Sku> = skus
        .filter(|sku| !facts.available.contains_key(*sku))
        .collect();
    skus.into_iter().cloned().collect()
}

/// The lines of two carts in one, to be asked about together.
fn both(cart: &Cart, other: &Cart) -> Cart {
    Cart {
        lines: [cart.lines.as_slice(), &other.lines].concat(),
        ..cart.clone()
    }
}

#[cfg(test)]
mod tests;
