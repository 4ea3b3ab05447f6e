//! Refunds: what of a captured payment may go back, and where it goes.
//!
//! What was paid by card goes back to the card first, since it was money that the payer had outside
//! the shop; the rest goes back to the wallet. A refund is laid over what is left of the order's
//! lines, tax and shipping in proportion, so that no part is ever refunded beyond itself, and all
//! of them are at nought when all of the payment is.
//!
//! A card has back multiples of what its currency is charged in at least. Whoever asks for another
//! amount is told so; what a cancellation calls for is rounded in the shopper's favour.

use std::time::Duration;

use kernel::{
    CancellationId, LineId, Money, MoneyError, OrderId, PaymentId, RefundId, Timestamp, UserId,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ledger::Tender;
use crate::processor::step;

#[cfg(test)]
mod tests;

/// Why a refund failed that had gone back already.
const RETURNED: &str = "returned_by_bank";
/// How long a refund may stand before it is looked after: longer than a request lives.
const STILL: Duration = Duration::from_mins(1);

/// A part of an order that was paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// A line.
    Line(LineId),
    /// The tax on all of it.
    Tax,
    /// What sending it cost.
    Shipping,
}

/// How much of a part: minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// Of what.
    pub part: Part,
    /// How much, in minor units.
    pub amount: i64,
}

/// What of a captured payment may still go back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refundable {
    /// The payment.
    pub payment_id: PaymentId,
    /// What it paid.
    pub order_id: OrderId,
    /// Who paid; a guest has no account, and no wallet.
    pub user_id: Option<UserId>,
    /// The processor's intent, where a card paid.
    pub intent: Option<String>,
    /// What was captured.
    pub captured: Tender,
    /// What may still be asked for: refunds that are under way are taken off.
    pub left: Tender,
    /// What has gone back, in minor units.
    pub returned: i64,
    /// What has not gone back of each part. Where an order has none, nothing is laid over them.
    pub shares: Vec<Share>,
    /// Rises by one with each refund that has gone back, or came back later.
    pub version: u64,
    /// When that was last.
    pub changed_at: Option<Timestamp>,
}

/// How far a refund is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RefundState {
    /// It is taken off what may go back, and the card's bank was asked or is about to be.
    Pending,
    /// The money went back.
    Succeeded,
    /// The bank did not take it, and it may be refunded again.
    Failed,
}

/// A refund.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    /// Its id.
    pub id: RefundId,
    /// Of what.
    pub payment_id: PaymentId,
    /// The order that was paid.
    pub order_id: OrderId,
    /// The cancellation that it answers, where it answers one.
    pub cancellation_id: Option<CancellationId>,
    /// What goes back to the card and what to the wallet.
    pub amount: Tender,
    /// The lines that it is for, where it is for some.
    pub lines: Vec<LineId>,
    /// What of it is for which part, once it has gone back.
    pub shares: Vec<Share>,
    /// How far it is.
    pub state: RefundState,
    /// Why, in somebody's words.
    pub reason: Option<String>,
    /// Why it failed: a stable word.
    pub failure: Option<String>,
    /// Rises by one with every change.
    pub version: u64,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// What is to be refunded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundWish {
    /// The id it will have: the same on every try.
    pub id: RefundId,
    /// How much; all that is left when none.
    pub amount: Option<Money>,
    /// Whether less will do where less is left, as for a cancellation of what was refunded before,
    /// and a little more where a card cannot have back the very amount.
    pub at_most: bool,
    /// The lines that it is for; it is laid over them and the tax, where that is enough.
    pub lines: Vec<LineId>,
    /// The cancellation that it answers.
    pub cancellation_id: Option<CancellationId>,
    /// Why.
    pub reason: Option<String>,
}

