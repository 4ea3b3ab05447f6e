//! The ledger: what money moved, from where to where.
//!
//! Every movement is one [`Entry`] whose postings balance; entries are added and never changed.
//! What an account holds is the sum of its postings, and [`Books`] is that sum.

mod account;
mod books;
mod day;
mod entry;
mod wallet;

pub use account::{Account, Side};
pub use books::{Books, Sums, Wallets};
pub use day::Day;
pub use entry::{Entry, EntryError, Kind, Posting, Tender, WalletChange};
pub use wallet::{Wallet, WalletError, WalletTransaction};

kernel::ids! {
    /// An entry of the journal. It derives from what caused it, so that a cause posts once.
    EntryId "ent";
    /// A line of a wallet's history: the entry that changed the wallet.
    WalletTransactionId "wtx";
    /// A deposit into a wallet.
    DepositId "dep";
    /// A withdrawal from a wallet.
    WithdrawalId "wdr";
}

#[cfg(test)]
mod tests;
