//! What paying takes: calls of the database and of the processor, and units, of payments, refunds,
//! webhooks and wallets; and starts of the functions that have the processor's client.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use kernel::{Clock, Role, SystemClock};
use manifest::{consumers, resources, settings};
use serde_json::{Value, json};
use testkit::{Proxy, hmac_sha256, unique};

use crate::catalogue::Catalogue;
use crate::checkout::{Bought, Requests, Till};
use crate::cold::Circumstance;
use crate::database::Database;
use crate::elsewhere::Elsewhere;
use crate::process::{Process, Program, Variables};
use crate::recorder::{Call, Recorder};
use crate::requests::address;
use crate::setting::{PRODUCTS, Setting, table_name, with_token};
use crate::share::Share;
use crate::statistics::rounded;
use crate::stripe::{KEY, Stripe};
use crate::{MEMORY_MB, paying_starts, report, shelf, units};

/// Where the figures are kept.
pub const FILE: &str = "docs/bench/payments.json";

pub const PAY: &str = "payments-create";
pub const WEBHOOK: &str = "payments-webhook";
const REFUND: &str = "payments-refund";
const WORK_OFF: &str = "payments-on-webhook";
const DEPOSIT: &str = "wallet-deposit";
const WITHDRAW: &str = "wallet-withdraw";
pub const FUNCTIONS: [&str; 6] = [PAY, WEBHOOK, REFUND, WORK_OFF, DEPOSIT, WITHDRAW];

/// A card that is good.
const VISA: &str = "pm_card_visa";
/// A card whose bank asks its holder.
const ASKS: &str = "pm_card_authenticationRequired";
/// What webhooks are signed with.
const SECRET: &str = "whsec_of_the_bench";

/// Does everything so many times, and starts the functions so many rounds.
pub fn run(setting: &Setting, times: usize, rounds: usize) -> Result<Value> {
    let database = Database::start(&setting.database, None)?;
    units::check(&database)?;
    setting.make_tables(&database)?;
    let recorder = Recorder::open(database.address(), None)?;
    let encrypted = std::sync::Arc::clone(&setting.tls.server);
    let tls = Recorder::open(database.address(), Some(encrypted))?;
    let goods = Catalogue::make(setting, &database, &recorder.endpoint())?.goods()?;
    let skus: Vec<_> = goods.iter().map(|good| good.sku.clone()).collect();
    let endpoint = format!("http://{}", database.address());
    shelf::stock(&endpoint, &skus, 1_000_000, None)?;
    let till = Till::open(setting, &database, &recorder, &goods)?;
    let mut desk = Desk::open(setting, &recorder, till)?;

    let mut cases = Cases::default();
    // The first time finds connections and caches of instances as they are at the start.
    desk.serve(&mut Cases::default())?;
    for _ in 0..times {
        desk.serve(&mut cases)?;
    }
    let share = Share::of(MEMORY_MB);
    if let Err(error) = &share {
        eprintln!("  without the processor's share: {error:#}");
    }
    let circumstances = Circumstance::all(&recorder, &tls, share.as_ref().ok());
    let (cold, zips) = paying_starts::run(&mut desk, &circumstances, rounds)?;
    Ok(json!({
        "date": report::now(),
        "machine": report::machine(),
        "requests": cases.figures(),
        "cold": cold,
        "zips": zips,
    }))
}

/// What a function of payments starts with, its processor being at a URL.
pub fn variables(
    setting: &Setting,
    function: &str,
    database: &str,
    elsewhere: &Elsewhere,
    processor: &str,
) -> Variables {
    let mut variables = setting.variables(function, database, PRODUCTS);
    let tables = resources::TABLES.iter();
    variables.extend(tables.map(|table| (table.env(), table_name(table.name))));
    let base = elsewhere.endpoint();
    let queue = format!("{base}/000000000000/queue");
    // A secret's value is its own name there.
    variables.extend([
        ("AWS_ENDPOINT_URL".to_owned(), base),
        (settings::STRIPE_URL.env.to_owned(), processor.to_owned()),
        (resources::STRIPE_KEY.env(), KEY.to_owned()),
        (resources::STRIPE_WEBHOOK_SECRETS.env(), SECRET.to_owned()),
        (consumers::PAYMENTS_ON_WEBHOOK.queue_env(), queue),
    ]);
    variables
}