/// Why nothing is refunded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RefundError {
    /// More than is left.
    #[error("{left} of the payment is left to be refunded")]
    ExceedsPayment {
        /// What is left.
        left: Money,
    },
    /// An amount of nought or less, or in another currency.
    #[error("no amount of this payment")]
    NotAnAmount,
    /// The card cannot have back the very amount.
    #[error("a card has back multiples of {step}")]
    TooFine {
        /// What it has back multiples of.
        step: Money,
    },
    /// Sums that cannot be done.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl Refundable {
    /// What may go back of a payment that has just been captured. The weights are what the order
    /// charges for its parts; what was captured is laid over them, so that they sum to it.
    ///
    /// # Errors
    /// Amounts beyond 64 bits.
    pub fn of_captured(
        payment_id: PaymentId,
        order_id: OrderId,
        user_id: Option<UserId>,
        intent: Option<String>,
        captured: Tender,
        weights: &[Share],
    ) -> Result<Self, RefundError> {
        Ok(Self {
            payment_id,
            order_id,
            user_id,
            intent,
            captured,
            left: captured,
            returned: 0,
            shares: lay(captured.total()?, weights)?,
            version: 1,
            changed_at: None,
        })
    }

    /// A refund of what is left.
    ///
    /// # Errors
    /// There is less than was asked for.
    pub fn take(&self, wish: &RefundWish, at: Timestamp) -> Result<Refund, RefundError> {
        let left = self.left.total()?;
        let asked = wish.amount.unwrap_or(left);
        if asked.currency != left.currency || asked.is_negative() {
            return Err(RefundError::NotAnAmount);
        }
        if left.is_zero() || (asked.minor > left.minor && !wish.at_most) {
            return Err(RefundError::ExceedsPayment { left });
        }
        let minor = asked.minor.min(left.minor);
        if minor == 0 {
            return Err(RefundError::NotAnAmount);
        }
        let card = self.card_part(minor, wish.at_most)?;
        Ok(Refund {
            id: wish.id,
            payment_id: self.payment_id,
            order_id: self.order_id,
            cancellation_id: wish.cancellation_id,
            amount: Tender {
                card,
                wallet: (minor - card).max(0),
                currency: left.currency,
            },
            lines: wish.lines.clone(),
            shares: Vec::new(),
            state: RefundState::Pending,
            reason: wish.reason.clone(),
            failure: None,
            version: 1,
            created_at: at,
            updated_at: at,
        })
    }

    /// What the card has back of a refund.
    fn card_part(&self, minor: i64, rounded: bool) -> Result<i64, RefundError> {
        let card = self.left.card.min(minor);
        let step = step(self.left.currency);
        match card % step {
            0 => Ok(card),
            // What is left for it is a multiple, as all that was charged is.
            over if rounded => Ok(self.left.card.min(card - over + step)),
            _ => Err(RefundError::TooFine {
                step: Money::new(step, self.left.currency),
            }),
        }
    }

    /// What it and a refund are after the refund has gone back.
    ///
    /// # Errors
    /// Amounts beyond 64 bits.
    pub fn returned(&self, refund: &Refund, at: Timestamp) -> Result<(Self, Refund), RefundError> {
        let amount = refund.amount.total()?;
        let shares = self.shares_of(amount, &refund.lines)?;
        let mut after = self.clone();
        after.version += 1;
        after.changed_at = Some(at);
        after.returned = after
            .returned
            .checked_add(amount.minor)
            .ok_or(MoneyError::Overflow)?;
        after.change_shares(&shares, i64::saturating_sub);
        let succeeded = Refund {
            shares,
            ..refund.with_state(RefundState::Succeeded, None, at)
        };
        Ok((after, succeeded))
    }

    /// What it and a refund are after the bank has sent the card's part back that it had taken, days
    /// later. The wallet keeps its part.
    ///
    /// # Errors
    /// Amounts beyond 64 bits.
    pub fn card_returned(
        &self,
        refund: &Refund,
        at: Timestamp,
    ) -> Result<(Self, Refund), RefundError> {
        let shares = lay(refund.card(), &refund.shares)?;
        let mut after = self.clone();
        after.version += 1;
        after.changed_at = Some(at);
        after.left.card += refund.amount.card;
        after.returned -= refund.amount.card;
        after.change_shares(&shares, i64::saturating_add);
        let state = match refund.amount.wallet {
            0 => RefundState::Failed,
            _ => RefundState::Succeeded,
        };
        let mut less = refund.with_state(state, Some(RETURNED.to_owned()), at);
        less.amount.card = 0;
        for share in &mut less.shares {
            let back = shares.iter().find(|back| back.part == share.part);
            share.amount -= back.map_or(0, |back| back.amount);
        }
        Ok((after, less))
    }

    /// What of an amount is for which part: over the lines that are named and the tax where these
    /// have enough left, and over everything otherwise.
    fn shares_of(&self, amount: Money, lines: &[LineId]) -> Result<Vec<Share>, RefundError> {
        let named: Vec<Share> = self
            .shares
            .iter()
            .filter(|share| match share.part {
                Part::Line(line) => lines.contains(&line),
                Part::Tax => !lines.is_empty(),
                Part::Shipping => false,
            })
            .copied()
            .collect();
        let enough = named
            .iter()
            .map(|share| i128::from(share.amount))
            .sum::<i128>()
            >= i128::from(amount.minor);
        let over = if enough { &named } else { &self.shares };
        let laid = lay(amount, over)?;
        Ok(laid.into_iter().filter(|share| share.amount > 0).collect())
    }

    fn change_shares(&mut self, by: &[Share], change: fn(i64, i64) -> i64) {
        for share in &mut self.shares {
            if let Some(by) = by.iter().find(|by| by.part == share.part) {
                share.amount = change(share.amount, by.amount);
            }
        }
    }
}

/// An amount in proportion to weights, to the last minor unit. As long as it is no more than their
/// sum, no share is more than its weight.
fn lay(amount: Money, weights: &[Share]) -> Result<Vec<Share>, RefundError> {
    let numbers: Vec<u64> = weights
        .iter()
        .map(|share| u64::try_from(share.amount).unwrap_or(0))
        .collect();
    let shares = match amount.allocate(&numbers) {
        Ok(shares) => shares,
        Err(MoneyError::NoShares) => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let laid = weights.iter().zip(shares).map(|(weight, share)| Share {
        part: weight.part,
        amount: share.minor,
    });
    Ok(laid.collect())
}

impl Refund {
    /// The refund in another state.
    #[must_use]
    pub fn with_state(&self, state: RefundState, failure: Option<String>, at: Timestamp) -> Self {
        Self {
            state,
            failure,
            version: self.version + 1,
            updated_at: at,
            ..self.clone()
        }
    }

    /// What goes back to the card.
    pub const fn card(&self) -> Money {
        Money::new(self.amount.card, self.amount.currency)
    }

    /// When somebody should look after it; never when it is over. A bank that takes its time is asked
    /// less and less often.
    pub fn looked_after_at(&self) -> Option<Timestamp> {
        let waited = self.updated_at.since(self.created_at);
        let pending = self.state == RefundState::Pending;
        pending.then(|| self.updated_at.plus(waited.max(STILL)))
    }
}
