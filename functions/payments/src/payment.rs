//! A payment of an order, and the stages that it goes through.
//!
//! Each stage is written down before the next step is taken, and each step is safe to take again.
//! So whoever finds a payment that stands still, after a crash or a lost answer, knows what may have
//! been done and can go on from there or undo it.
//!
//! ```text
//! Started ─► Opened ─► Authorising ─► Capturing ─► Captured
//!              │           │ ▲            ▲
//!              │           ▼ │            │          by hand:
//!              │    AwaitingAction        │          Authorising ─► Confirmed ─► Capturing
//!              └──(no card)───────────────┘
//! any of them but the last two ─► Unwinding ─► Failed
//! ```

use std::fmt;
use std::time::Duration;

use kernel::{Amount, Faults, Money, MoneyError, OrderId, PaymentId, Timestamp, TokenHash, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ledger::Tender;
use crate::processor::{Failure, step};
use crate::refund::Share;

#[cfg(test)]
mod tests;

/// What an order is paid with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PayBy {
    /// A card alone.
    Card,
    /// The payer's wallet alone.
    Wallet,
    /// The wallet first, and a card for the rest.
    Split,
}

/// How far a payment has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// It is written down, and the order may have heard of it.
    Started,
    /// The order waits for it, and the wallet's part is held.
    Opened,
    /// The processor has an intent for the card's part, and may hold the money.
    Authorising,
    /// The shopper must answer their bank.
    AwaitingAction,
    /// All money is held and the order's stock is its own; the shop captures it by hand.
    Confirmed,
    /// The processor is told to capture, and may have.
    Capturing,
    /// The money is ours.
    Captured,
    /// What was held is being let go.
    Unwinding,
    /// Nothing is held.
    Failed,
}

impl Stage {
    /// Every stage.
    pub const ALL: [Self; 9] = [
        Self::Started,
        Self::Opened,
        Self::Authorising,
        Self::AwaitingAction,
        Self::Confirmed,
        Self::Capturing,
        Self::Captured,
        Self::Unwinding,
        Self::Failed,
    ];

    /// Whether nothing happens any more.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Captured | Self::Failed)
    }
}

/// What is written down next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Move {
    /// The order has said what is due, and the wallet's part of it is held.
    Open(Tender, Vec<Share>),
    /// The processor has made an intent.
    Intend(String),
    /// The bank asks the shopper.
    Ask,
    /// Everything is held, the order is confirmed, and the shop will capture by hand.
    Confirm,
    /// So much is to be captured.
    Capture(Tender),
    /// It was captured.
    Take,
    /// It comes to nothing.
    GiveUp(Failure),
    /// Nothing is held any more.
    Fail,
}

/// What a stage does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a payment that is {0:?} does not go there")]
pub struct Illegal(pub Stage);

/// What is to be done next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Ask the order what is due.
    Begin,
    /// Make an intent for the card's part.
    Intend(Money),
    /// Ask the bank to hold the card's part, or how far it is.
    Authorise,
    /// Make the stock the order's own.
    Confirm,
    /// Take the money.
    Capture(Tender),
    /// Let everything go.
    Unwind,
    /// Nothing: somebody else is to act, or it is over.
    Rest,
}

/// A payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// Its id.
    pub id: PaymentId,
    /// What it pays.
    pub order_id: OrderId,
    /// Who pays; a guest has none.
    pub user_id: Option<UserId>,
    /// What a guest is known again by: the hash of the order's token.
    pub guest: Option<TokenHash>,
    /// With what.
    pub by: PayBy,
    /// The card, by the processor's token.
    pub payment_method: Option<String>,
    /// How much of a split the wallet is to pay; as much as it has where nothing is said.
    pub wallet_asked: Option<Amount>,
    /// How far it has come.
    pub stage: Stage,
    /// What is due, by card and by wallet; not known before the order has said.
    pub due: Option<Tender>,
    /// What of it is for which part of the order.
    pub shares: Vec<Share>,
    /// The processor's intent for the card's part.
    pub intent: Option<String>,
    /// Whether the bank's promise stands in the ledger.
    pub authorised: bool,
    /// What is to be captured, or was.
    pub captured: Option<Tender>,
    /// Why it came to nothing.
    pub failure: Option<Failure>,
    /// Rises by one with every change.
    pub version: u64,
    /// When it began.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// How long a payment may stand before it is looked after: longer than a request that moves it lives.
