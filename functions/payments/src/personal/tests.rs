use super::*;
use crate::testing::{charges, usd, user};

#[tokio::test]
async fn a_user_is_given_what_is_held_and_is_forgotten_but_for_the_books() {
    let charges = charges().await;
    let ann = user(&fastrand::u64(..).to_string());
    charges.payments.fill(ann, usd(700), "salary").await;
    charges.save_card(ann, "pm_card_visa").await.unwrap();
    let held = charges.held_on(ann).await.unwrap();
    assert_eq!(held["savedCards"][0]["last4"], "4242");
    assert_eq!(held["walletTransactions"][0]["balanceAfter"], json!(7.00));

    for _ in 0..2 {
        charges.forget_user(ann).await.unwrap();
    }
    let held = charges.held_on(ann).await.unwrap();
    assert_eq!(held["savedCards"], json!([]));
    assert_eq!(charges.payments.store.customer(ann).await.unwrap(), None);
    let wallet = charges.payments.wallet(ann).await.unwrap();
    assert_eq!(wallet.balance(kernel::CurrencyCode::USD), usd(700));
    charges.payments.audited().await;
}
