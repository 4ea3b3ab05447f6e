//! Paying an order.
//!
//! [`drive`](Charges::drive) takes a payment as far as it goes, step by step, and is the same for the
//! request that begins it, a retry of that request, a webhook, and the schedule that finds payments
//! which stand still. Several may drive one payment at once: a step is safe to take twice, and what
//! it leads to is written once, by the payment's version.

use aws::Answered;
use kernel::{Amount, Money, OrderId, PaymentId, RefundId, Timestamp};

use crate::error::PaymentsError;
use crate::ledger::{Entry, Tender};
use crate::order_book::{Due, OrderBook, Payer, refusal};
use crate::payment::{Move, PayBy, Payment, Stage, Step};
use crate::processor::{Failure, IntentState, NewIntent, ProcessorError};
use crate::store::{PostError, StoreError};
use crate::{Capturing, Charges};

/// How an order is to be paid.
#[derive(Debug, Clone)]
pub struct Wish {
    /// The order.
    pub order_id: OrderId,
    /// Who pays.
    pub payer: Payer,
    /// With what.
    pub by: PayBy,
    /// How much of a split the wallet is to pay.
    pub wallet: Option<Amount>,
    /// The card, by the processor's token.
    pub payment_method: Option<String>,
}

/// Steps that one run takes at most. A payment has five; the rest is for what others do meanwhile.
const STEPS: usize = 16;

/// Who drives a payment, and what only they can do.
pub(crate) struct Driver<'a> {
    /// Who pays, for the order to know; only the request itself has them.
    pub payer: Option<&'a Payer>,
    /// The answer to be kept.
    pub answered: Option<&'a Answered<Payment>>,
    /// When.
    pub at: Timestamp,
}

impl Driver<'_> {
    /// Somebody without a request: a webhook, or the clock.
    pub(crate) const fn at(at: Timestamp) -> Self {
        Self {
            payer: None,
            answered: None,
            at,
        }
    }
}

impl Charges {
    /// Pays an order: the payment, succeeded, failed, or waiting for its shopper or the bank.
    ///
    /// # Errors
    /// The order cannot be paid; there is not enough in the wallet; the processor or a table is down,
    /// and trying again with the same key goes on with the same payment.
    pub(crate) async fn pay(
        &self,
        orders: &impl OrderBook,
        wish: Wish,
        answered: &Answered<Payment>,
        at: Timestamp,
    ) -> Result<Payment, PaymentsError> {
        let id = PaymentId::derive(&answered.id().to_string(), "payment");
        let Payer { user, guest } = &wish.payer;
        if user.is_none() && wish.by != PayBy::Card {
            return Err(PaymentsError::invalid("/method", "a guest has no wallet"));
        }
        let fresh = Payment {
            id,
            order_id: wish.order_id,
            user_id: *user,
            guest: guest.clone(),
            by: wish.by,
            payment_method: wish.payment_method,
            wallet_asked: wish.wallet,
            stage: Stage::Started,
            due: None,
            shares: Vec::new(),
            intent: None,
            authorised: false,
            captured: None,
            failure: None,
            version: 1,
            created_at: at,
            updated_at: at,
        };
        let payment = match self.payments.store.start_payment(&fresh).await {
            Ok(()) => fresh,
            // An earlier run of the same request has come so far.
            Err(StoreError::Stale) => self.payments.known_payment(id).await?,
            Err(error) => return Err(error.into()),
        };
        let driver = Driver {
            payer: Some(&wish.payer),
            answered: Some(answered),
            at,
        };
        self.drive(orders, payment, &driver).await
    }

