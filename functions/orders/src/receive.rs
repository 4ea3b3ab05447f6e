//! What orders hear of payments.
//!
//! Captures and refunds come more than once and in any order. Each says how much was captured or
//! went back in all, so the larger figure is the later one, and nothing is counted twice.

use aws::Answered;
use contracts::payments::{PaymentCaptured, PaymentRefunded};
use kernel::{Money, OperationId, Timestamp};

use crate::Fulfilment;
use crate::error::OrdersError;
use crate::order::Order;
use crate::payment::Capture;
use crate::retry::Tries;
use crate::settle::Taken;
use crate::store::StoreError;

impl Fulfilment {
    /// Money was captured for an order. As a rule the payment is confirmed, and the order is paid
    /// now. Where it is not, its stock is taken first; an order whose stock is gone is called off,
    /// and its money is due back, as is that of an order which is off or paid already.
    ///
    /// # Errors
    /// There is no such order, or the amount is none of its currency.
    pub async fn payment_captured(
        &self,
        capture: &PaymentCaptured,
        at: Timestamp,
        traceparent: Option<&str>,
    ) -> Result<(), OrdersError> {
        let &PaymentCaptured {
            payment_id: payment,
            order_id: order,
            amount,
        } = capture;
        let name = format!("captured {amount}");
        let answered = Answered::silent(OperationId::derive(&payment.to_string(), &name));
        let mut tries = Tries::default();
        loop {
            let found = self.orders.known(order).await?;
            must_be_money_of(&found, amount)?;
            let has_stock = found.is_paid_by(payment, amount) != Capture::Pays
                || found.is_confirmed()
                || self.take(&found).await? == Taken::Ours;
            let Some(change) = found.captured_by(payment, amount, has_stock, at) else {
                return Ok(());
            };
            match self
                .orders
                .store
                .write(&change, &answered, traceparent)
                .await
            {
                Ok(()) => return Ok(()),
                Err(StoreError::Stale) => tries.wait().await?,
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Money of a payment went back. A refund that is heard of before its capture tells of that too.
    ///
    /// # Errors
    /// There is no such order, or the amounts are none of its currency.
    pub async fn payment_refunded(
        &self,
        refund: &PaymentRefunded,
        at: Timestamp,
        traceparent: Option<&str>,
    ) -> Result<(), OrdersError> {
        let &PaymentRefunded {
            payment_id: payment,
            order_id: order,
            refunded,
            ..
        } = refund;
        let capture = PaymentCaptured {
            payment_id: payment,
            order_id: order,
            amount: refund.captured,
        };
        self.payment_captured(&capture, at, traceparent).await?;
        let name = format!("refunded {refunded}");
        let answered = Answered::silent(OperationId::derive(&payment.to_string(), &name));
        let decide = |order: &Order| {
            must_be_money_of(order, refunded)?;
            Ok(order.refunded_by(payment, refunded, at))
        };
        self.orders
            .change(order, decide, &answered, traceparent)
            .await?;
        Ok(())
    }
}

/// An event that says otherwise is no event of ours, and is left for people to look at.
fn must_be_money_of(order: &Order, amount: Money) -> Result<(), OrdersError> {
    if amount.currency != order.totals.currency() {
        return Err(OrdersError::invalid(
            "/amount",
            "must be in the order's currency",
        ));
    }
    if amount.minor <= 0 {
        return Err(OrdersError::invalid("/amount", "must be more than nothing"));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
