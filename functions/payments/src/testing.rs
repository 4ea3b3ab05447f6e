//! The service on a table of the test's own in the local cloud.

use aws::Answered;
use edge::App;
use kernel::{CurrencyCode, Money, OperationId, Timestamp, UserId};
use manifest::resources::PAYMENTS;

use crate::Payments;
use crate::ledger::{Books, DepositId, Entry};

/// When the tests begin.
pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

pub(crate) async fn payments() -> Payments {
    let aws = aws::testing::cloud(&[&PAYMENTS]).await.unwrap();
    Payments::start(&aws).await.unwrap()
}

pub(crate) fn user(name: &str) -> UserId {
    UserId::derive("", name)
}

pub(crate) fn usd(minor: i64) -> Money {
    Money::new(minor, CurrencyCode::USD)
}

/// An operation of a time, of which nobody awaits the answer.
pub(crate) fn silent<T>(name: &str) -> Answered<T> {
    let parent = kernel::PaymentId::generate(NOW, [1; 10]).to_string();
    Answered::silent(OperationId::derive(&parent, name))
}

impl Payments {
    /// Puts money into a wallet, as a card would.
    pub(crate) async fn fill(&self, user: UserId, amount: Money, name: &str) {
        let deposit = DepositId::derive(&silent::<()>("fill").operation().id.to_string(), name);
        let entry = Entry::deposited(deposit, user, amount, NOW).unwrap();
        self.store
            .post(&entry, |transaction, _| transaction)
            .await
            .unwrap();
    }

    /// The books, which are in balance and are what the journal says.
    pub(crate) async fn audited(&self) -> Books {
        let replayed = self.replay(NOW).await.unwrap();
        let totals = self.trial_balance().await.unwrap();
        assert_eq!(totals.accounts, replayed.accounts);
        for currency in replayed.accounts.keys() {
            assert_eq!(replayed.total(*currency).difference(), 0, "{currency}");
        }
        for ((user, currency), sum) in &replayed.wallets {
            let wallet = self.wallet(*user).await.unwrap();
            let balance = wallet.balance(*currency).minor;
            assert_eq!(i128::from(balance), *sum, "{user} {currency}");
            assert!(balance >= 0, "{user} {currency}");
        }
        replayed
    }
}
