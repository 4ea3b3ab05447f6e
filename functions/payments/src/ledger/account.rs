//! The chart of accounts.

use kernel::UserId;
use serde::{Deserialize, Serialize};

/// The side of an account that a posting is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// Adds to what the shop has and spends.
    Debit,
    /// Adds to what the shop owes and earns.
    Credit,
}

/// An account. Each currency has all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Account {
    /// What the processor of cards holds for the shop: an asset.
    Processor,
    /// What is in users' wallets: owed to them. A posting names the user, whose part of it is the
    /// balance of a wallet.
    Wallets(UserId),
    /// What payments under way have taken out of wallets: owed until it is earned or returned.
    Held,
    /// What users have withdrawn and the bank has not yet sent: owed.
    Payouts,
    /// What was paid for orders: earned.
    Sales,
    /// What of it went back: it lessens what was earned.
    Refunds,
    /// What the processor keeps for its work: spent.
    Fees,
    /// What card holders' banks took back: spent, unless the dispute is won.
    Disputes,
    /// Cards' promises that were not used yet. Nothing has moved, so it stands beside the books,
    /// against [`Promises`](Self::Promises).
    Authorised,
    /// The other side of [`Authorised`](Self::Authorised).
    Promises,
}

impl Account {
    /// The names of all, in the order that a trial balance has them in.
    pub const NAMES: [&'static str; 10] = [
        "processor",
        "wallets",
        "held",
        "payouts",
        "sales",
        "refunds",
        "fees",
        "disputes",
        "authorised",
        "promises",
    ];

    /// Its name in the trial balance, which has the wallets of all users in one line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Processor => "processor",
            Self::Wallets(_) => "wallets",
            Self::Held => "held",
            Self::Payouts => "payouts",
            Self::Sales => "sales",
            Self::Refunds => "refunds",
            Self::Fees => "fees",
            Self::Disputes => "disputes",
            Self::Authorised => "authorised",
            Self::Promises => "promises",
        }
    }
}