/// The functions of payments, and whom they speak to.
pub struct Desk<'a> {
    pub setting: &'a Setting,
    pub elsewhere: Elsewhere,
    pub stripe: Stripe,
    recorder: &'a Recorder,
    /// Counts what is asked of the processor.
    processor: Proxy,
    till: Till<'a>,
    functions: BTreeMap<&'static str, Process>,
    asked: usize,
}

/// An answer, and what it took.
struct Asked {
    data: Value,
    calls: Vec<Call>,
    processor: Vec<String>,
    others: usize,
}

impl<'a> Desk<'a> {
    fn open(setting: &'a Setting, recorder: &'a Recorder, till: Till<'a>) -> Result<Self> {
        let elsewhere = Elsewhere::open()?;
        let stripe = Stripe::start(&setting.python, &setting.root)?;
        let processor = Proxy::before(&stripe.url());
        let start = |function: &'static str| {
            let endpoint = recorder.endpoint();
            let url = processor.address();
            let variables = variables(setting, function, &endpoint, &elsewhere, url);
            let (process, _) = Process::start(&Program::of(setting.binary(function)), &variables)?;
            Ok((function, process))
        };
        let functions = FUNCTIONS.into_iter().map(start).collect::<Result<_>>()?;
        Ok(Self {
            setting,
            elsewhere,
            stripe,
            recorder,
            processor,
            till,
            functions,
            asked: 0,
        })
    }

    /// Everything once.
    fn serve(&mut self, cases: &mut Cases) -> Result<()> {
        let bought = self.till.buy(1)?;
        let by_card = json!({ "method": "card", "paymentMethodId": VISA });
        let paid = self.pay(&bought, by_card)?;
        let payment = cases.take("by card", PAY, paid)?;
        let (received, worked_off) = self.hear("payment_intent.succeeded", &payment)?;
        cases.take("a webhook is kept", WEBHOOK, received)?;
        cases.take("of what is known, worked off", WORK_OFF, worked_off)?;
        let refunded = self.refund(&payment, json!({ "amount": 1 }))?;
        cases.take("to the card", REFUND, refunded)?;

        let bought = self.till.buy(1)?;
        let filled = self.deposit(&bought, 5)?;
        cases.take("by card", DEPOSIT, filled)?;
        let both = json!({ "method": "split", "walletAmount": 2, "paymentMethodId": VISA });
        let paid = self.pay(&bought, both)?;
        let payment = cases.take("by card and wallet", PAY, paid)?;
        let refunded = self.refund(&payment, json!({}))?;
        cases.take("to card and wallet", REFUND, refunded)?;
        let event = self.event(WITHDRAW, json!({ "amount": 1 }), &bought.token)?;
        let drawn = self.ask(WITHDRAW, event)?;
        cases.take("to the bank", WITHDRAW, drawn)?;

        let bought = self.till.buy(1)?;
        self.deposit(&bought, 10_000)?;
        let paid = self.pay(&bought, json!({ "method": "wallet" }))?;
        cases.take("by wallet", PAY, paid)?;

        let bought = self.till.buy(1)?;
        let asks = json!({ "method": "card", "paymentMethodId": ASKS });
        let waits = self.pay(&bought, asks)?;
        let payment = cases.take("by card, whose bank asks", PAY, waits)?;
        let secret = payment["clientSecret"].as_str();
        self.stripe
            .authenticate(secret.context("the bank did not ask")?)?;
        let (_, worked_off) = self.hear("payment_intent.amount_capturable_updated", &payment)?;
        cases.take("of a bank's yes, worked off", WORK_OFF, worked_off)?;
        Ok(())
    }

    /// An order of somebody's who has more than enough in their wallet.
    pub fn bought(&mut self) -> Result<Bought> {
        let bought = self.till.buy(1)?;
        self.deposit(&bought, 10_000)?;
        Ok(bought)
    }

    /// The request that pays an order.
    pub fn request_to_pay(&mut self, bought: &Bought, mut wish: Value) -> Result<Value> {
        wish["orderId"] = json!(bought.order);
        self.event(PAY, wish, &bought.token)
    }

    /// A webhook that is signed now.
    pub fn told(&self, kind: &str, object: &Value) -> Result<Value> {
        let id = unique("evt");
        let body = json!({
            "id": id, "object": "event", "type": kind, "created": SystemClock.now().seconds(),
            "livemode": false, "pending_webhooks": 1, "request": { "id": null },
            "data": { "object": object },
        });
        let body = body.to_string();
        let at = SystemClock.now().seconds();
        let tag = hmac_sha256(SECRET.as_bytes(), format!("{at}.{body}").as_bytes());
        let tag: String = tag.iter().map(|byte| format!("{byte:02x}")).collect();
        let mut event = self.setting.event(WEBHOOK)?;
        event["headers"]["stripe-signature"] = json!(format!("t={at},v1={tag}"));
        event["body"] = json!(body);
        Ok(event)
    }

    fn pay(&mut self, bought: &Bought, wish: Value) -> Result<Asked> {
        let event = self.request_to_pay(bought, wish)?;
        self.ask(PAY, event)
    }

    fn deposit(&mut self, bought: &Bought, amount: u32) -> Result<Asked> {
        let body = json!({ "amount": amount, "paymentMethodId": VISA });
        let event = self.event(DEPOSIT, body, &bought.token)?;
        self.ask(DEPOSIT, event)
    }

    fn refund(&mut self, payment: &Value, wish: Value) -> Result<Asked> {
        let admin = self.setting.signer.token(Role::Admin);
        let mut event = self.event(REFUND, wish, &admin)?;
        address(&mut event, payment["id"].as_str().unwrap_or_default());
        self.ask(REFUND, event)
    }

    /// A webhook about a payment's intent: received, and worked off.
    fn hear(&mut self, kind: &str, payment: &Value) -> Result<(Asked, Asked)> {
        let payment = payment["id"].as_str().unwrap_or_default();
        let event = self.told(kind, &self.stripe.intent_of(payment)?)?;
        let body: Value = serde_json::from_str(event["body"].as_str().unwrap_or_default())?;
        let received = self.ask(WEBHOOK, event)?;
        let mut work = self.setting.event(WORK_OFF)?;
        work["Records"][0]["body"] = json!(json!({ "webhook": body["id"] }).to_string());
        Ok((received, self.ask(WORK_OFF, work)?))
    }

    /// A request with a body, a token, and a key that no other has.
    fn event(&mut self, function: &str, body: Value, token: &str) -> Result<Value> {
        self.asked += 1;
        let mut event = with_token(self.setting.event(function)?, token);
        event["headers"]["idempotency-key"] = json!(format!("payment-{:09}", self.asked));
        event["body"] = json!(body.to_string());
        Ok(event)
    }

    fn ask(&mut self, function: &'static str, event: Value) -> Result<Asked> {
        let process = self.functions.get_mut(function).context(function)?;
        self.recorder.take();
        self.elsewhere.take();
        let before = self.processor.seen().len();
        let answer = process.ask(&event.to_string())?;
        let seen = self.processor.seen();
        let asked = seen.iter().skip(before).map(|seen| shape(&seen.request));
        Ok(Asked {
            data: data_of(function, &serde_json::from_slice(&answer.body)?)?,
            calls: self.recorder.take(),
            processor: asked.collect(),
            others: self.elsewhere.take(),
        })
    }
}

