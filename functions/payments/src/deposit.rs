//! Deposits: a card fills a wallet.
//!
//! As with a payment, each stage is written down before the next step is taken, and each step is
//! safe to take again.

use std::time::Duration;

use kernel::{Money, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::ledger::{DepositId, WalletTransaction};
use crate::processor::Failure;

/// How far a deposit has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DepositStage {
    /// It is written down, and nothing was asked of the processor that could move money.
    Started,
    /// The processor has an intent, and may have taken the money.
    Charging,
    /// The user must answer their bank.
    AwaitingAction,
    /// The money is in the wallet.
    Succeeded,
    /// Nothing was taken.
    Failed,
}

/// How long a deposit may stand before it is looked after: longer than a request lives.
const STILL: Duration = Duration::from_mins(1);
/// How long a user may take to answer their bank.
const PATIENCE: Duration = Duration::from_mins(15);

/// A deposit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deposit {
    /// Its id.
    pub id: DepositId,
    /// Whose wallet.
    pub user_id: UserId,
    /// How much.
    pub amount: Money,
    /// The card, by the processor's token.
    pub payment_method: String,
    /// How far it has come.
    pub stage: DepositStage,
    /// The processor's intent.
    pub intent: Option<String>,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// Rises by one with every change.
    pub version: u64,
    /// When it began.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A deposit, and what it did to the wallet where it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deposited {
    /// The deposit.
    pub deposit: Deposit,
    /// The line that it has made in the wallet.
    pub line: Option<WalletTransaction>,
}

impl Deposit {
    /// A deposit that begins.
    pub const fn start(
        id: DepositId,
        user_id: UserId,
        amount: Money,
        payment_method: String,
        at: Timestamp,
    ) -> Self {
        Self {
            id,
            user_id,
            amount,
            payment_method,
            stage: DepositStage::Started,
            intent: None,
            failure: None,
            version: 1,
            created_at: at,
            updated_at: at,
        }
    }

    /// The deposit at another stage.
    #[must_use]
    pub fn at(&self, stage: DepositStage, at: Timestamp) -> Self {
        Self {
            stage,
            version: self.version + 1,
            updated_at: at.max(self.updated_at),
            ..self.clone()
        }
    }

    /// The deposit that the processor has an intent for.
    #[must_use]
    pub fn charging(&self, intent: String, at: Timestamp) -> Self {
        Self {
            intent: Some(intent),
            ..self.at(DepositStage::Charging, at)
        }
    }

    /// The deposit that came to nothing.
    #[must_use]
    pub fn failed(&self, failure: Failure, at: Timestamp) -> Self {
        Self {
            failure: Some(failure),
            ..self.at(DepositStage::Failed, at)
        }
    }

    /// Whether its request can be answered for good: it is over, or the user must act.
    pub const fn is_answer(&self) -> bool {
        matches!(
            self.stage,
            DepositStage::Succeeded | DepositStage::Failed | DepositStage::AwaitingAction
        )
    }

    /// When somebody should look after it, should nothing happen before.
    pub fn looked_after_at(&self) -> Option<Timestamp> {
        let wait = match self.stage {
            DepositStage::Succeeded | DepositStage::Failed => return None,
            DepositStage::AwaitingAction => PATIENCE,
            DepositStage::Started | DepositStage::Charging => STILL,
        };
        Some(self.updated_at.plus(wait))
    }

    /// Whether its user has let the time go by to answer their bank.
    pub fn has_lapsed(&self, now: Timestamp) -> bool {
        self.stage == DepositStage::AwaitingAction
            && self.looked_after_at().is_some_and(|until| until <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::CurrencyCode;

    #[test]
    fn a_deposit_is_looked_after_until_it_is_over() {
        let now = Timestamp::from_millis(1_800_000_000_000);
        let amount = Money::new(500, CurrencyCode::USD);
        let id = DepositId::derive("", "d");
        let user = UserId::derive("", "u");
        let started = Deposit::start(id, user, amount, "pm_1".to_owned(), now);
        let charging = started.charging("pi_1".to_owned(), now);
        let awaiting = charging.at(DepositStage::AwaitingAction, now);
        let succeeded = charging.at(DepositStage::Succeeded, now);
        for (deposit, minutes) in [
            (&started, Some(1)),
            (&charging, Some(1)),
            (&awaiting, Some(15)),
            (&succeeded, None),
        ] {
            let expected = minutes.map(|minutes| now.plus(Duration::from_mins(minutes)));
            assert_eq!(deposit.looked_after_at(), expected, "{:?}", deposit.stage);
        }
        assert!(!awaiting.has_lapsed(now.plus(Duration::from_mins(14))));
        assert!(awaiting.has_lapsed(now.plus(Duration::from_mins(15))));
        assert!(!charging.has_lapsed(now.plus(Duration::from_mins(60))));
        assert_eq!(awaiting.version, 3);
        let earlier = now.minus(Duration::from_mins(1));
        assert_eq!(
            awaiting.at(DepositStage::Succeeded, earlier).updated_at,
            now
        );
    }
}