    /// Takes a payment as far as it goes.
    ///
    /// # Errors
    /// Something is down: the payment stands where it was written down last.
    pub(crate) async fn drive(
        &self,
        orders: &impl OrderBook,
        mut payment: Payment,
        driver: &Driver<'_>,
    ) -> Result<Payment, PaymentsError> {
        for _ in 0..STEPS {
            let next = match payment.step() {
                Step::Rest if payment.has_lapsed(driver.at) => Move::GiveUp(lapsed()),
                Step::Rest => return Ok(payment),
                Step::Begin => self.begin_with_order(orders, &payment, driver).await?,
                Step::Intend(card) => self.intend(&payment, card, driver).await?,
                Step::Authorise => match self.authorise(&payment, driver).await? {
                    Held::Yes => self.confirm(orders, &payment, driver).await?,
                    Held::No(failure) => Move::GiveUp(failure),
                    Held::AsksShopper if payment.has_lapsed(driver.at) => Move::GiveUp(abandoned()),
                    Held::AsksShopper if payment.stage == Stage::Authorising => Move::Ask,
                    Held::AsksShopper | Held::NotYet => return Ok(payment),
                },
                Step::Confirm => self.confirm(orders, &payment, driver).await?,
                Step::Capture(tender) => {
                    self.capture_at_processor(&payment, tender, driver).await?
                }
                Step::Unwind => self.unwind(orders, &payment, driver).await?,
            };
            payment = match self.advance(&payment, next, driver).await {
                // Others have emptied the wallet since it was looked into.
                Err(PaymentsError::InsufficientFunds { available }) => {
                    let refused = PaymentsError::InsufficientFunds { available };
                    return Err(self.refuse(orders, &payment, driver, refused).await?);
                }
                advanced => advanced?,
            };
        }
        Err(PaymentsError::Busy)
    }

