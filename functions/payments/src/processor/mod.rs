//! The processor of cards: what payments ask of it, in words of their own.
//!
//! A charge is made in two steps. An *intent* is made first, and no money moves by it; then it is
//! confirmed, captured or cancelled by its id, which each can happen once. So a call whose answer
//! was lost is never repeated blindly: the intent is asked where it stands.

mod breaker;
pub mod stripe;

use std::error::Error;
use std::fmt;

use kernel::{Money, Timestamp};

pub use stripe::{Stripe as Processor, step};

/// Whether a text may be a token of a card at the processor. A card's number is none, so that it is
/// neither kept nor sent on by somebody's mistake.
pub fn is_token(text: &str) -> bool {
    text.split_once('_').is_some_and(|(kind, name)| {
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        !kind.is_empty()
            && kind.bytes().all(|byte| byte.is_ascii_lowercase())
            && !name.is_empty()
            && name.bytes().all(is_word)
    })
}

/// What led to a failure.
pub(crate) type Cause = Box<dyn Error + Send + Sync>;

/// What is to be charged, and to which card.
#[derive(Debug, Clone, Copy)]
pub struct NewIntent<'a> {
    /// Our own id of what it is for: it goes along as metadata, and repeats are known by it.
    pub reference: &'a str,
    /// How much.
    pub amount: Money,
    /// The card, by the processor's token.
    pub payment_method: &'a str,
    /// Whose card it is, where it is a saved one.
    pub customer: Option<&'a str>,
}

/// A charge at the processor, where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// The processor's id of it.
    pub id: String,
    /// Where it stands.
    pub state: IntentState,
    /// What the shopper's browser finishes it with.
    pub client_secret: Option<ClientSecret>,
}

/// Where an intent stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IntentState {
    /// It was made, and nothing was tried.
    Created,
    /// The shopper must do something, such as answer their bank.
    RequiresAction,
    /// The bank has not answered yet.
    Processing,
    /// The bank holds this much for us.
    Authorised(Money),
    /// This much is ours.
    Captured(Money),
    /// It was let go, and can do nothing any more.
    Cancelled,
    /// The bank said no; nothing is held.
    Declined(Failure),
}

/// Why a card was not charged, as shoppers may read it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Failure {
    /// A stable word: `card_declined`.
    pub code: String,
    /// A sentence.
    pub message: String,
}

/// What the shopper's browser finishes an intent with. It is shown to the shopper and to nobody
/// else, so it does not print itself.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientSecret(pub(crate) String);

impl ClientSecret {
    /// The secret, for the shopper's answer.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientSecret")
    }
}

/// A saved card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Method {
    /// The processor's token.
    pub id: String,
    /// `visa`.
    pub brand: String,
    /// The last four digits.
    pub last4: String,
    /// The month it is good to the end of.
    pub exp_month: u32,
    /// The year of that month.
    pub exp_year: u32,
    /// Whose it is.
    pub customer: Option<String>,
}

/// One movement of money at the processor, as its books have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BalanceTransaction {
    /// The processor's id of it.
    pub id: String,
    /// `charge`, `refund`, `adjustment` and others, in the processor's words.
    pub kind: String,
    /// What moved the money: a charge's, refund's or dispute's id there.
    pub source: Option<String>,
    /// The intent that it belongs to.
    pub intent: Option<String>,
    /// Our own id of what it is for.
    pub reference: Option<String>,
    /// What came in; less than nothing for what went out.
    pub amount: Money,
    /// What the processor kept of it.
    pub fee: Money,
    /// When.
    pub created: Timestamp,
}

/// A part of a list at the processor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// What it holds, the latest first.
    pub items: Vec<T>,
    /// Where the rest begins.
    pub next: Option<String>,
}

/// Why the processor did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum ProcessorError {
    /// It does not answer, or has trouble of its own. What was asked may have been done.
    #[error("the processor is not available")]
    Unavailable(#[source] Cause),
    /// It answered that it will not.
    #[error("the processor refused: {} ({status})", failure.code)]
    Refused {
        /// The status of its answer.
        status: u16,
        /// Why.
        failure: Failure,
    },
    /// The call or its answer is not what it should be: a bug, or a wrong key.
    #[error("the processor was asked wrongly")]
    Fault(#[source] Cause),
}

impl ProcessorError {
    pub(crate) fn fault(why: impl Into<Cause>) -> Self {
        Self::Fault(why.into())
    }

    pub(crate) fn unavailable(why: impl Into<Cause>) -> Self {
        Self::Unavailable(why.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_told_from_a_cards_number_and_from_what_would_lead_elsewhere() {
        for token in ["pm_card_visa", "pm_1SExample", "card_1", "src_1"] {
            assert!(is_token(token), "{token}");
        }
        for other in [
            "",
            "4242424242424242",
            "4242 4242 4242 4242",
            "pm_",
            "_1",
            "PM_1",
            "pm_1/../x",
            "pm_1 x",
            "pm",
        ] {
            assert!(!is_token(other), "{other}");
        }
    }
}
