//! What an order knows of its payments.
//!
//! An order is paid by one payment at a time. A payment that has begun keeps cancellation and
//! expiry away until the hold on the stock ends; one that is confirmed, whose stock is the order's
//! own, keeps them away until it is captured or fails.

use kernel::{Money, PaymentId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::change::{Change, News, Refusal};
use crate::order::{Actor, EntryKind, Order, OrderStatus, PaymentStatus};
use crate::status::Step;

/// How often it may be tried to pay one order: the order carries a record of each try, and who
/// tries stolen cards finds an end.
pub const MOST_PAYMENTS: usize = 50;

/// A payment that is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// The payment.
    pub payment_id: PaymentId,
    /// Whether the stock was taken from the shelf for it. Until then it lasts as long as the
    /// order's hold.
    pub confirmed: bool,
}

/// Money that was captured for an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The payment.
    pub payment_id: PaymentId,
    /// How much was captured.
    pub captured: Money,
    /// How much of it went back.
    pub refunded: Money,
}

impl Order {
    /// Whether a payment has the order's stock and is not captured yet.
    pub fn is_confirmed(&self) -> bool {
        self.attempt.is_some_and(|attempt| attempt.confirmed)
    }

    /// Whether a payment is under way: one that was confirmed, or that has still time.
    pub fn is_being_paid(&self, at: Timestamp) -> bool {
        let in_time = self.held_until.is_some_and(|until| until > at);
        self.attempt
            .is_some_and(|attempt| attempt.confirmed || in_time)
    }

    /// What was captured for it, by all payments.
    pub fn captured(&self) -> Money {
        self.receipts_sum(|receipt| receipt.captured)
    }

    /// What of that went back.
    pub fn refunded(&self) -> Money {
        self.receipts_sum(|receipt| receipt.refunded)
    }

    /// The payment that paid it.
    pub fn paid_by(&self) -> Option<PaymentId> {
        self.receipts.first().map(|receipt| receipt.payment_id)
    }

    /// Whether a payment may begin: true when it is under way already, and nothing is left to do.
    ///
    /// # Errors
    /// It is paid, off, being paid by another payment, or was tried to be paid too often.
    pub fn may_begin(&self, payment: PaymentId, at: Timestamp) -> Result<bool, Refusal> {
        self.awaits_payment()?;
        let same = self
            .attempt
            .is_some_and(|attempt| attempt.payment_id == payment);
        match (self.is_being_paid(at), same) {
            (true, true) => return Ok(true),
            (true, false) => return Err(Refusal::PaymentInProgress),
            (false, _) => {}
        }
        let tries = self.timeline.iter();
        let tries = tries.filter(|entry| entry.kind == EntryKind::PaymentStarted);
        if tries.count() >= MOST_PAYMENTS {
            return Err(Refusal::TooManyPayments);
        }
        Ok(false)
    }

    /// Begins a payment that may begin, whose stock is held until then.
    ///
    /// # Errors
    /// As of [`may_begin`](Self::may_begin).
    pub fn begun(
        &self,
        payment: PaymentId,
        until: Timestamp,
        by: Actor,
        at: Timestamp,
    ) -> Result<Change, Refusal> {
        self.may_begin(payment, at)?;
        let mut order = self.next(at);
        order.attempt = Some(Attempt {
            payment_id: payment,
            confirmed: false,
        });
        order.held_until = Some(until);
        order.note(at, EntryKind::PaymentStarted, by, Some(payment.to_string()));
        Ok(Change {
            order,
            news: Vec::new(),
        })
    }

    /// Whether a payment may be confirmed: true when it was, and nothing is left to do.
    ///
    /// # Errors
    /// Another payment has paid it or is under way; the order is off; the payment was never begun
    /// or has failed.
    pub fn may_confirm(&self, payment: PaymentId) -> Result<bool, Refusal> {
        if self.receipts.iter().any(|it| it.payment_id == payment) {
            return Ok(true);
        }
        self.awaits_payment()?;
        match self.attempt {
            Some(attempt) if attempt.payment_id == payment => Ok(attempt.confirmed),
            Some(_) => Err(Refusal::PaymentInProgress),
            None => Err(Refusal::PaymentOver),
        }
    }

    /// Marks a payment as confirmed: its stock is the order's own.
    ///
    /// # Errors
    /// As of [`may_confirm`](Self::may_confirm).
    pub fn confirmed(&self, payment: PaymentId, at: Timestamp) -> Result<Change, Refusal> {
        self.may_confirm(payment)?;
        let mut order = self.next(at);
        order.attempt = Some(Attempt {
            payment_id: payment,
            confirmed: true,
        });
        order.payment = PaymentStatus::Authorised;
        let detail = Some(payment.to_string());
        order.note(at, EntryKind::PaymentAuthorised, Actor::System, detail);
        Ok(Change {
            order,
            news: Vec::new(),
        })
    }

