//! Carts as they are stored: one item each, however many lines.

use aws::{Answered, Condition, Item, Key, Transaction, Update};
use contracts::Envelope;
use contracts::orders::CartAbandoned;
use futures_util::future::try_join_all;
use kernel::{CartId, OperationId, Timestamp, TokenHash, UserId};
use manifest::resources;
use serde::{Deserialize, Serialize};

use super::{Store, StoreError};
use crate::cart::{Cart, CartLine, Owner};

/// The name of a cart's action in a transaction.
pub const CART: &str = "cart";
const GUEST_CART: &str = "guest-cart";
/// Partitions over which carts are spread in the order of their idleness: every change of a cart
/// writes there, and one partition takes a thousand writes a second.
const SHARDS: u128 = 8;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct CartItem {
    id: CartId,
    /// A user's has the user's id, a guest's the hash of the token. It is not called `user_id`, which
    /// is the key of an index of orders.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    owner_id: Option<UserId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    token: Option<TokenHash>,
    lines: Vec<CartLine>,
    version: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    change: Option<OperationId>,
    active_at: Timestamp,
    written_at: Timestamp,
    #[serde(default)]
    told: bool,
    expires: i64,

    // The keys of the index of idle carts: of those that have something in them and were not told
    // to be abandoned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    idle_shard: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    idle: Option<String>,
}

/// What the index of idle carts carries.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Idle {
    pk: String,
    sk: String,
}

impl Item for CartItem {
    const TYPE: &'static str = "cart";

    fn key(&self) -> Key {
        let owner = match (self.owner_id, &self.token) {
            (Some(user), _) => user.to_string(),
            (None, token) => token.as_ref().map(guest).unwrap_or_default(),
        };
        Key::new(format!("cart#{owner}"), "cart")
    }
}

fn guest(token: &TokenHash) -> String {
    format!("guest#{token}")
}

fn cart_key(owner: &Owner) -> Key {
    let owner = match owner {
        Owner::User(user) => user.to_string(),
        Owner::Guest(token) => guest(token),
    };
    Key::new(format!("cart#{owner}"), "cart")
}

fn shard_of(id: CartId) -> String {
    (id.uuid().as_u128() % SHARDS).to_string()
}

impl From<&Cart> for CartItem {
    fn from(cart: &Cart) -> Self {
        let (owner_id, token) = match &cart.owner {
            Owner::User(user) => (Some(*user), None),
            Owner::Guest(token) => (None, Some(token.clone())),
        };
        let waits = !cart.lines.is_empty() && !cart.told;
        Self {
            id: cart.id,
            owner_id,
            token,
            lines: cart.lines.clone(),
            version: cart.version,
            change: cart.change,
            active_at: cart.active_at,
            written_at: cart.written_at,
            told: cart.told,
            expires: cart.expires().seconds(),
            idle_shard: waits.then(|| shard_of(cart.id)),
            idle: waits.then(|| cart.active_at.to_string()),
        }
    }
}

impl CartItem {
    /// The cart; one that is past its time has nothing in it, though it may stand for days more.
    fn into_cart(self, owner: Owner, at: Timestamp) -> Cart {
        let over = self.expires <= at.seconds();
        Cart {
            id: self.id,
            owner,
            lines: if over { Vec::new() } else { self.lines },
            version: self.version,
            change: self.change,
            active_at: self.active_at,
            written_at: self.written_at,
            told: self.told,
        }
    }
}

/// The cart is what was read.
fn unchanged(cart: &Cart) -> Condition {
    match cart.change {
        None => Condition::absent(),
        Some(change) => Condition::version(cart.version)
            .and(Condition::expression("change = :change").value(":change", change)),
    }
}

/// Writes a cart over what was read, in a transaction with more.
pub fn put_cart(write: Transaction, before: &Cart, after: &Cart) -> Transaction {
    write.put(CART, &CartItem::from(after), unchanged(before))
}

