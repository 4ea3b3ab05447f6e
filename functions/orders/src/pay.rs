//! Paying an order, as the payments service goes about it.
//!
//! It calls [`begin_payment`](Fulfilment::begin_payment) before it asks anybody for money,
//! [`confirm`](Fulfilment::confirm) when the money is promised and before it is captured, and
//! [`fail_payment`](Fulfilment::fail_payment) when a payment comes to nothing. That money was
//! captured or went back, orders hears by event. So nobody is charged for stock that is gone, and
//! an order that is being paid is neither called off nor lapses under the payment's hands.
//!
//! Each call may be repeated, late, and after a crash anywhere: it finds what is done and does the
//! rest. All of them are by the id of the payment, which therefore must be kept by its service
//! before the first of them.

use std::time::Duration;

use aws::Answered;
use contracts::orders::OrderLine;
use kernel::{Money, OperationId, OrderId, PaymentId, Timestamp, UserId};

use crate::Fulfilment;
use crate::change::{Change, Refusal};
use crate::error::OrdersError;
use crate::order::{Order, OrderStatus};
use crate::person::Person;
use crate::retry::Tries;
use crate::settle::Taken;
use crate::store::StoreError;

/// For how long a payment that begins has the stock.
pub const TIME_TO_PAY: Duration = Duration::from_mins(15);

/// What there is to be paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payable {
    /// The order.
    pub order_id: OrderId,
    /// What people call it by, for the statement of a card.
    pub number: u64,
    /// Whose it is; a guest's has none.
    pub user_id: Option<UserId>,
    /// Where mails about it go, where it is known.
    pub email: Option<String>,
    /// What is to be paid, in the order's currency: its total without what was called off.
    pub amount: Money,
    /// What it is for.
    pub lines: Vec<OrderLine>,
    /// What was taken off the lines.
    pub discount: Money,
    /// What sending it costs. What of the amount is neither of these is tax on top of the prices.
    pub shipping: Money,
    /// Until when the payment has the stock, if it is not confirmed before.
    pub until: Timestamp,
}

impl Fulfilment {
    /// Begins to pay an order: its stock is held until [`TIME_TO_PAY`] from now at least, and
    /// until then the order is neither called off (`payment_in_progress`) nor does it expire, nor
    /// is it paid by another payment. A hold that has lapsed is taken again where the stock is
    /// still there.
    ///
    /// `payer` is everybody that the caller is: who is signed in may show a guest's token besides.
    /// The same payment again is given the same answer, and time anew where its time was up.
    ///
    /// # Errors
    /// - [`OrdersError::NotFound`]: there is no such order, or it is not the payer's.
    /// - [`Refusal::AlreadyPaid`] (`order_already_paid`): by this payment or by another.
    /// - [`Refusal::Expired`] (`order_expired`): it has expired, or its hold has lapsed and the
    ///   stock is gone.
    /// - [`Refusal::Illegal`] (`illegal_transition`): it was called off.
    /// - [`Refusal::PaymentInProgress`] (`payment_in_progress`): another payment is under way.
    /// - [`Refusal::TooManyPayments`] (`too_many_payments`): nobody tries so often in earnest.
    /// - Anything else is a fault of a moment, and may be tried again.
    pub async fn begin_payment(
        &self,
        order: OrderId,
        payer: &[Person],
        payment: PaymentId,
        now: Timestamp,
    ) -> Result<Payable, OrdersError> {
        let until = now.plus(TIME_TO_PAY);
        let mut tries = Tries::default();
        loop {
            let found = self.orders.known(order).await?;
            let by = Person::any(payer, &found).ok_or(OrdersError::NotFound)?;
            if found.may_begin(payment, now)? {
                return Ok(payable(&found, now));
            }
            // The stock first: a hold that lasts longer than its order is heard of harms nobody,
            // an order that could be paid without its stock would.
            if self.hold_until(&found, until).await? == Taken::Gone {
                return Err(self.gone(order).await);
            }
            let change = found.begun(payment, until, by, now)?;
            if self.wrote(&change, payment, &mut tries).await? {
                return Ok(payable(&change.order, now));
            }
        }
    }