    /// Ends a payment that came to nothing. The order may be paid otherwise until then; none where
    /// the payment is not under way.
    pub fn payment_failed(
        &self,
        payment: PaymentId,
        until: Timestamp,
        why: Option<&str>,
        at: Timestamp,
    ) -> Option<Change> {
        let attempt = self.attempt.filter(|it| it.payment_id == payment)?;
        let mut order = self.next(at);
        order.attempt = None;
        order.payment = PaymentStatus::Failed;
        if attempt.confirmed {
            order.held_until = Some(until);
        }
        let detail = match why {
            Some(why) => format!("{payment}: {why}"),
            None => payment.to_string(),
        };
        order.note(at, EntryKind::PaymentFailed, Actor::System, Some(detail));
        Some(Change {
            order,
            news: Vec::new(),
        })
    }

    /// Whether the capture of a payment is news, and would pay the order if it has its stock.
    pub fn is_paid_by(&self, payment: PaymentId, amount: Money) -> Capture {
        let known = self
            .receipts
            .iter()
            .any(|receipt| receipt.payment_id == payment && receipt.captured.minor >= amount.minor);
        match self.status {
            _ if known => Capture::Known,
            OrderStatus::PendingPayment => Capture::Pays,
            _ => Capture::Surplus,
        }
    }

    /// The order with money that was captured for it. An order that waits for it is paid, or
    /// called off where its stock could not be had; whatever came beyond what it owes is due back.
    /// None where the capture is known.
    pub fn captured_by(
        &self,
        payment: PaymentId,
        amount: Money,
        has_stock: bool,
        at: Timestamp,
    ) -> Option<Change> {
        let capture = self.is_paid_by(payment, amount);
        if capture == Capture::Known {
            return None;
        }
        let pays = capture == Capture::Pays;
        let mut news = Vec::new();
        let mut order = match self.stepped(Step::Pay, at) {
            Ok(mut paid) if pays && has_stock => {
                paid.attempt = None;
                paid.held_until = None;
                news.push(News::Paid(payment));
                paid
            }
            _ => self.next(at),
        };
        order.receive(payment, amount);
        let detail = format!("{payment}: {amount}");
        order.note(at, EntryKind::Paid, Actor::System, Some(detail));
        if pays && !has_stock {
            return order.called_off_without_stock(at).ok();
        }
        news.extend(order.give_back(payment));
        Some(Change { order, news })
    }

    /// The order with money that went back: `refunded` of the payment in all. None where as much
    /// is known to have gone back, or the capture is not.
    pub fn refunded_by(
        &self,
        payment: PaymentId,
        refunded: Money,
        at: Timestamp,
    ) -> Option<Change> {
        let known = self.receipts.iter().find(|it| it.payment_id == payment)?;
        if known.refunded.minor >= refunded.minor {
            return None;
        }
        let mut order = self.next(at);
        for receipt in order
            .receipts
            .iter_mut()
            .filter(|it| it.payment_id == payment)
        {
            receipt.refunded = refunded;
        }
        order.payment = order.payment_status();
        let detail = format!("{payment}: {refunded} in all");
        order.note(at, EntryKind::Refunded, Actor::System, Some(detail));
        Some(Change {
            order,
            news: Vec::new(),
        })
    }

    fn receive(&mut self, payment: PaymentId, amount: Money) {
        match self.receipts.iter_mut().find(|it| it.payment_id == payment) {
            Some(receipt) => receipt.captured = amount,
            None => self.receipts.push(Receipt {
                payment_id: payment,
                captured: amount,
                refunded: Money::zero(amount.currency),
            }),
        }
        self.payment = self.payment_status();
    }

    fn awaits_payment(&self) -> Result<(), Refusal> {
        match self.status {
            OrderStatus::PendingPayment => Ok(()),
            OrderStatus::Expired => Err(Refusal::Expired),
            OrderStatus::Cancelled => Err(Refusal::illegal(self.status)),
            OrderStatus::Paid
            | OrderStatus::Processing
            | OrderStatus::Shipped
            | OrderStatus::Delivered
            | OrderStatus::Returned => Err(Refusal::AlreadyPaid),
        }
    }

    /// What of it is paid, by what was captured and what went back.
    fn payment_status(&self) -> PaymentStatus {
        let (captured, refunded) = (self.captured().minor, self.refunded().minor);
        if captured == 0 {
            self.payment
        } else if refunded == 0 {
            PaymentStatus::Paid
        } else if refunded < captured {
            PaymentStatus::PartiallyRefunded
        } else {
            PaymentStatus::Refunded
        }
    }

    fn receipts_sum(&self, part: fn(&Receipt) -> Money) -> Money {
        let minor = self
            .receipts
            .iter()
            .map(|receipt| part(receipt).minor)
            .sum();
        Money::new(minor, self.totals.currency())
    }
}

/// What the capture of a payment is to an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Capture {
    /// Nothing new.
    Known,
    /// What it waits for.
    Pays,
    /// More than it owes.
    Surplus,
}

#[cfg(test)]
mod tests;
