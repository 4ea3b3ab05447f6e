//! Refunding: taken off what is left, asked of the card's bank, and posted.

use aws::Answered;
use contracts::orders::Cancellation;
use kernel::{Amount, Money, OrderId, PaymentId, RefundId, Timestamp};

use crate::error::PaymentsError;
use crate::ledger::Entry;
use crate::processor::ProcessorError;
use crate::processor::stripe::Refunded;
use crate::refund::{Refund, RefundError, RefundState, RefundWish, Refundable};
use crate::retry::Tries;
use crate::store::{Change, Ending, PostError, StoreError};
use crate::{Charges, Payments};

/// What one run of a refund goes by.
#[derive(Debug)]
pub struct Run<'a> {
    /// When.
    pub at: Timestamp,
    /// The answer to be kept.
    pub answered: Option<&'a Answered<Refund>>,
    /// The trace that it belongs to.
    pub traceparent: Option<String>,
}

impl Payments {
    /// An amount in the currency of a payment.
    ///
    /// # Errors
    /// There is no such payment, or it was not captured; its currency has fewer decimals.
    pub(crate) async fn amount_of(
        &self,
        payment: PaymentId,
        amount: Amount,
    ) -> Result<Money, PaymentsError> {
        let currency = self.captured(payment).await?.captured.currency;
        let money = amount.in_currency(currency);
        money.map_err(|broken| PaymentsError::invalid("/amount", broken))
    }

    /// What of a payment may be refunded, which was captured.
    async fn captured(&self, payment: PaymentId) -> Result<Refundable, PaymentsError> {
        if let Some(refundable) = self.store.refundable(payment).await? {
            return Ok(refundable);
        }
        self.known_payment(payment).await?;
        Err(PaymentsError::NotCaptured)
    }