const STILL: Duration = Duration::from_mins(1);
/// How long a shopper may take to answer their bank: as long as an order's stock is held.
const PATIENCE: Duration = Duration::from_mins(15);
/// How long a bank's promise is relied upon; most are good for a week.
const PROMISE: Duration = Duration::from_hours(6 * 24);

impl Payment {
    /// The payment after a move.
    ///
    /// # Errors
    /// Its stage does not allow it.
    pub fn after(&self, next: Move, at: Timestamp) -> Result<Self, Illegal> {
        let stage = self.stage_after(&next).ok_or(Illegal(self.stage))?;
        let mut after = self.clone();
        after.stage = stage;
        after.version += 1;
        after.updated_at = at.max(self.updated_at);
        match next {
            Move::Open(due, shares) => {
                after.due = Some(due);
                after.shares = shares;
            }
            Move::Intend(intent) => after.intent = Some(intent),
            Move::Confirm => after.authorised = self.has_card(),
            Move::Capture(tender) => {
                after.authorised = self.has_card();
                after.captured = Some(tender);
            }
            Move::GiveUp(failure) => {
                after.failure = Some(failure);
                after.captured = None;
            }
            Move::Ask | Move::Take | Move::Fail => {}
        }
        Ok(after)
    }

    fn stage_after(&self, next: &Move) -> Option<Stage> {
        use Stage::{
            Authorising, AwaitingAction, Captured, Capturing, Confirmed, Failed, Opened, Started,
            Unwinding,
        };
        let held = match self.stage {
            Opened => !self.has_card(),
            Authorising | AwaitingAction => true,
            _ => false,
        };
        match (next, self.stage) {
            (Move::Open(..), Started) => Some(Opened),
            (Move::Intend(_), Opened) if self.has_card() => Some(Authorising),
            (Move::Ask, Authorising) => Some(AwaitingAction),
            (Move::Confirm, _) if held => Some(Confirmed),
            (Move::Capture(_), _) if held || self.stage == Confirmed => Some(Capturing),
            (Move::Take, Capturing) => Some(Captured),
            (Move::GiveUp(_), Captured | Failed | Unwinding) => None,
            (Move::GiveUp(_), _) => Some(Unwinding),
            (Move::Fail, Unwinding) => Some(Failed),
            _ => None,
        }
    }

    /// What is to be done next.
    pub fn step(&self) -> Step {
        match self.stage {
            Stage::Started => Step::Begin,
            Stage::Opened => match self.card() {
                Some(card) => Step::Intend(card),
                None => Step::Confirm,
            },
            Stage::Authorising | Stage::AwaitingAction => Step::Authorise,
            Stage::Capturing => self.captured.map_or(Step::Unwind, Step::Capture),
            Stage::Unwinding => Step::Unwind,
            Stage::Confirmed | Stage::Captured | Stage::Failed => Step::Rest,
        }
    }

    /// When somebody should look after it, should nothing happen before.
    pub fn looked_after_at(&self) -> Option<Timestamp> {
        let wait = match self.stage {
            Stage::Captured | Stage::Failed => return None,
            Stage::AwaitingAction => PATIENCE,
            Stage::Confirmed => PROMISE,
            _ => STILL,
        };
        Some(self.updated_at.plus(wait))
    }

