//! Carts that were left alone.

use std::time::Duration;

use contracts::Envelope;
use contracts::orders::CartAbandoned;
use kernel::{CurrencyCode, EventId, Timestamp};

use crate::Orders;
use crate::cart::Cart;
use crate::error::OrdersError;
use crate::store::StoreError;

/// Carts of a shard that are looked at together.
const AT_ONCE: usize = 25;
/// Carts of which one run tells at most; the next run goes on.
const MOST: u64 = 1_000;

impl Orders {
    /// Tells of carts with something in them that nobody has changed for so long: once of each, until
    /// its owner changes it again. It gives how many there were.
    ///
    /// # Errors
    /// When the table fails; what was told until then stays told.
    pub async fn tell_of_abandoned_carts(
        &self,
        idle: Duration,
        at: Timestamp,
    ) -> Result<u64, OrdersError> {
        let since = at.minus(idle);
        let mut done = 0;
        loop {
            let before = done;
            for cart in self.store.idle_carts(since, AT_ONCE, at).await? {
                if is_abandoned(&cart, since) && self.tell_of(&cart, at).await? {
                    done += 1;
                }
            }
            // The index shows for a moment more what was told already, so a round of nothing ends it.
            if done == before || done >= MOST {
                return Ok(done);
            }
        }
    }

    /// Whether it was told: not of a cart that has changed meanwhile.
    async fn tell_of(&self, cart: &Cart, at: Timestamp) -> Result<bool, OrdersError> {
        let id = EventId::derive(&cart.id.to_string(), &cart.active_at.to_string());
        let envelope = Envelope::new(id, at, told(cart)?);
        match self.store.tell_abandoned(cart, &envelope).await {
            Ok(()) => Ok(true),
            Err(StoreError::Stale) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

fn is_abandoned(cart: &Cart, since: Timestamp) -> bool {
    !cart.told && !cart.lines.is_empty() && cart.active_at < since
}

fn told(cart: &Cart) -> Result<CartAbandoned, OrdersError> {
    Ok(CartAbandoned {
        cart_id: cart.id,
        user_id: cart.owner.user(),
        item_count: u32::try_from(cart.item_count()).unwrap_or(u32::MAX),
        subtotal: cart.shown_subtotal(CurrencyCode::USD)?,
        last_active_at: cart.active_at,
    })
}
