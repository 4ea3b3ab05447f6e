//! Filling a wallet by card.
//!
//! [`drive`](Charges::drive_deposit) is the same for the request, a retry of it, a webhook, and the
//! schedule that finds deposits which stand still.

use aws::Answered;
use kernel::{Money, Timestamp, UserId};

use crate::Charges;
use crate::deposit::{Deposit, DepositStage, Deposited};
use crate::error::PaymentsError;
use crate::ledger::{DepositId, Entry};
use crate::processor::{ClientSecret, Failure, IntentState, NewIntent, ProcessorError};
use crate::store::{PostError, StoreError};

/// Stages that one run goes through at most. There are three; the rest is for what others do
/// meanwhile.
const STEPS: usize = 8;

/// A deposit as far as it went, and what the user's browser finishes it with where it must.
#[derive(Debug)]
pub(crate) struct DepositOutcome {
    pub(crate) deposited: Deposited,
    pub(crate) client_secret: Option<ClientSecret>,
}

/// Who drives a deposit.
struct Driver<'a> {
    /// Whether somebody waits for it; otherwise what was not tried yet is given up.
    waits: bool,
    answered: Option<&'a Answered<Deposited>>,
    at: Timestamp,
}

impl Charges {
    /// Fills a wallet by card: the deposit, succeeded, failed, or waiting for the user or the bank.
    ///
    /// # Errors
    /// The wallet would hold too much. When the processor is down, trying again with the same key
    /// goes on with the same deposit.
    pub(crate) async fn deposit(
        &self,
        user: UserId,
        amount: Money,
        payment_method: String,
        answered: &Answered<Deposited>,
        at: Timestamp,
    ) -> Result<DepositOutcome, PaymentsError> {
        let store = &self.payments.store;
        let id = DepositId::derive(&answered.operation().id.to_string(), "deposit");
        let fresh = Deposit::start(id, user, amount, payment_method, at);
        // Found out before the card is charged; what races past it is still far from what a
        // balance can count.
        let holds = store.wallet(user).await?.balance(amount.currency);
        if holds.minor.saturating_add(amount.minor) > Money::MAX_GIVEN {
            return Err(PaymentsError::invalid(
                "/amount",
                "is too large for the wallet",
            ));
        }
        let deposit = match store.start_deposit(&fresh).await {
            Ok(()) => fresh,
            // An earlier run of the same request has come so far.
            Err(StoreError::Stale) => self.known_deposit(id).await?,
            Err(error) => return Err(error.into()),
        };
        let driver = Driver {
            waits: true,
            answered: Some(answered),
            at,
        };
        self.drive_deposit(deposit, &driver).await
    }

    /// Looks where a deposit stands, and takes it on from there or gives it up.
    ///
    /// # Errors
    /// The processor or the table is down.
    pub async fn look_at_deposit(&self, id: DepositId, at: Timestamp) -> Result<(), PaymentsError> {
        let Some(deposit) = self.payments.store.deposit(id).await? else {
            return Ok(());
        };
        let driver = Driver {
            waits: false,
            answered: None,
            at,
        };
        self.drive_deposit(deposit, &driver).await.map(drop)
    }

    /// Goes on with deposits that stand still; how many there were.
    ///
    /// # Errors
    /// The first thing that went wrong; the other deposits were looked after all the same.
    pub async fn resume_deposits(&self, at: Timestamp) -> Result<u64, PaymentsError> {
        let mut first_error = None;
        let mut resumed = 0;
        for id in self.payments.store.standing_deposits(at).await? {
            match self.look_at_deposit(id, at).await {
                Ok(()) => resumed += 1,
                Err(error) => {
                    first_error.get_or_insert(error);
                }
            }
        }
        first_error.map_or(Ok(resumed), Err)
    }

    async fn drive_deposit(
        &self,
        mut deposit: Deposit,
        driver: &Driver<'_>,
    ) -> Result<DepositOutcome, PaymentsError> {
        for _ in 0..STEPS {
            let (next, client_secret) = match deposit.stage {
                DepositStage::Succeeded | DepositStage::Failed => {
                    return self.outcome(deposit).await;
                }
                DepositStage::Started => (Some(self.intend_deposit(&deposit, driver).await?), None),
                DepositStage::Charging | DepositStage::AwaitingAction => {
                    self.charge_deposit(&deposit, driver).await?
                }
            };
            let Some(after) = next else {
                let deposited = Deposited {
                    deposit,
                    line: None,
                };
                return Ok(DepositOutcome {
                    deposited,
                    client_secret,
                });
            };
            deposit = self.advance_deposit(&deposit, after, driver).await?;
        }
        Err(PaymentsError::Busy)
    }

