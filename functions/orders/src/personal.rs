//! What is held on people: to be given to them, and to be forgotten.

use aws::Answered;
use contracts::personal::{HoldsPersonalData, Reading};
use kernel::{Clock, OperationId, SystemClock, Timestamp, UserId};
use serde_json::{Map, json};

use crate::Orders;
use crate::cart::{CartLine, Owner};
use crate::change::Change;
use crate::error::OrdersError;
use crate::order::Order;
use crate::store::{Listing, StoreError};
use crate::wire::OrderView;

/// Orders that are read at once.
const AT_ONCE: usize = 50;

impl Orders {
    /// Forgets a user who was erased: takes the cart away, and out of the orders what says something
    /// about the user, of those that have still to arrive when they have. It may be done again.
    ///
    /// # Errors
    /// When the table fails; what was done until then stays done.
    pub async fn forget(&self, user: UserId, at: Timestamp) -> Result<(), OrdersError> {
        self.store.delete_cart(&Owner::User(user)).await?;
        let mut listing = of_user(user);
        loop {
            let listed = self.store.list_orders(&listing).await?;
            for order in listed.orders {
                let forget = |order: &Order| {
                    Ok(order.of_erased_buyer(at).map(|order| Change {
                        order,
                        news: Vec::new(),
                    }))
                };
                let silent = Answered::silent(OperationId::derive(&order.id.to_string(), "forget"));
                self.change(order.id, forget, &silent, None).await?;
            }
            listing.after = listed.next;
            if listing.after.is_none() {
                return Ok(());
            }
        }
    }

    /// All orders of a user.
    async fn all_of(&self, user: UserId) -> Result<Vec<Order>, StoreError> {
        let mut listing = of_user(user);
        let mut orders = Vec::new();
        loop {
            let listed = self.store.list_orders(&listing).await?;
            orders.extend(listed.orders);
            listing.after = listed.next;
            if listing.after.is_none() {
                return Ok(orders);
            }
        }
    }
}

fn of_user(user: UserId) -> Listing {
    Listing {
        user: Some(user),
        limit: AT_ONCE,
        ..Listing::default()
    }
}

impl HoldsPersonalData for Orders {
    fn held_on(&self, user: UserId) -> Reading<'_> {
        Box::pin(async move {
            let owner = Owner::User(user);
            let cart = self.store.cart(&owner, SystemClock.now());
            let (orders, cart) = futures_util::try_join!(self.all_of(user), cart)?;
            let line = |line: &CartLine| {
                json!({
                    "productId": line.product_id,
                    "variantId": line.variant_id,
                    "sku": line.sku,
                    "name": line.name,
                    "quantity": line.quantity,
                })
            };
            let orders: Vec<OrderView> = orders.iter().map(OrderView::from).collect();
            Ok(Map::from_iter([
                ("orders".to_owned(), serde_json::to_value(orders)?),
                ("cart".to_owned(), cart.lines.iter().map(line).collect()),
            ]))
        })
    }
}

#[cfg(test)]
mod tests;
