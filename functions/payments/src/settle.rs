//! Payments that were begun: captured or let go by hand, and looked after when they stand still.

use aws::Answered;
use kernel::{Amount, Money, PaymentId, Timestamp};

use crate::deposit::DepositStage;
use crate::error::PaymentsError;
use crate::ledger::{DepositId, Entry};
use crate::order_book::OrderBook;
use crate::pay::Driver;
use crate::payment::{Move, Payment, Stage};
use crate::processor::{ClientSecret, Failure, ProcessorError};
use crate::refund::Refundable;
use crate::store::PostError;
use crate::webhook::{self, Asked, Dispute};
use crate::{Charges, Payments};

impl Payments {
    /// A payment that must be there.
    pub(crate) async fn known_payment(&self, id: PaymentId) -> Result<Payment, PaymentsError> {
        let payment = self.store.payment(id).await?;
        payment.ok_or(PaymentsError::NotFound)
    }

    /// What of a payment went back and may; none of one that was not captured.
    pub(crate) async fn refundable(
        &self,
        id: PaymentId,
    ) -> Result<Option<Refundable>, PaymentsError> {
        Ok(self.store.refundable(id).await?)
    }
}

impl Charges {
    /// What the shopper's browser answers the bank with, where the bank asks. It is asked for each
    /// time: it is kept nowhere.
    ///
    /// # Errors
    /// When the processor does not answer.
    pub(crate) async fn client_secret(
        &self,
        payment: &Payment,
    ) -> Result<Option<ClientSecret>, PaymentsError> {
        match &payment.intent {
            Some(intent) if payment.stage == Stage::AwaitingAction => {
                Ok(self.processor.intent(intent).await?.client_secret)
            }
            _ => Ok(None),
        }
    }

    /// Takes what a confirmed payment holds, or a part of it and lets the rest go.
    ///
    /// # Errors
    /// There is nothing to be captured, or less than is asked for.
    pub(crate) async fn capture(
        &self,
        orders: &impl OrderBook,
        id: PaymentId,
        amount: Option<Amount>,
        answered: &Answered<Payment>,
        at: Timestamp,
    ) -> Result<Payment, PaymentsError> {
        let payment = self.payments.known_payment(id).await?;
        let amount = in_currency_of(&payment, amount)?;
        let driver = Driver {
            answered: Some(answered),
            ..Driver::at(at)
        };
        let payment = match payment.stage {
            Stage::Confirmed => {
                let tender = payment.part(amount).ok_or_else(|| {
                    let rule =
                        "must be above 0, at most what is held, and what a card can be charged";
                    PaymentsError::invalid("/amount", rule)
                })?;
                self.advance(&payment, Move::Capture(tender), &driver)
                    .await?
            }
            // The same request was here before.
            Stage::Capturing if payment.captured == payment.part(amount) => payment,
            stage => return Err(PaymentsError::NotCapturable(stage)),
        };
        let payment = self.drive(orders, payment, &driver).await?;
        match payment.stage {
            Stage::Captured => Ok(payment),
            stage => Err(PaymentsError::NotCapturable(stage)),
        }
    }

    /// Lets go of what a payment holds. The order may be paid otherwise then.
    ///
    /// # Errors
    /// It was captured, or is being captured.
    pub(crate) async fn void(
        &self,
        orders: &impl OrderBook,
        id: PaymentId,
        answered: &Answered<Payment>,
        at: Timestamp,
    ) -> Result<Payment, PaymentsError> {
        let payment = self.payments.known_payment(id).await?;
        let driver = Driver {
            answered: Some(answered),
            ..Driver::at(at)
        };
        let payment = match payment.stage {
            Stage::Confirmed | Stage::AwaitingAction => {
                self.advance(&payment, Move::GiveUp(voided()), &driver)
                    .await?
            }
            Stage::Unwinding => payment,
            stage => return Err(PaymentsError::NotVoidable(stage)),
        };
        let payment = self.drive(orders, payment, &driver).await?;
        match payment.stage {
            Stage::Failed => Ok(payment),
            stage => Err(PaymentsError::NotVoidable(stage)),
        }
    }