    /// Takes the order's stock from the shelf for good, and marks the payment as confirmed. To be
    /// called when the money is promised and before it is captured. After it the order is neither
    /// called off nor does it expire until the payment is captured or
    /// [fails](Self::fail_payment), however long that takes.
    ///
    /// A payment whose time is up may still be confirmed, as long as the order waits for it and
    /// the stock can be had. The same payment again is `Ok` again, captured or not.
    ///
    /// # Errors
    /// On any of these the promise of the money must be given back, and nothing be captured:
    /// - [`OrdersError::NotFound`]: there is no such order.
    /// - [`Refusal::Expired`] (`order_expired`): it has expired, or the stock is gone.
    /// - [`Refusal::AlreadyPaid`] (`order_already_paid`): another payment has paid it.
    /// - [`Refusal::PaymentInProgress`] (`payment_in_progress`): another payment has taken over.
    /// - [`Refusal::PaymentOver`] (`payment_over`): it was never begun, or has failed.
    /// - [`Refusal::Illegal`] (`illegal_transition`): the order was called off.
    ///
    /// Anything else is a fault of a moment: the call is to be repeated until it is one of the
    /// above or `Ok`.
    pub async fn confirm(
        &self,
        order: OrderId,
        payment: PaymentId,
        now: Timestamp,
    ) -> Result<(), OrdersError> {
        let mut tries = Tries::default();
        loop {
            let found = self.orders.known(order).await?;
            if found.may_confirm(payment)? {
                return Ok(());
            }
            // The stock first: should we die here, the order still waits for a payment, and gives
            // the stock back when its time is up.
            if self.take(&found).await? == Taken::Gone {
                return Err(self.gone(order).await);
            }
            let change = found.confirmed(payment, now)?;
            if self.wrote(&change, payment, &mut tries).await? {
                return Ok(());
            }
        }
    }

    /// Ends a payment that came to nothing: it was declined, given up or voided, and nothing of
    /// it was or will be captured. The order may be paid again: at once until its hold ends, and
    /// for [`TIME_TO_PAY`] from now where the payment was confirmed, since the stock stays the
    /// order's own until then. An order that is not paid by then expires, and its stock goes back.
    ///
    /// The same again, or for a payment that is not under way, changes nothing. A payment whose
    /// capture was heard of does not fail any more.
    ///
    /// # Errors
    /// [`OrdersError::NotFound`]; anything else is a fault of a moment, and may be tried again.
    pub async fn fail_payment(
        &self,
        order: OrderId,
        payment: PaymentId,
        now: Timestamp,
    ) -> Result<(), OrdersError> {
        self.payment_failed(order, payment, None, now).await
    }

    /// [`fail_payment`](Self::fail_payment), with the reason for the timeline.
    pub(crate) async fn payment_failed(
        &self,
        order: OrderId,
        payment: PaymentId,
        why: Option<&str>,
        now: Timestamp,
    ) -> Result<(), OrdersError> {
        let until = now.plus(TIME_TO_PAY);
        let failed = |order: &Order| Ok(order.payment_failed(payment, until, why, now));
        let operation = OperationId::derive(&payment.to_string(), "failed");
        let answered = Answered::silent(operation);
        self.orders.change(order, failed, &answered, None).await?;
        Ok(())
    }

    /// Writes what a payment makes of an order. False when somebody else was faster, and it is to
    /// be decided anew.
    async fn wrote(
        &self,
        change: &Change,
        payment: PaymentId,
        tries: &mut Tries,
    ) -> Result<bool, OrdersError> {
        let name = format!("{}@{}", change.order.id, change.order.version);
        let operation = OperationId::derive(&payment.to_string(), &name);
        let answered = Answered::silent(operation);
        match self.orders.store.write(change, &answered, None).await {
            Ok(()) => Ok(true),
            Err(StoreError::Stale) => {
                tries.wait().await?;
                Ok(false)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Why the stock of an order that waits for a payment could not be had: as a rule because it is
    /// over by now.
    async fn gone(&self, order: OrderId) -> OrdersError {
        match self.orders.known(order).await {
            Err(error) => error,
            Ok(order) if order.status == OrderStatus::Cancelled => {
                Refusal::illegal(order.status).into()
            }
            Ok(_) => Refusal::Expired.into(),
        }
    }
}

fn payable(order: &Order, now: Timestamp) -> Payable {
    let state = order.state();
    Payable {
        order_id: order.id,
        number: order.number,
        user_id: state.user_id,
        email: order.email.clone(),
        amount: state.total,
        lines: state.items,
        discount: state.discount,
        shipping: state.shipping,
        until: order.held_until.unwrap_or(now),
    }
}

#[cfg(test)]
mod tests;