    /// Takes a refund off what is left of its payment, once: the same refund again is found.
    async fn begin_refund(
        &self,
        payment: PaymentId,
        wish: &RefundWish,
        at: Timestamp,
    ) -> Result<Refund, PaymentsError> {
        let mut tries = Tries::default();
        loop {
            if let Some(known) = self.store.refund(wish.id).await? {
                return Ok(known);
            }
            let refund = self.captured(payment).await?.take(wish, at)?;
            match self.store.begin_refund(&refund).await {
                Ok(()) => return Ok(refund),
                // Other refunds have left less, or another run of this one was first.
                Err(StoreError::Stale) if tries.wait().await => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

impl Charges {
    /// Refunds a payment or a part of it: the refund, gone back, failed, or waiting for the bank.
    ///
    /// # Errors
    /// More than is left; a payment that was not captured. When the processor is down the refund
    /// stands, and trying again with the same id goes on with it.
    pub async fn refund(
        &self,
        payment: PaymentId,
        wish: &RefundWish,
        run: Run<'_>,
    ) -> Result<Refund, PaymentsError> {
        let refund = self.payments.begin_refund(payment, wish, run.at).await?;
        self.settle(refund, &run).await
    }

    /// Refunds what a cancellation of an order calls for, once for each cancellation; never more than
    /// is left, since some of it may have been refunded by hand.
    ///
    /// # Errors
    /// No payment of the order was captured yet. Somebody has paid, or nothing would be due, so the
    /// capture is on its way.
    pub async fn refund_cancellation(
        &self,
        order: OrderId,
        cancellation: &Cancellation,
        run: Run<'_>,
    ) -> Result<(), PaymentsError> {
        if cancellation.refund.minor <= 0 {
            return Ok(());
        }
        let payment = match cancellation.payment_id {
            Some(payment) => payment,
            None => {
                let captured = self.payments.store.captured_of(order).await?;
                *captured.first().ok_or(PaymentsError::NotCaptured)?
            }
        };
        let wish = RefundWish {
            id: RefundId::derive(&cancellation.id.to_string(), "refund"),
            amount: Some(cancellation.refund),
            at_most: true,
            lines: cancellation.items.iter().map(|line| line.id).collect(),
            cancellation_id: Some(cancellation.id),
            reason: cancellation.reason.clone(),
        };
        match self.refund(payment, &wish, run).await {
            Ok(_) => Ok(()),
            // All of it has gone back before.
            Err(PaymentsError::RefundExceedsPayment { left }) if left.is_zero() => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Goes on with refunds that stand still; how many there were.
    ///
    /// # Errors
    /// The first thing that went wrong; the other refunds were looked after all the same.
    pub async fn resume_refunds(&self, at: Timestamp) -> Result<u64, PaymentsError> {
        let mut first_error = None;
        let mut resumed = 0;
        for id in self.payments.store.standing_refunds(at).await? {
            match self.look_at_refund(id, at).await {
                Ok(()) => resumed += 1,
                Err(error) => {
                    first_error.get_or_insert(error);
                }
            }
        }
        first_error.map_or(Ok(resumed), Err)
    }

    /// Asks the processor where a refund stands, and writes down what has changed.
    ///
    /// # Errors
    /// The processor or the table is down.
    pub async fn look_at_refund(&self, id: RefundId, at: Timestamp) -> Result<(), PaymentsError> {
        let Some(refund) = self.payments.store.refund(id).await? else {
            return Ok(());
        };
        let run = Run {
            at,
            answered: None,
            traceparent: None,
        };
        match refund.state {
            RefundState::Pending => self.settle(refund, &run).await.map(drop),
            RefundState::Succeeded if refund.amount.card > 0 => self.verify(refund, at).await,
            RefundState::Succeeded | RefundState::Failed => Ok(()),
        }
    }

    /// Takes a refund that was written down to its end.
    async fn settle(&self, refund: Refund, run: &Run<'_>) -> Result<Refund, PaymentsError> {
        if refund.state != RefundState::Pending {
            return Ok(refund);
        }
        let card = refund.card();
        if card.is_zero() {
            return self.end(refund, None, run).await;
        }
        let intent = self.intent_of(&refund).await?;
        let failure = match self.processor.refund(&intent, refund.id, card).await {
            Ok(Refunded::Done { .. }) => None,
            Ok(Refunded::Failed(failure)) | Err(ProcessorError::Refused { failure, .. }) => {
                Some(failure.code)
            }
            Ok(Refunded::Pending { .. }) => {
                let waiting = refund.with_state(RefundState::Pending, None, run.at);
                return match self.payments.store.touch_refund(&waiting).await {
                    Ok(()) | Err(StoreError::Stale) => Ok(refund),
                    Err(error) => Err(error.into()),
                };
            }
            Err(error) => return Err(error.into()),
        };
        self.end(refund, failure, run).await
    }

    /// Writes the end of a refund, which went back unless it has failed.
    async fn end(
        &self,
        mut refund: Refund,
        failure: Option<String>,
        run: &Run<'_>,
    ) -> Result<Refund, PaymentsError> {
        let store = &self.payments.store;
        let mut tries = Tries::default();
        while refund.state == RefundState::Pending {
            let before = self.refundable_of(&refund).await?;
            let (after, ended) = before.returned(&refund, run.at)?;
            let entry = Entry::refunded(refund.id, before.user_id, refund.amount, run.at)?;
            let failed = refund.with_state(RefundState::Failed, failure.clone(), run.at);
            let (change, ended, entry) = match failure {
                None => (Change::Returned(&after), ended, Some(&entry)),
                Some(_) => (Change::Restored(refund.amount), failed, None),
            };
            let ending = Ending {
                change,
                refund: &ended,
                entry,
                answered: run.answered,
                traceparent: run.traceparent.clone(),
            };
            match store.end_refund(&ending).await {
                Ok(()) => return Ok(ended),
                Err(PostError::AlreadyPosted | PostError::Store(StoreError::Stale)) => {}
                Err(error) => return Err(error.into()),
            }
            if !tries.wait().await {
                return Err(PaymentsError::Busy);
            }
            refund = self.known_refund(refund.id).await?;
        }
        Ok(refund)
    }

    /// Finds out whether a bank has sent back what a refund had brought to a card.
    async fn verify(&self, mut refund: Refund, at: Timestamp) -> Result<(), PaymentsError> {
        let intent = self.intent_of(&refund).await?;
        let found = self.processor.refund_of(&intent, refund.id).await?;
        if !matches!(found, Some(Refunded::Failed(_))) {
            return Ok(());
        }
        let mut tries = Tries::default();
        while refund.state == RefundState::Succeeded && refund.amount.card > 0 {
            let before = self.refundable_of(&refund).await?;
            let (refundable, less) = before.card_returned(&refund, at)?;
            let entry = Entry::refund_returned(refund.id, refund.card(), at)?;
            let ending = Ending {
                change: Change::SentBack(&refundable, refund.amount.card),
                refund: &less,
                entry: Some(&entry),
                answered: None,
                traceparent: None,
            };
            match self.payments.store.end_refund(&ending).await {
                Ok(()) => return Ok(()),
                Err(PostError::AlreadyPosted | PostError::Store(StoreError::Stale)) => {}
                Err(error) => return Err(error.into()),
            }
            if !tries.wait().await {
                return Err(PaymentsError::Busy);
            }
            refund = self.known_refund(refund.id).await?;
        }
        Ok(())
    }

    async fn known_refund(&self, id: RefundId) -> Result<Refund, PaymentsError> {
        let refund = self.payments.store.refund(id).await?;
        refund.ok_or(PaymentsError::NotFound)
    }

    async fn refundable_of(&self, refund: &Refund) -> Result<Refundable, PaymentsError> {
        let refundable = self.payments.store.refundable(refund.payment_id).await?;
        refundable.ok_or(PaymentsError::Fault("a refund of what was not captured"))
    }

    async fn intent_of(&self, refund: &Refund) -> Result<String, PaymentsError> {
        let refundable = self.refundable_of(refund).await?;
        let intent = refundable.intent;
        intent.ok_or(PaymentsError::Fault("a card's refund without an intent"))
    }
}

impl From<RefundError> for PaymentsError {
    fn from(error: RefundError) -> Self {
        match error {
            RefundError::ExceedsPayment { left } => Self::RefundExceedsPayment { left },
            RefundError::NotAnAmount => Self::invalid("/amount", "must be above 0"),
            RefundError::TooFine { step } => {
                let rule = format!("must be a multiple of {step}: a card has nothing finer back");
                Self::invalid("/amount", rule)
            }
            RefundError::Money(error) => Self::Money(error),
        }
    }
}

#[cfg(test)]
mod crash;
#[cfg(test)]
mod tests;
