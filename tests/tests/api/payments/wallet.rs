//! `/api/v1/wallet`: filled by card, drawn on, and told of.

use serde_json::{Value, json};
use testkit::{Api, Reply, Stage, all_at_once, unique};

use super::setting;
use crate::walk::keys::served;

const WALLET: &str = "/api/v1/wallet";
const DEPOSIT: &str = "/api/v1/wallet/deposit";
const WITHDRAW: &str = "/api/v1/wallet/withdraw";
const HISTORY: &str = "/api/v1/wallet/transactions";
const TRIAL_BALANCE: &str = "/api/v1/payments/ledger/trial-balance";

fn with_card(amount: &Value, currency: &str) -> Value {
    json!({
        "amount": amount, "currency": currency, "paymentMethodId": setting("TEST_PAYMENT_METHOD"),
    })
}

fn filled(amount: f64) -> Api {
    let ann = Stage::from_env().user();
    ann.post(DEPOSIT, &with_card(&json!(amount), "USD"))
        .expect(201);
    ann
}

fn history(of: &Api) -> Vec<Value> {
    let mut lines = Vec::new();
    let mut place = format!("{HISTORY}?limit=7");
    loop {
        let page = of.get(&place).expect(200).json();
        lines.extend(page["data"].as_array().unwrap().clone());
        match page["meta"]["nextCursor"].as_str() {
            Some(cursor) => place = format!("{HISTORY}?limit=7&cursor={cursor}"),
            None => return lines,
        }
    }
}

#[test]
fn a_wallet_is_filled_drawn_on_and_tells_how_it_came_to_what_it_is() {
    let ann = Stage::from_env().user();
    let empty = ann.get(WALLET).expect(200).data();
    assert_eq!(
        empty,
        json!({ "balance": 0.00, "currency": "USD", "balances": [], "version": 0 })
    );
    let made = ann
        .post(DEPOSIT, &with_card(&json!("50.00"), "USD"))
        .expect(201);
    assert!(
        made.header("location").unwrap().ends_with(HISTORY),
        "{made}"
    );
    let deposit = made.data();
    for (field, value) in [
        ("type", json!("deposit")),
        ("status", json!("succeeded")),
        ("amount", json!(50.00)),
        ("balanceAfter", json!(50.00)),
        ("currency", json!("USD")),
    ] {
        assert_eq!(deposit[field], value, "{field}");
    }
    let withdrawal = ann
        .post(WITHDRAW, &json!({ "amount": 20.5 }))
        .expect(201)
        .data();
    assert_eq!(withdrawal["status"], "pending");
    assert_eq!(withdrawal["balanceAfter"], json!(29.50));
    let wallet = ann.get(WALLET).expect(200);
    assert_eq!(wallet.header("etag"), Some("\"v2\""));
    assert_eq!(wallet.data()["balance"], json!(29.50));
    assert_eq!(history(&ann), [withdrawal, deposit]);

    let short = ann.post(WITHDRAW, &json!({ "amount": 29.51 }));
    let short = short.refuse(409, "insufficient_funds").json();
    assert_eq!(short["available"], json!(29.50));
    assert_eq!(history(&Stage::from_env().user()), [] as [Value; 0]);
}

#[test]
fn each_currency_has_a_balance_of_its_own_with_its_own_decimals() {
    let ann = Stage::from_env().user();
    for (code, amount, after) in [
        ("JPY", "500", "500"),
        ("KWD", "1.250", "1.250"),
        ("USD", "0.50", "0.50"),
    ] {
        let deposit = ann
            .post(DEPOSIT, &with_card(&json!(amount), code))
            .expect(201);
        let exact = format!("\"balanceAfter\":{after},");
        assert!(deposit.text().contains(&exact), "{deposit}");
    }
    for (code, amount) in [("JPY", "0.5"), ("KWD", "0.0005"), ("USD", "0.005")] {
        let broken = ann.post(WITHDRAW, &json!({ "amount": amount, "currency": code }));
        assert_eq!(broken.expect(422).pointers(), ["/amount"], "{code}");
    }
    ann.post(WITHDRAW, &json!({ "amount": 1, "currency": "EUR" }))
        .refuse(409, "insufficient_funds");
    ann.post(WITHDRAW, &json!({ "amount": "0.25", "currency": "KWD" }))
        .expect(201);
    let dinars = ann.get("/api/v1/wallet?currency=KWD").expect(200);
    assert!(
        dinars
            .text()
            .contains("\"balance\":1.000,\"currency\":\"KWD\""),
        "{dinars}"
    );
    let balances = dinars.data()["balances"].as_array().unwrap().len();
    assert_eq!(balances, 3);
}