impl Store {
    /// The cart of an owner; an empty one where there is none.
    ///
    /// # Errors
    /// When the table fails.
    pub async fn cart(&self, owner: &Owner, at: Timestamp) -> Result<Cart, StoreError> {
        let item: Option<CartItem> = self.table().get(cart_key(owner)).await?;
        Ok(match item {
            Some(item) => item.into_cart(owner.clone(), at),
            None => Cart::empty(owner.clone(), at),
        })
    }

    /// Writes a cart over what was read.
    ///
    /// It is a transaction even of one item: a try whose answer was lost knows itself by its token,
    /// where a plain write would be refused by what it wrote, and the quantity added twice.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when it is no longer what was read.
    pub async fn write_cart<T>(
        &self,
        before: &Cart,
        after: &Cart,
        answered: &Answered<T>,
        effect: &T,
    ) -> Result<(), StoreError> {
        let write = put_cart(self.table().transaction(), before, after);
        Ok(write.once(answered, effect).commit().await?)
    }

    /// Writes a cart over what was read, and takes away the guest's cart that went into it.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when one of them is no longer what was read.
    pub async fn merge_carts<T>(
        &self,
        before: &Cart,
        after: &Cart,
        guest: &Cart,
        answered: &Answered<T>,
        effect: &T,
    ) -> Result<(), StoreError> {
        let write = put_cart(self.table().transaction(), before, after).delete(
            GUEST_CART,
            cart_key(&guest.owner),
            unchanged(guest),
        );
        Ok(write.once(answered, effect).commit().await?)
    }

    /// Takes away the cart of an owner who is gone.
    ///
    /// # Errors
    /// When the table fails.
    pub async fn delete_cart(&self, owner: &Owner) -> Result<(), StoreError> {
        let gone = self.table().delete(cart_key(owner), Condition::none());
        Ok(gone.await?)
    }

    /// Carts with something in them that nobody has changed since a time, and of which that was not
    /// told: the longest idle of each shard, at most so many of each.
    ///
    /// # Errors
    /// When the table fails.
    pub async fn idle_carts(
        &self,
        since: Timestamp,
        most: usize,
        at: Timestamp,
    ) -> Result<Vec<Cart>, StoreError> {
        let slices = (0..SHARDS).map(|shard| {
            let query = self.table().query(shard.to_string());
            let query = query.index(&resources::CARTS_BY_IDLE);
            query
                .before(since.to_string())
                .limit(most)
                .project::<Idle>()
        });
        let slices = try_join_all(slices).await?;
        let idle = slices.into_iter().flat_map(|slice| slice.items);
        let keys: Vec<Key> = idle.map(|idle| Key::new(idle.pk, idle.sk)).collect();
        // The index lags behind; the carts themselves say what is so.
        let items: Vec<CartItem> = self.table().batch_get(&keys).await?;
        let carts = items.into_iter().filter_map(|item| {
            let owner = match (item.owner_id, item.token.clone()) {
                (Some(user), _) => Owner::User(user),
                (None, token) => Owner::Guest(token?),
            };
            Some(item.into_cart(owner, at))
        });
        Ok(carts.collect())
    }

    /// Tells that a cart was abandoned, once: while it is what was read. It is a change too, for
    /// somebody who read the cart before must not write it back as untold.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when it was changed or told of since.
    pub async fn tell_abandoned(
        &self,
        cart: &Cart,
        envelope: &Envelope<CartAbandoned>,
    ) -> Result<(), StoreError> {
        let change = OperationId::derive(&envelope.id.to_string(), "told");
        let told = Update::new()
            .set("told", true)
            .set("change", change)
            .remove("idle_shard")
            .remove("idle")
            .when(unchanged(cart))
            .when(Condition::expression("told = :no").value(":no", false));
        let write = self.table().transaction();
        let write = write.update(CART, cart_key(&cart.owner), told);
        Ok(write.publish(envelope).commit().await?)
    }
}