    /// Whether its shopper, or the shop, has let the time go by in which they were to act.
    pub fn has_lapsed(&self, now: Timestamp) -> bool {
        let waits = matches!(self.stage, Stage::AwaitingAction | Stage::Confirmed);
        waits && self.looked_after_at().is_some_and(|until| until <= now)
    }

    /// What the card is to pay; none where nothing.
    pub fn card(&self) -> Option<Money> {
        let due = self.due.filter(|due| due.card > 0)?;
        Some(Money::new(due.card, due.currency))
    }

    /// What the wallet is to pay; none where nothing.
    pub fn wallet(&self) -> Option<Money> {
        let due = self.due.filter(|due| due.wallet > 0)?;
        Some(Money::new(due.wallet, due.currency))
    }

    /// Whether its request can be answered for good: it is over, or the shopper must act.
    pub const fn is_answer(&self) -> bool {
        matches!(
            self.stage,
            Stage::Captured | Stage::Failed | Stage::AwaitingAction | Stage::Confirmed
        )
    }

    fn has_card(&self) -> bool {
        self.card().is_some()
    }

    /// How an amount is paid: by card and by wallet, which has `available`.
    ///
    /// Where nobody said how much the wallet is to pay, it leaves the card what a card can be charged.
    ///
    /// # Errors
    /// The wallet is asked for more than is due, or for an amount that its currency does not have, or
    /// that leaves the card what it cannot be charged.
    pub fn share(&self, amount: Money, available: Money) -> Result<Tender, Faults> {
        let place = "/walletAmount";
        let step = step(amount.currency);
        let mut faults = Faults::new();
        let wallet = match (self.by, self.wallet_asked) {
            (PayBy::Card, _) => 0,
            (PayBy::Wallet, _) => amount.minor,
            (PayBy::Split, None) => {
                let wallet = available.minor.clamp(0, amount.minor);
                let over = (amount.minor - wallet) % step;
                if over == 0 {
                    wallet
                } else {
                    (wallet + over - step).max(0)
                }
            }
            (PayBy::Split, Some(asked)) => match asked.in_currency(amount.currency) {
                Ok(asked) => asked.minor,
                Err(broken) => {
                    faults.add(place, broken);
                    0
                }
            },
        };
        if wallet > amount.minor {
            faults.add(place, format!("must be at most {amount}, which is due"));
        } else if faults.is_empty()
            && self.by == PayBy::Split
            && (amount.minor - wallet) % step != 0
        {
            let step = Money::new(step, amount.currency);
            faults.add(place, format!("must leave the card a multiple of {step}"));
        }
        faults.into_result()?;
        Ok(Tender {
            card: amount.minor - wallet,
            wallet,
            currency: amount.currency,
        })
    }

    /// What is taken from where when so much of what is due is captured: of the wallet first, which
    /// costs no fee. None where it is more than is due, or nothing, or not what a card can be charged.
    pub fn part(&self, amount: Option<Money>) -> Option<Tender> {
        let due = self.due?;
        let Some(amount) = amount else {
            return Some(due);
        };
        let total = due.total().ok()?;
        if amount.currency != due.currency || amount.minor <= 0 || amount.minor > total.minor {
            return None;
        }
        let wallet = due.wallet.min(amount.minor);
        let card = amount.minor - wallet;
        (card % step(due.currency) == 0).then_some(Tender {
            card,
            wallet,
            currency: due.currency,
        })
    }

    /// What it is of in all: what was captured, or else what is due.
    ///
    /// # Errors
    /// More than 64 bits.
    pub fn amount(&self) -> Result<Option<Money>, MoneyError> {
        let of = self.captured.or(self.due);
        of.map(Tender::total).transpose()
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Started | Self::Opened | Self::Authorising | Self::Capturing => "under way",
            Self::AwaitingAction => "waiting for the shopper",
            Self::Confirmed => "authorised",
            Self::Captured => "captured",
            Self::Unwinding | Self::Failed => "failed",
        })
    }
}