/// What a good answer holds.
pub fn data_of(function: &str, said: &Value) -> Result<Value> {
    if let Some(failures) = said["batchItemFailures"].as_array() {
        ensure!(failures.is_empty(), "{function} failed with a record");
        return Ok(Value::Null);
    }
    let good = said["statusCode"].as_u64().is_some_and(|it| it < 300);
    ensure!(good, "{function} answered {said}");
    let body = said["body"].as_str().unwrap_or_default();
    let data = serde_json::from_str::<Value>(body)?["data"].take();
    ensure!(
        data["status"] != "failed",
        "{function} came to nothing: {data}"
    );
    Ok(data)
}

/// A request of the processor without what names one of many.
fn shape(request: &str) -> String {
    let path = request.split('?').next().unwrap_or_default();
    let is_id = |part: &&str| part.starts_with("pi_") || part.starts_with("pm_");
    let parts = path
        .split('/')
        .map(|part| if is_id(&part) { "{id}" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// What each case came to, in the order in which they were met.
#[derive(Default)]
struct Cases(Vec<Case>);

struct Case {
    name: &'static str,
    function: &'static str,
    times: usize,
    database: Requests,
    processor: BTreeMap<String, usize>,
    others: usize,
}

impl Cases {
    /// Adds what a request took, and gives what it answered.
    fn take(&mut self, name: &'static str, function: &'static str, asked: Asked) -> Result<Value> {
        let is_it = |case: &Case| (case.name, case.function) == (name, function);
        let at = self.0.iter().position(is_it).unwrap_or_else(|| {
            self.0.push(Case {
                name,
                function,
                times: 0,
                database: Requests::default(),
                processor: BTreeMap::new(),
                others: 0,
            });
            self.0.len() - 1
        });
        let case = self.0.get_mut(at).context("a case")?;
        case.times += 1;
        case.database.add(&asked.calls);
        for request in asked.processor {
            *case.processor.entry(request).or_default() += 1;
        }
        case.others += asked.others;
        Ok(asked.data)
    }

    fn figures(self) -> Vec<Value> {
        let row = |case: Case| {
            let each = |count: usize| rounded(count as f64 / case.times as f64);
            let mut row = case.database.figures();
            row["case"] = json!(case.name);
            row["function"] = json!(case.function);
            row["processorCalls"] = json!(each(case.processor.values().sum()));
            row["processor"] = case
                .processor
                .iter()
                .map(|(request, count)| (request.clone(), each(*count)))
                .collect();
            row["otherCalls"] = json!(each(case.others));
            row
        };
        self.0.into_iter().map(row).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_of_the_processor_are_told_apart_by_what_they_ask_for() {
        for (request, shaped) in [
            ("POST /v1/payment_intents", "POST /v1/payment_intents"),
            (
                "POST /v1/payment_intents/pi_1/confirm",
                "POST /v1/payment_intents/{id}/confirm",
            ),
            (
                "GET /v1/refunds?payment_intent=pi_1&limit=100",
                "GET /v1/refunds",
            ),
        ] {
            assert_eq!(shape(request), shaped);
        }
    }

    #[test]
    fn a_case_is_what_its_requests_were_on_average() {
        let asked = |requests: &[&str], others| Asked {
            data: json!(1),
            calls: Vec::new(),
            processor: requests.iter().map(|&it| it.to_owned()).collect(),
            others,
        };
        let mut cases = Cases::default();
        cases.take("a", PAY, asked(&["POST /x"], 1)).unwrap();
        cases.take("b", PAY, asked(&[], 0)).unwrap();
        cases
            .take("a", PAY, asked(&["POST /x", "GET /y"], 0))
            .unwrap();
        let figures = cases.figures();
        assert_eq!(figures.len(), 2);
        assert_eq!(figures[0]["case"], "a");
        assert_eq!(
            figures[0]["processor"],
            json!({ "POST /x": 1.0, "GET /y": 0.5 })
        );
        assert_eq!(figures[0]["processorCalls"], 1.5);
        assert_eq!(figures[0]["otherCalls"], 0.5);
        assert_eq!(figures[1]["processorCalls"], 0.0);
    }

    #[test]
    fn what_came_to_nothing_is_not_counted() {
        let answer = |status: u16, state: &str| {
            let body = json!({ "data": { "status": state } }).to_string();
            json!({ "statusCode": status, "body": body })
        };
        assert!(data_of(PAY, &answer(201, "succeeded")).is_ok());
        assert!(data_of(PAY, &answer(201, "failed")).is_err());
        assert!(data_of(PAY, &answer(409, "succeeded")).is_err());
        assert!(data_of(WORK_OFF, &json!({ "batchItemFailures": [] })).is_ok());
        assert!(data_of(WORK_OFF, &json!({ "batchItemFailures": [{}] })).is_err());
    }
}