    /// Makes an intent. No money moves by it.
    async fn intend_deposit(
        &self,
        deposit: &Deposit,
        driver: &Driver<'_>,
    ) -> Result<Deposit, PaymentsError> {
        if !driver.waits {
            return Ok(deposit.failed(abandoned(), driver.at));
        }
        let customer = self.payments.store.customer(deposit.user_id).await?;
        let new = NewIntent {
            reference: &deposit.id.to_string(),
            amount: deposit.amount,
            payment_method: &deposit.payment_method,
            customer: customer.as_deref(),
        };
        match self.processor.create(new).await {
            Ok(intent) => Ok(deposit.charging(intent.id, driver.at)),
            Err(ProcessorError::Refused { failure, .. }) => Ok(deposit.failed(failure, driver.at)),
            Err(error) => Err(error.into()),
        }
    }

    /// Charges the card, or asks how far that is. None while nothing is to be written down.
    async fn charge_deposit(
        &self,
        deposit: &Deposit,
        driver: &Driver<'_>,
    ) -> Result<(Option<Deposit>, Option<ClientSecret>), PaymentsError> {
        let at = driver.at;
        let id = deposit.intent.as_deref().unwrap_or_default();
        let mut intent = match deposit.stage {
            DepositStage::Charging if driver.waits => self.processor.confirm(id).await?,
            _ => self.processor.intent(id).await?,
        };
        if matches!(intent.state, IntentState::Authorised(_)) {
            intent = self.processor.capture(id, deposit.amount).await?;
        }
        let unconfirmed = matches!(intent.state, IntentState::Created) && !driver.waits;
        let lapsed = matches!(intent.state, IntentState::RequiresAction) && deposit.has_lapsed(at);
        if unconfirmed || lapsed {
            intent = self.processor.cancel(id).await?;
        }
        let next = match intent.state {
            IntentState::Captured(_) => Some(deposit.at(DepositStage::Succeeded, at)),
            IntentState::Declined(failure) => {
                // An intent that was declined could be tried again from a browser.
                self.processor.cancel(id).await?;
                Some(deposit.failed(failure, at))
            }
            IntentState::Cancelled => Some(deposit.failed(abandoned(), at)),
            IntentState::RequiresAction if deposit.stage == DepositStage::Charging => {
                Some(deposit.at(DepositStage::AwaitingAction, at))
            }
            IntentState::RequiresAction | IntentState::Processing => None,
            IntentState::Authorised(_) | IntentState::Created => {
                return Err(ProcessorError::unavailable("the intent is not captured").into());
            }
        };
        Ok((next, intent.client_secret))
    }

    /// Writes a deposit's next stage. Where another run was first, it is what that run has made of
    /// it.
    async fn advance_deposit(
        &self,
        before: &Deposit,
        after: Deposit,
        driver: &Driver<'_>,
    ) -> Result<Deposit, PaymentsError> {
        let entry = match after.stage {
            DepositStage::Succeeded => {
                let entry = Entry::deposited(after.id, after.user_id, after.amount, driver.at)?;
                Some(entry)
            }
            _ => None,
        };
        let store = &self.payments.store;
        match store
            .advance_deposit(&after, entry.as_ref(), driver.answered)
            .await
        {
            Ok(_) => Ok(after),
            Err(PostError::AlreadyPosted | PostError::Store(StoreError::Stale)) => {
                self.known_deposit(before.id).await
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn outcome(&self, deposit: Deposit) -> Result<DepositOutcome, PaymentsError> {
        let line = match deposit.stage {
            DepositStage::Succeeded => {
                let entry = Entry::id_of(crate::ledger::Kind::WalletDeposited, deposit.id);
                self.payments
                    .store
                    .wallet_line(deposit.user_id, entry)
                    .await?
            }
            _ => None,
        };
        Ok(DepositOutcome {
            deposited: Deposited { deposit, line },
            client_secret: None,
        })
    }

    async fn known_deposit(&self, id: DepositId) -> Result<Deposit, PaymentsError> {
        let deposit = self.payments.store.deposit(id).await?;
        deposit.ok_or(PaymentsError::NotFound)
    }
}

fn abandoned() -> Failure {
    Failure {
        code: "deposit_abandoned".to_owned(),
        message: "The deposit was not finished in time.".to_owned(),
    }
}

#[cfg(test)]
mod crash;
#[cfg(test)]
mod tests;
