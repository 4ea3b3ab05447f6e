//! Calling off an order or a part of it, and what of its money is due back.
//!
//! What is due back is always the difference between what the order cost and what the rest of it
//! costs, so that any number of partial cancellations and the last one together give back exactly
//! what was captured.

use contracts::orders as told;
use kernel::{CancellationId, Faults, LineId, Money, PaymentId, Quantity, Sku, Timestamp};
use serde::{Deserialize, Serialize};

use crate::change::{Change, News, Refusal};
use crate::order::{Actor, EntryKind, Line, Order, OrderStatus, Totals};
use crate::status::{Step, after, is_off};

/// How often parts of one order may be called off: the order carries a record of each.
pub const MOST_CANCELLATIONS: usize = 50;

/// What was called off at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancellation {
    /// Its id.
    pub id: CancellationId,
    /// How many of which lines: none where money came that was not owed.
    pub lines: Vec<CancelledLine>,
    /// What is due back.
    pub refund: Money,
    /// The payment that it is due back from, where anything is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_id: Option<PaymentId>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// How many of a line were called off at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CancelledLine {
    /// The line.
    pub id: LineId,
    /// What it is on the shelf.
    pub sku: Sku,
    /// How many.
    pub quantity: Quantity,
}

/// How many of a line are asked to be called off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unwanted {
    /// The line.
    pub id: LineId,
    /// How many.
    pub quantity: Quantity,
}

/// Why nothing was called off.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotCancelled {
    /// The order does not allow it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// There are not so many of these lines.
    #[error("the lines that are asked for are not there")]
    Lines(Faults),
}

impl From<&Cancellation> for told::Cancellation {
    fn from(cancellation: &Cancellation) -> Self {
        Self {
            id: cancellation.id,
            items: cancellation
                .lines
                .iter()
                .map(|line| told::CancelledLine {
                    id: line.id,
                    sku: line.sku.clone(),
                    quantity: line.quantity,
                })
                .collect(),
            refund: cancellation.refund,
            payment_id: cancellation.payment_id,
            reason: cancellation.reason.clone(),
        }
    }
}

impl Order {
    /// Calls the order off: all that is left of it, or so many of some lines.
    ///
    /// # Errors
    /// The order is past that, or being paid; the lines have not so many left.
    pub fn cancelled(
        &self,
        id: CancellationId,
        unwanted: Option<&[Unwanted]>,
        reason: Option<String>,
        by: Actor,
        at: Timestamp,
    ) -> Result<Change, NotCancelled> {
        if after(self.status, Step::Cancel).is_none() {
            return Err(Refusal::illegal(self.status).into());
        }
        if self.is_being_paid(at) {
            return Err(Refusal::PaymentInProgress.into());
        }
        let lines = match unwanted {
            None => self.rest(),
            Some(unwanted) => self.called_off(unwanted).map_err(NotCancelled::Lines)?,
        };
        let whole = lines == self.rest();
        if !whole && self.cancellations.len() >= MOST_CANCELLATIONS {
            return Err(Refusal::TooManyCancellations.into());
        }
        let order = if whole {
            self.stepped(Step::Cancel, at)?
        } else {
            self.next(at)
        };
        Ok(order.without(id, lines, reason, by, at))
    }

    /// The order called off as a whole, in the same version, because its stock is gone: what was
    /// captured for it is due back.
    pub(crate) fn called_off_without_stock(mut self, at: Timestamp) -> Result<Change, Refusal> {
        self.status =
            after(self.status, Step::Cancel).ok_or_else(|| Refusal::illegal(self.status))?;
        let id = CancellationId::derive(&self.id.to_string(), "stock is gone");
        let rest = self.rest();
        let reason = Some("The stock was gone when it was paid.".to_owned());
        Ok(self.without(id, rest, reason, Actor::System, at))
    }

    /// The order without so many of these lines, which it has.
    fn without(
        mut self,
        id: CancellationId,
        lines: Vec<CancelledLine>,
        reason: Option<String>,
        by: Actor,
        at: Timestamp,
    ) -> Change {
        for gone in &lines {
            for line in self.lines.iter_mut().filter(|line| line.id == gone.id) {
                line.cancelled += gone.quantity.get();
            }
        }
        let refund = self.due_back();
        let cancellation = Cancellation {
            id,
            payment_id: refund.and_then(|_| self.paid_by()),
            refund: refund.unwrap_or_else(|| Money::zero(self.totals.currency())),
            reason: reason.clone(),
            lines,
        };
        self.cancellations.push(cancellation.clone());
        let news = if self.status == OrderStatus::Cancelled {
            self.attempt = None;
            self.held_until = None;
            self.note(at, EntryKind::Cancelled, by, reason);
            News::Cancelled(cancellation)
        } else {
            let detail = in_words(&cancellation);
            self.note(at, EntryKind::LinesCancelled, by, Some(detail));
            News::LinesCancelled(cancellation)
        };
        Change {
            order: self,
            news: vec![news],
        }
    }

