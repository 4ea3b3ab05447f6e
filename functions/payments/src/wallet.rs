//! Wallets: seeing what is in them, and taking money out.

use aws::Answered;
use kernel::{CurrencyCode, Cursor, Limit, Money, Page, Timestamp, UserId};

use crate::Payments;
use crate::error::PaymentsError;
use crate::ledger::{Entry, Kind, Wallet, WalletTransaction, WithdrawalId};
use crate::store::PostError;

/// What cursors of histories are sealed with. The user comes from the request.
const HISTORY: &str = "wallet-transactions";

impl Payments {
    /// The currency that was named, or the shop's own.
    pub(crate) fn currency(&self, named: Option<CurrencyCode>) -> CurrencyCode {
        named.unwrap_or(self.currency)
    }

    /// A user's wallet.
    ///
    /// # Errors
    /// When the table fails.
    pub async fn wallet(&self, user: UserId) -> Result<Wallet, PaymentsError> {
        Ok(self.store.wallet(user).await?)
    }

    /// A page of a wallet's history, the last first.
    ///
    /// # Errors
    /// A cursor of another list.
    pub async fn wallet_transactions(
        &self,
        user: UserId,
        cursor: Option<&Cursor>,
        limit: Limit,
    ) -> Result<Page<WalletTransaction>, PaymentsError> {
        let before = cursor
            .map(|cursor| cursor.open::<u64>(HISTORY))
            .transpose()
            .map_err(|error| PaymentsError::invalid("/cursor", error))?;
        let (items, next) = self.store.wallet_lines(user, before, limit).await?;
        let next = next.and_then(|number| Cursor::seal(&number, HISTORY).ok());
        Ok(Page { items, next })
    }

    /// Takes money out of a wallet, for the bank to send.
    ///
    /// # Errors
    /// There is not enough in it.
    pub async fn withdraw(
        &self,
        user: UserId,
        amount: Money,
        answered: &Answered<WalletTransaction>,
        at: Timestamp,
    ) -> Result<WalletTransaction, PaymentsError> {
        let operation = answered.operation().id.to_string();
        let withdrawal = WithdrawalId::derive(&operation, Kind::WalletWithdrawn.as_str());
        let entry = Entry::withdrawn(withdrawal, user, amount, at)?;
        let posted = self.store.post(&entry, |transaction, line| match line {
            Some(line) => transaction.once(answered, line),
            None => transaction,
        });
        self.line_of(&entry, user, posted.await).await
    }

    /// The line of a wallet that an entry has made, now or when it was first posted.
    pub(crate) async fn line_of(
        &self,
        entry: &Entry,
        user: UserId,
        posted: Result<Option<WalletTransaction>, PostError>,
    ) -> Result<WalletTransaction, PaymentsError> {
        let line = match posted {
            Ok(line) => line,
            Err(PostError::AlreadyPosted) => self.store.wallet_line(user, entry.id()).await?,
            Err(error) => return Err(error.into()),
        };
        line.ok_or(PaymentsError::Fault("an entry without its line"))
    }
}
