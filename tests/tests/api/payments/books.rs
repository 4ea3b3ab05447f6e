//! The books, when all tests have moved what they move.

use aws::{Aws, Environment};
use edge::App;
use kernel::{Clock, SystemClock};
use payments::Payments;
use testkit::{BY_QUEUE, eventually};

/// What was posted to every account and every wallet of the stage, added up again, is what they hold;
/// and debits are credits.
#[test]
#[ignore = "is of what all other tests leave: `cargo xtask test` runs it after them"]
fn every_account_and_wallet_is_the_sum_of_its_postings_after_all_tests() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let payments = runtime.block_on(async {
        let aws = Aws::connect(Environment::process()).await.unwrap();
        Payments::start(&aws).await.unwrap()
    });
    let mut told = String::new();
    // The last events may be on their way yet.
    let books = eventually("books that agree", BY_QUEUE, || {
        runtime.block_on(async {
            let replayed = payments.replay(SystemClock.now()).await.unwrap();
            let totals = payments.trial_balance().await.unwrap();
            let mut wrong = String::new();
            if totals.accounts != replayed.accounts {
                let (totals, replayed) = (&totals.accounts, &replayed.accounts);
                wrong = format!("the totals are {totals:?}\nand the entries {replayed:?}\n");
            }
            for ((user, currency), sum) in &replayed.wallets {
                let balance = payments.wallet(*user).await.unwrap().balance(*currency);
                if i128::from(balance.minor) != *sum {
                    wrong += &format!("{user} has {balance}, and the entries {sum}\n");
                }
                assert!(!balance.is_negative(), "{user} has {balance}");
            }
            if told != wrong {
                eprint!("{wrong}");
                told.clone_from(&wrong);
            }
            wrong.is_empty().then_some(replayed)
        })
    });
    assert!(books.accounts.len() >= 3, "tests pay in several currencies");
    assert!(!books.wallets.is_empty());
    for currency in books.accounts.keys() {
        assert_eq!(books.total(*currency).difference(), 0, "{currency}");
    }
}