    /// Money that came though it is not owed goes back: for an order that is off by now, that
    /// another payment has paid, or of which less is left than was captured.
    pub(crate) fn give_back(&mut self, payment: PaymentId) -> Option<News> {
        let refund = self.due_back()?;
        let order = self.id.to_string();
        let name = format!("surplus of {payment} at version {}", self.version);
        let cancellation = Cancellation {
            id: CancellationId::derive(&order, &name),
            lines: Vec::new(),
            refund,
            payment_id: Some(payment),
            reason: Some("The payment came for an order that does not owe it.".to_owned()),
        };
        self.cancellations.push(cancellation.clone());
        Some(if is_off(self.status) {
            News::Cancelled(cancellation)
        } else {
            News::LinesCancelled(cancellation)
        })
    }

    /// What was captured beyond what the rest of the order costs and what was promised back
    /// before; none where nothing was. What went back by other ways is not promised again.
    fn due_back(&self) -> Option<Money> {
        let currency = self.totals.currency();
        let owed = if self.status == OrderStatus::Expired {
            0
        } else {
            self.remaining().total.minor
        };
        let (captured, refunded) = (self.captured(), self.refunded());
        let promised: i64 = self
            .cancellations
            .iter()
            .map(|gone| gone.refund.minor)
            .sum();
        let surplus = captured.minor - owed - promised;
        let there = captured.minor - promised.max(refunded.minor);
        let refund = surplus.min(there);
        (refund > 0).then(|| Money::new(refund, currency))
    }

    /// What is left of every line.
    fn rest(&self) -> Vec<CancelledLine> {
        let rest = |line: &Line| {
            Some(CancelledLine {
                id: line.id,
                sku: line.sku.clone(),
                quantity: Quantity::new(line.remaining().into()).ok()?,
            })
        };
        self.lines.iter().filter_map(rest).collect()
    }

    /// The lines that are asked for, in the order's own order, if there are so many of them.
    fn called_off(&self, unwanted: &[Unwanted]) -> Result<Vec<CancelledLine>, Faults> {
        let mut faults = Faults::new();
        for (at, asked) in unwanted.iter().enumerate() {
            let again = unwanted[..at].iter().any(|other| other.id == asked.id);
            let line = self.lines.iter().find(|line| line.id == asked.id);
            match line.map(Line::remaining) {
                None => faults.add(
                    format!("/items/{at}/id"),
                    "must be the id of a line of the order",
                ),
                Some(_) if again => faults.add(format!("/items/{at}/id"), "must not stand twice"),
                Some(left) if asked.quantity.get() > left => faults.add(
                    format!("/items/{at}/quantity"),
                    format!("must be at most {left}, which is what is left of the line"),
                ),
                Some(_) => {}
            }
        }
        faults.into_result()?;
        let asked = |line: &Line| {
            let asked = unwanted.iter().find(|asked| asked.id == line.id)?;
            Some(CancelledLine {
                id: line.id,
                sku: line.sku.clone(),
                quantity: asked.quantity,
            })
        };
        Ok(self.lines.iter().filter_map(asked).collect())
    }

    /// What the rest of the order costs: of each line the share of what is left of it, and
    /// shipping while anything is left to be sent.
    ///
    /// Shares are rounded down, so the rest costs nothing once nothing is left, and what it costs
    /// depends on what is left alone and not on how it came to that.
    pub fn remaining(&self) -> Totals {
        let currency = self.totals.currency();
        let sum = |part: fn(&Line) -> Money| {
            let parts = self
                .lines
                .iter()
                .map(|line| share(part(line), line.remaining(), line.quantity).minor);
            parts.sum::<i64>()
        };
        let something = self.lines.iter().any(|line| line.remaining() > 0);
        let while_something = |money: Money| if something { money.minor } else { 0 };
        let (shipping, shipping_tax) = (
            while_something(self.totals.shipping),
            while_something(self.totals.shipping_tax),
        );
        let subtotal = sum(|line| line.line_total);
        let discount = sum(|line| line.discount);
        let tax = sum(|line| line.tax) + shipping_tax;
        let on_top = if self.totals.tax_included { 0 } else { tax };
        let money = |minor| Money::new(minor, currency);
        Totals {
            subtotal: money(subtotal),
            discount: money(discount),
            tax: money(tax),
            tax_included: self.totals.tax_included,
            shipping: money(shipping),
            shipping_tax: money(shipping_tax),
            total: money(subtotal - discount + shipping + on_top),
        }
    }
}

/// The part of an amount that some of all of a line have, rounded down.
fn share(of: Money, some: u32, all: Quantity) -> Money {
    let part = i128::from(of.minor) * i128::from(some) / i128::from(all.get());
    // It is no more than the whole, which fits.
    Money::new(i64::try_from(part).unwrap_or(of.minor), of.currency)
}

/// What was called off, for the timeline: `2 × LAMP-1, 1 × DESK-2: they changed their mind`.
fn in_words(cancellation: &Cancellation) -> String {
    let lines: Vec<String> = cancellation
        .lines
        .iter()
        .map(|line| format!("{} × {}", line.quantity, line.sku))
        .collect();
    let lines = lines.join(", ");
    match &cancellation.reason {
        Some(reason) => format!("{lines}: {reason}"),
        None => lines,
    }
}

#[cfg(test)]
mod tests;
