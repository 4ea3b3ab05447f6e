//! Looking at orders.

use kernel::{Cursor, Limit, OrderId, Page, Timestamp, UserId};

use crate::Orders;
use crate::error::OrdersError;
use crate::order::{Order, OrderStatus};
use crate::person::Person;
use crate::store::Listing;

/// A list of orders that is asked for.
#[derive(Debug, Clone, Default)]
pub struct OrderQuery {
    /// Only a user's.
    pub user: Option<UserId>,
    /// Only those of a status.
    pub status: Option<OrderStatus>,
    /// Only those that were placed then or later.
    pub from: Option<Timestamp>,
    /// Only those that were placed before.
    pub to: Option<Timestamp>,
    /// The size of a page.
    pub limit: Limit,
    /// Where the page starts.
    pub cursor: Option<Cursor>,
}

impl OrderQuery {
    /// What a cursor belongs to: everything that is asked but where the page starts and ends.
    fn fingerprint(&self) -> String {
        let Self {
            user,
            status,
            from,
            to,
            ..
        } = self;
        format!("orders|{user:?}|{status:?}|{from:?}|{to:?}")
    }
}

impl Orders {
    /// An order, for somebody who may see it.
    ///
    /// # Errors
    /// There is none that any of these people may see.
    pub async fn look_up(&self, id: OrderId, people: &[Person]) -> Result<Order, OrdersError> {
        if people.is_empty() {
            return Err(OrdersError::NotFound);
        }
        let order = self.known(id).await?;
        match Person::any(people, &order).is_some() {
            true => Ok(order),
            false => Err(OrdersError::NotFound),
        }
    }

    /// A page of orders, the newest first.
    ///
    /// # Errors
    /// A cursor of another list; a time that ends before it begins.
    pub async fn list(&self, asked: &OrderQuery) -> Result<Page<Order>, OrdersError> {
        if let (Some(from), Some(to)) = (asked.from, asked.to)
            && from > to
        {
            return Err(OrdersError::invalid("/from", "must not be after to"));
        }
        let fingerprint = asked.fingerprint();
        let after = asked
            .cursor
            .as_ref()
            .map(|cursor| cursor.open::<String>(&fingerprint))
            .transpose()
            .map_err(|error| OrdersError::invalid("/cursor", error))?;
        let listed = self
            .store
            .list_orders(&Listing {
                user: asked.user,
                status: asked.status,
                from: asked.from,
                to: asked.to,
                after,
                limit: asked.limit.as_usize(),
            })
            .await?;
        let seal = |place| Cursor::seal(&place, &fingerprint).ok();
        Ok(Page {
            items: listed.orders,
            next: listed.next.and_then(seal),
        })
    }
}

#[cfg(test)]
mod tests;