    /// Writes a payment's next stage with the entry that belongs to it. Where another run was first,
    /// it is what that run has made of it.
    pub(crate) async fn advance(
        &self,
        payment: &Payment,
        next: Move,
        driver: &Driver<'_>,
    ) -> Result<Payment, PaymentsError> {
        let after = payment.after(next, driver.at)?;
        let entry = entry_of(payment, &after)?;
        let store = &self.payments.store;
        let written = store
            .advance_payment(&after, entry.as_ref(), driver.answered)
            .await;
        match written {
            Ok(()) => Ok(after),
            Err(PostError::AlreadyPosted | PostError::Store(StoreError::Stale)) => {
                self.payments.known_payment(payment.id).await
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Asks the order what is due, and shares it between card and wallet.
    async fn begin_with_order(
        &self,
        orders: &impl OrderBook,
        payment: &Payment,
        driver: &Driver<'_>,
    ) -> Result<Move, PaymentsError> {
        // Nobody waits for it any more, and nothing was taken.
        let Some(payer) = driver.payer else {
            return Ok(Move::GiveUp(abandoned()));
        };
        let store = &self.payments.store;
        let Due {
            amount: due,
            shares,
        } = match orders
            .begin(payment.order_id, payer, payment.id, driver.at)
            .await
        {
            Ok(due) => due,
            Err(error) => {
                if refusal(&error).is_some() {
                    let _ = store.drop_payment(payment).await;
                }
                return Err(error.into());
            }
        };
        let available = match payment.user_id.filter(|_| payment.by != PayBy::Card) {
            Some(user) => store.wallet(user).await?.balance(due.currency),
            None => Money::zero(due.currency),
        };
        let refused = match payment.share(due, available) {
            Ok(tender) if tender.wallet > available.minor => {
                PaymentsError::InsufficientFunds { available }
            }
            Ok(tender) if tender.card > 0 && payment.payment_method.is_none() => {
                PaymentsError::invalid("/paymentMethodId", "is needed for what a card is to pay")
            }
            Ok(tender) => return Ok(Move::Open(tender, shares)),
            Err(faults) => PaymentsError::Invalid(faults),
        };
        Err(self.refuse(orders, payment, driver, refused).await?)
    }

    /// Forgets a payment whose order has begun and whose money cannot be had as it was asked for.
    /// The error is why, to be answered; that the order cannot be told is another.
    async fn refuse(
        &self,
        orders: &impl OrderBook,
        payment: &Payment,
        driver: &Driver<'_>,
        why: PaymentsError,
    ) -> Result<PaymentsError, PaymentsError> {
        orders.fail(payment.order_id, payment.id, driver.at).await?;
        // One that stays is found by the schedule, which ends it.
        let _ = self.payments.store.drop_payment(payment).await;
        Ok(why)
    }

    /// Makes an intent for the card's part.
    async fn intend(
        &self,
        payment: &Payment,
        card: Money,
        driver: &Driver<'_>,
    ) -> Result<Move, PaymentsError> {
        if driver.payer.is_none() {
            return Ok(Move::GiveUp(abandoned()));
        }
        let customer = match payment.user_id {
            Some(user) => self.payments.store.customer(user).await?,
            None => None,
        };
        let created = self
            .processor
            .create(NewIntent {
                reference: &payment.id.to_string(),
                amount: card,
                payment_method: payment.payment_method.as_deref().unwrap_or_default(),
                customer: customer.as_deref(),
            })
            .await;
        match created {
            Ok(intent) => Ok(Move::Intend(intent.id)),
            Err(ProcessorError::Refused { failure, .. }) => Ok(Move::GiveUp(failure)),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether the bank holds the card's part.
    async fn authorise(
        &self,
        payment: &Payment,
        driver: &Driver<'_>,
    ) -> Result<Held, PaymentsError> {
        let id = payment.intent.as_deref().unwrap_or_default();
        let waits = driver.payer.is_some();
        let intent = match payment.stage {
            Stage::Authorising if waits => self.processor.confirm(id).await?,
            _ => self.processor.intent(id).await?,
        };
        Ok(match intent.state {
            IntentState::Authorised(_) | IntentState::Captured(_) => Held::Yes,
            IntentState::RequiresAction => Held::AsksShopper,
            IntentState::Processing => Held::NotYet,
            IntentState::Declined(failure) => Held::No(failure),
            IntentState::Cancelled => Held::No(lapsed()),
            // Nobody waits for it any more, and nothing is held.
            IntentState::Created if !waits => Held::No(abandoned()),
            // Its confirmation did not arrive, or is on its way.
            IntentState::Created => {
                return Err(ProcessorError::unavailable("the intent is not confirmed").into());
            }
        })
    }

    /// Makes the stock the order's own; then the money may be taken.
    async fn confirm(
        &self,
        orders: &impl OrderBook,
        payment: &Payment,
        driver: &Driver<'_>,
    ) -> Result<Move, PaymentsError> {
        match orders
            .confirm(payment.order_id, payment.id, driver.at)
            .await
        {
            Ok(()) => {}
            Err(error) => {
                let Some(code) = refusal(&error) else {
                    return Err(error.into());
                };
                return Ok(Move::GiveUp(Failure {
                    code: code.to_owned(),
                    message: format!("The order could not be confirmed: {error}."),
                }));
            }
        }
        match (self.capturing, payment.part(None)) {
            (Capturing::ByHand, _) => Ok(Move::Confirm),
            (Capturing::AtOnce, Some(all)) => Ok(Move::Capture(all)),
            (Capturing::AtOnce, None) => Err(PaymentsError::Fault("a payment of nothing")),
        }
    }

    /// Takes what is to be captured: the card's part at the processor. A capture that the bank refuses
    /// for good undoes the payment.
    async fn capture_at_processor(
        &self,
        payment: &Payment,
        tender: Tender,
        driver: &Driver<'_>,
    ) -> Result<Move, PaymentsError> {
        if let Some(id) = payment.intent.as_deref() {
            let intent = if tender.card > 0 {
                let amount = Money::new(tender.card, tender.currency);
                self.processor.capture(id, amount).await?
            } else {
                self.processor.cancel(id).await?
            };
            match intent.state {
                IntentState::Captured(taken) if taken.minor == tender.card => {}
                IntentState::Cancelled if tender.card == 0 => {}
                IntentState::Cancelled | IntentState::Captured(_) => {
                    return Ok(Move::GiveUp(lapsed()));
                }
                IntentState::Declined(failure) => return Ok(Move::GiveUp(failure)),
                IntentState::Authorised(_)
                | IntentState::Processing
                | IntentState::RequiresAction
                | IntentState::Created => {
                    let why = "the intent is not captured yet";
                    return Err(ProcessorError::unavailable(why).into());
                }
            }
        }
        // What the wallet has held too much goes back now that nothing can be undone any more.
        let rest = payment.due.map_or(0, |due| due.wallet - tender.wallet);
        if let Some(user) = payment.user_id.filter(|_| rest > 0) {
            let rest = Money::new(rest, tender.currency);
            let released = Entry::wallet_released(payment.id, user, rest, driver.at)?;
            self.post_alone(&released).await?;
        }
        Ok(Move::Take)
    }

    /// Lets go of all that is held: at the bank, of the order, in the ledger. The wallet has its part
    /// back together with the last stage.
    async fn unwind(
        &self,
        orders: &impl OrderBook,
        payment: &Payment,
        driver: &Driver<'_>,
    ) -> Result<Move, PaymentsError> {
        if let Some(id) = payment.intent.as_deref() {
            match self.processor.cancel(id).await?.state {
                IntentState::Cancelled | IntentState::Declined(_) => {}
                // Somebody captured it elsewhere, such as on the processor's own pages.
                IntentState::Captured(amount) => {
                    let refund = RefundId::derive(&payment.id.to_string(), "unwound");
                    self.processor.refund(id, refund, amount).await?;
                }
                IntentState::Created
                | IntentState::RequiresAction
                | IntentState::Processing
                | IntentState::Authorised(_) => {
                    return Err(
                        ProcessorError::unavailable("the intent cannot be let go yet").into(),
                    );
                }
            }
        }
        match orders.fail(payment.order_id, payment.id, driver.at).await {
            Ok(()) => {}
            // The order is not there, or knows nothing of it: there is nothing to be let go.
            Err(error) if refusal(&error).is_some() => {}
            Err(error) => return Err(error.into()),
        }
        if let Some(card) = payment.card().filter(|_| payment.authorised) {
            let released = Entry::released(payment.id, card, driver.at)?;
            self.post_alone(&released).await?;
        }
        Ok(Move::Fail)
    }

    /// Posts an entry that may have been posted before.
    async fn post_alone(&self, entry: &Entry) -> Result<(), PaymentsError> {
        match self.payments.store.post(entry, |alone, _| alone).await {
            Ok(_) | Err(PostError::AlreadyPosted) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// What the bank says.
enum Held {
    Yes,
    No(Failure),
    AsksShopper,
    NotYet,
}

/// The entry that is posted with a stage.
fn entry_of(before: &Payment, after: &Payment) -> Result<Option<Entry>, PaymentsError> {
    let (id, at) = (after.id, after.updated_at);
    let entry = match after.stage {
        Stage::Opened => match (after.wallet(), after.user_id) {
            (Some(wallet), Some(user)) => Some(Entry::wallet_held(id, user, wallet, at)?),
            _ => None,
        },
        Stage::Confirmed | Stage::Capturing if !before.authorised => match after.card() {
            Some(card) => Some(Entry::authorised(id, card, at)?),
            None => None,
        },
        Stage::Captured => {
            let authorised = after.card().map_or(0, |card| card.minor);
            let taken = after
                .captured
                .ok_or(PaymentsError::Fault("nothing was captured"))?;
            // An order that costs nothing is paid, and nothing has moved.
            match taken.total()?.is_zero() {
                true => None,
                false => Some(Entry::captured(id, taken, authorised, at)?),
            }
        }
        Stage::Failed => match (after.wallet(), after.user_id) {
            (Some(wallet), Some(user)) => Some(Entry::wallet_released(id, user, wallet, at)?),
            _ => None,
        },
        _ => None,
    };
    Ok(entry)
}

fn abandoned() -> Failure {
    Failure {
        code: "payment_abandoned".to_owned(),
        message: "The payment was not finished in time.".to_owned(),
    }
}

fn lapsed() -> Failure {
    Failure {
        code: "authorization_lapsed".to_owned(),
        message: "The bank does not hold the money any more.".to_owned(),
    }
}

#[cfg(test)]
mod crash;
#[cfg(test)]
pub(crate) mod tests;
#[cfg(test)]
mod trouble;