#[test]
fn faults_are_told_together_and_change_nothing() {
    let ann = filled(10.00);
    let cases: [(&str, Value, &[&str]); 8] = [
        (DEPOSIT, json!({}), &["/amount", "/paymentMethodId"]),
        (
            DEPOSIT,
            json!({ "amount": -1, "paymentMethodId": 7, "role": "admin" }),
            &["/amount", "/paymentMethodId", "/role"],
        ),
        (
            DEPOSIT,
            json!({ "amount": 0, "paymentMethodId": "pm_card_visa" }),
            &["/amount"],
        ),
        (WITHDRAW, json!({}), &["/amount"]),
        (
            WITHDRAW,
            json!({ "amount": "0.005", "currency": "USD", "note": "all of it" }),
            &["/amount", "/note"],
        ),
        (
            WITHDRAW,
            json!({ "amount": "1e3", "currency": "DOLLAR" }),
            &["/amount", "/currency"],
        ),
        (WITHDRAW, json!({ "amount": 0 }), &["/amount"]),
        (
            WITHDRAW,
            json!({ "amount": 1, "userId": "usr_1" }),
            &["/userId"],
        ),
    ];
    for (path, body, pointers) in cases {
        let refused = ann.post(path, &body).refuse(422, "validation_failed");
        assert_eq!(refused.pointers(), pointers, "{path} {body}");
    }
    ann.get("/api/v1/wallet?currency=nope")
        .refuse(422, "validation_failed");
    ann.get("/api/v1/wallet/transactions?cursor=AAAA")
        .refuse(422, "validation_failed");
    assert_eq!(ann.get(WALLET).data()["balance"], json!(10.00));
    for path in [WALLET, HISTORY] {
        Stage::from_env()
            .api()
            .get(path)
            .refuse(401, "unauthenticated");
    }
}

#[test]
fn a_card_that_is_declined_fills_nothing() {
    let ann = Stage::from_env().user();
    let declined = json!({ "amount": 20, "paymentMethodId": "pm_card_visa_chargeDeclined" });
    let failed = ann.post(DEPOSIT, &declined).expect(201).data();
    assert_eq!(
        (&failed["status"], &failed["failure"]["code"]),
        (&json!("failed"), &json!("card_declined"))
    );
    assert_eq!(history(&ann), [] as [Value; 0]);
}

#[test]
fn of_64_withdrawals_at_once_no_more_leaves_than_there_is() {
    let ann = filled(100.00);
    let outcomes = all_at_once(64, |_| {
        let asked = ann.ask("POST", WITHDRAW).key(&unique("key"));
        asked.json(&json!({ "amount": 7 })).send()
    });
    let of = |status: u16| {
        outcomes
            .iter()
            .filter(|reply| reply.status == status)
            .count()
    };
    let short = outcomes
        .iter()
        .filter(|reply| reply.code() == "insufficient_funds")
        .count();
    // Who finds the wallet busy for too long is told so, and nothing was taken.
    let busy = of(503);
    assert_eq!(
        of(201) + short + busy,
        64,
        "{:?}",
        outcomes
            .iter()
            .map(|reply| reply.status)
            .collect::<Vec<_>>()
    );
    let left = 100 - 7 * of(201);
    assert!(
        left < 7 || busy > 0,
        "{left} is left, and nobody was turned away for being late"
    );
    let balance = ann.get(WALLET).expect(200);
    assert!(
        balance.text().contains(&format!("\"balance\":{left}.00,")),
        "{balance}"
    );
    assert_eq!(history(&ann).len(), 1 + of(201));
    super::trial_balance_is_zero();
}

#[test]
fn the_same_key_50_times_is_one_withdrawal_and_one_deposit() {
    let ann = filled(100.00);
    for (path, body) in [
        (WITHDRAW, json!({ "amount": 30 })),
        (DEPOSIT, with_card(&json!(5), "USD")),
    ] {
        let key = unique("key");
        let ask = || ann.ask("POST", path).key(&key).json(&body).send();
        let outcomes = all_at_once(50, |_| served(ask));
        let fresh =
            |reply: &&Reply| reply.status == 201 && reply.header("idempotent-replayed").is_none();
        assert_eq!(outcomes.iter().filter(fresh).count(), 1, "{path}");
        for reply in &outcomes {
            let known = reply.status == 201 || reply.code() == "idempotency_in_flight";
            assert!(known, "{reply}");
        }
        let again = ask().expect(201);
        assert_eq!(again.header("idempotent-replayed"), Some("true"));
        let other = ann
            .ask("POST", path)
            .key(&key)
            .json(&json!({ "amount": 1, "paymentMethodId": "pm_card_visa" }));
        let refused = other.send();
        assert_eq!(refused.status, 422, "{refused}");
    }
    assert_eq!(ann.get(WALLET).data()["balance"], json!(75.00));
    assert_eq!(history(&ann).len(), 3);
}

#[test]
fn the_books_are_for_auditors_and_always_balance() {
    let stage = Stage::from_env();
    let _ann = filled(1.00);
    for nosy in [stage.user(), stage.manager()] {
        nosy.get(TRIAL_BALANCE).refuse(403, "forbidden");
        nosy.get("/api/v1/payments/ledger/differences")
            .refuse(403, "forbidden");
    }
    let books = stage
        .holder_of("ADMIN_TOKEN")
        .get(TRIAL_BALANCE)
        .expect(200)
        .data();
    let dollars = books
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["currency"] == "USD")
        .unwrap();
    assert_eq!(
        (&dollars["difference"], &dollars["debits"]),
        (&json!(0.00), &dollars["credits"])
    );
    let accounts = dollars["accounts"].as_array().unwrap();
    assert!(
        accounts
            .iter()
            .any(|account| account["account"] == "wallets"),
        "{dollars}"
    );
    super::trial_balance_is_zero();
}
