//! `/api/v1/payments` and `/api/v1/wallet`.

mod books;
mod deployed_webhooks;
mod methods;
mod paying;
mod secrets;
mod wallet;
mod webhooks;

use serde_json::{Value, json};
use testkit::{Api, BY_QUEUE, Reply, Stage, eventually};

use crate::orders::path;

/// What the local cloud says of itself.
fn setting(name: &str) -> String {
    let found = aws::Environment::process().optional(name);
    found.unwrap_or_else(|| panic!("the variable {name} is missing; `cargo xtask test` sets it"))
}

/// The books of the whole stage, whatever else moves money there.
fn trial_balance_is_zero() {
    let auditor = Stage::from_env().holder_of("ADMIN_TOKEN");
    let books = auditor.get("/api/v1/payments/ledger/trial-balance");
    for currency in books.expect(200).data().as_array().unwrap() {
        assert_eq!(currency["difference"].as_f64(), Some(0.0), "{currency}");
        assert_eq!(currency["debits"], currency["credits"]);
        assert_ne!(currency["accounts"], json!([]));
    }
}

fn pay(payer: &Api, wish: &Value) -> Reply {
    payer.post("/api/v1/payments", wish)
}

fn pay_once(payer: &Api, wish: &Value, key: &str) -> Reply {
    payer
        .ask("POST", "/api/v1/payments")
        .key(key)
        .json(wish)
        .send()
}

/// Waits until an order is as it should be.
fn await_order(owner: &Api, order: &Value, is_so: impl Fn(&Value) -> bool) {
    eventually("the order", BY_QUEUE, || {
        is_so(&owner.get(&path(order)).expect(200).data()).then_some(())
    });
}