    /// Goes on with payments that stand still, or undoes them; how many there were.
    ///
    /// # Errors
    /// The first thing that went wrong; the other payments were looked after all the same.
    pub(crate) async fn resume(
        &self,
        orders: &impl OrderBook,
        at: Timestamp,
    ) -> Result<u64, PaymentsError> {
        let mut first_error = None;
        let mut resumed = 0;
        for id in self.payments.store.standing_payments(at).await? {
            match self.look(orders, id, at).await {
                Ok(()) => resumed += 1,
                Err(error) => {
                    first_error.get_or_insert(error);
                }
            }
        }
        first_error.map_or(Ok(resumed), Err)
    }

    async fn look(
        &self,
        orders: &impl OrderBook,
        id: PaymentId,
        at: Timestamp,
    ) -> Result<(), PaymentsError> {
        if let Some(payment) = self.payments.store.payment(id).await? {
            self.drive(orders, payment, &Driver::at(at)).await?;
        }
        Ok(())
    }

    /// Works off a webhook that was kept.
    ///
    /// # Errors
    /// Something is down, and it is to be tried again.
    pub(crate) async fn work_off(
        &self,
        orders: &impl OrderBook,
        id: &str,
        at: Timestamp,
    ) -> Result<(), PaymentsError> {
        let store = &self.payments.store;
        let Some(received) = store.webhook(id).await? else {
            return Ok(());
        };
        let outcome = match webhook::read(&received.kind, &received.event) {
            Asked::Nothing(why) => why,
            Asked::Look(payment) => {
                self.look(orders, payment, at).await?;
                "looked after the payment"
            }
            Asked::LookAtDeposit(deposit) => {
                self.look_at_deposit(deposit, at).await?;
                "looked after the deposit"
            }
            Asked::LookAtRefund(refund) => {
                self.look_at_refund(refund, at).await?;
                "looked after the refund"
            }
            Asked::Dispute(dispute) => self.post_dispute(&dispute, at).await?,
        };
        Ok(store.webhook_done(id, outcome).await?)
    }

    /// Posts a dispute, or that it was won: each once, whichever of its events come.
    async fn post_dispute(
        &self,
        dispute: &Dispute,
        at: Timestamp,
    ) -> Result<&'static str, PaymentsError> {
        let amount = crate::processor::stripe::amount_of(dispute.amount, &dispute.currency)?;
        let reference = match self.processor.reference(&dispute.intent).await {
            Ok(reference) => reference.unwrap_or_default(),
            Err(ProcessorError::Refused { status: 404, .. }) => String::new(),
            Err(error) => return Err(error.into()),
        };
        let Some(charged) = self.charged(&reference).await? else {
            return Ok("a dispute of nothing of ours");
        };
        let taken = Entry::disputed(&charged, &dispute.id, amount, at)?;
        let mut entries = vec![taken];
        if dispute.won {
            // Its beginning may be told later, or never.
            entries.push(Entry::dispute_won(&charged, &dispute.id, amount, at)?);
        }
        for entry in &entries {
            match self.payments.store.post(entry, |alone, _| alone).await {
                Ok(_) | Err(PostError::AlreadyPosted) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok("posted the dispute")
    }

    /// What has brought money by card under a reference: a payment or a deposit, by its id.
    async fn charged(&self, reference: &str) -> Result<Option<String>, PaymentsError> {
        let store = &self.payments.store;
        if let Ok(id) = reference.parse::<PaymentId>() {
            let payment = store.payment(id).await?;
            let captured = payment.filter(|payment| payment.stage == Stage::Captured);
            return Ok(captured.map(|payment| payment.id.to_string()));
        }
        let Ok(id) = reference.parse::<DepositId>() else {
            return Ok(None);
        };
        let deposit = store.deposit(id).await?;
        let succeeded = deposit.filter(|deposit| deposit.stage == DepositStage::Succeeded);
        Ok(succeeded.map(|deposit| deposit.id.to_string()))
    }
}

fn in_currency_of(
    payment: &Payment,
    amount: Option<Amount>,
) -> Result<Option<Money>, PaymentsError> {
    let (Some(amount), Some(due)) = (amount, payment.due) else {
        return Ok(None);
    };
    let money = amount.in_currency(due.currency);
    money
        .map(Some)
        .map_err(|broken| PaymentsError::invalid("/amount", broken))
}

fn voided() -> Failure {
    Failure {
        code: "voided".to_owned(),
        message: "The shop has let the payment go.".to_owned(),
    }
}

#[cfg(test)]
mod tests;
