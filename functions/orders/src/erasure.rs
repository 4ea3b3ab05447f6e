//! What an order keeps of a buyer who was erased.
//!
//! Its books stay: what was bought, for how much, under which id, and to which country and region it
//! went, for these decide its tax. What else says something about the buyer goes as soon as nothing
//! has to arrive any more: a parcel that is paid needs its address.

use kernel::Timestamp;

use crate::order::{Actor, Address, Order, OrderStatus};

impl Order {
    /// The order after its buyer was erased; none where it knows already.
    pub fn of_erased_buyer(&self, at: Timestamp) -> Option<Self> {
        if self.buyer_erased {
            return None;
        }
        let mut order = self.next(at);
        order.buyer_erased = true;
        order.forget();
        Some(order)
    }

    /// Drops what says something about a buyer who was erased, once nothing has to arrive.
    pub(crate) fn forget(&mut self) {
        if !self.buyer_erased || self.may_arrive() {
            return;
        }
        self.email = None;
        self.note = None;
        self.address = self.address.take().map(|address| Address {
            name: String::new(),
            line1: String::new(),
            line2: None,
            city: String::new(),
            region: address.region,
            postal_code: None,
            country: address.country,
            phone: None,
        });
        let buyer = self.buyer.user().map(Actor::User);
        for entry in &mut self.timeline {
            if Some(entry.by) == buyer {
                entry.detail = None;
            }
        }
        for cancellation in &mut self.cancellations {
            cancellation.reason = None;
        }
    }

    const fn may_arrive(&self) -> bool {
        match self.status {
            OrderStatus::PendingPayment
            | OrderStatus::Paid
            | OrderStatus::Processing
            | OrderStatus::Shipped => true,
            OrderStatus::Delivered
            | OrderStatus::Returned
            | OrderStatus::Cancelled
            | OrderStatus::Expired => false,
        }
    }
}

#[cfg(test)]
mod tests;
