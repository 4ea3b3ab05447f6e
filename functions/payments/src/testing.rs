//! The service on a table of the test's own in the local cloud.

use std::sync::LazyLock;
use std::time::Duration;

use aws::{Answered, Aws, Environment, TableError};
use edge::App;
use kernel::{Clock, CurrencyCode, Money, OperationId, SystemClock, Timestamp, UserId};
use manifest::resources::{PAYMENTS, STRIPE_KEY};
use manifest::settings::STRIPE_URL;
use tokio::time::Instant;

use crate::error::PaymentsError;
use crate::ledger::{Books, DepositId, Entry};
use crate::processor::{BalanceTransaction, ProcessorError};
use crate::{Charges, Payments};

/// When the tests begin.
pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

/// When they really begin, by the clock that the processor's stand-in goes by too.
static BEGAN: LazyLock<Timestamp> = LazyLock::new(|| SystemClock.now());

/// For how long somebody tries again who is told to.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) async fn payments() -> Payments {
    let aws = aws::testing::cloud(&[&PAYMENTS]).await.unwrap();
    Payments::start(&aws).await.unwrap()
}

/// Where the processor's stand-in is.
pub(crate) fn stripe() -> String {
    let found = Environment::process().optional(STRIPE_URL.env);
    found.expect("STRIPE_URL names the local Stripe; `cargo xtask test` starts one")
}

/// A table of the test's own, and a key to the processor.
pub(crate) async fn cloud() -> Aws {
    LazyLock::force(&BEGAN);
    let aws = aws::testing::cloud(&[&PAYMENTS]).await.unwrap();
    let key = aws::testing::create_secret(&aws, "sk_test_of_the_tests").await;
    let environment = aws.environment().clone();
    Aws::connect(environment.with(STRIPE_KEY.env(), key.unwrap()))
        .await
        .unwrap()
}

/// The service with the processor at a URL.
pub(crate) async fn charges_on(aws: &Aws, url: &str) -> Charges {
    let environment = aws.environment().clone().with(STRIPE_URL.env, url);
    let aws = Aws::connect(environment).await.unwrap();
    Charges::start(&aws).await.unwrap()
}

/// The service with the processor, on a table of the test's own.
pub(crate) async fn charges() -> Charges {
    charges_on(&cloud().await, &stripe()).await
}

/// Asks as a client does who is told to try again later. On a machine that does other things as well
/// the processor or the table may be late, and many who want one thing may wear each other out.
pub(crate) async fn patiently<T, F>(mut ask: impl FnMut() -> F) -> Result<T, PaymentsError>
where
    F: Future<Output = Result<T, PaymentsError>>,
{
    let until = Instant::now() + PATIENCE;
    loop {
        match ask().await {
            Err(error) if is_of_a_moment(&error) && Instant::now() < until => {}
            outcome => return outcome,
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
}

/// Whether an error says that the same may be asked again.
pub(crate) const fn is_of_a_moment(error: &PaymentsError) -> bool {
    matches!(
        error,
        PaymentsError::Busy
            | PaymentsError::Processor(ProcessorError::Unavailable(_))
            | PaymentsError::Table(TableError::Unavailable(_))
    )
}

/// What the processor's own books have since the tests began. All tests move money there: who read
/// the books from their beginning would read more pages the more tests there are.
pub(crate) async fn moved(charges: &Charges) -> Vec<BalanceTransaction> {
    let (mut moved, mut after) = (Vec::new(), None::<String>);
    loop {
        let read = || async {
            let page = charges
                .processor
                .balance_transactions(*BEGAN, after.as_deref());
            page.await.map_err(PaymentsError::from)
        };
        let page = patiently(read).await.unwrap();
        moved.extend(page.items);
        match page.next {
            Some(next) => after = Some(next),
            None => return moved,
        }
    }
}

/// What a shopper's browser does when the bank asks.
pub(crate) async fn authenticate(intent: &str, secret: &str, success: bool) {
    let url = format!("{}/v1/payment_intents/{intent}/_authenticate", stripe());
    let form = format!("client_secret={secret}&success={success}&key=pk_test_of_the_tests");
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let while_busy = Duration::from_secs(30);
    let answer = aws::https::Https::new(&url, while_busy, while_busy)
        .send(aws::https::Request {
            method: "POST",
            url: &url,
            headers: &headers,
            body: &form,
        })
        .await
        .unwrap();
    assert_eq!(answer.status, 200, "{:?}", String::from_utf8(answer.body));
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
