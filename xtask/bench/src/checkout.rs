//! What buying takes: calls and units of carts and orders, by the lines that a cart has and by the
//! orders that there are.
//!
//! Neither depends on how the binaries were built or on what else the machine does, so there are no
//! times here: `endpoints` has those.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use kernel::{OrderId, Role, UserId};
use manifest::resources::{self, INVENTORY, ORDERS};
use serde_json::{Value, json};

use crate::catalogue::{Catalogue, Good};
use crate::database::Database;
use crate::process::{Process, Program};
use crate::recorder::{Call, Recorder};
use crate::report;
use crate::requests::address;
use crate::setting::{PRODUCTS, Setting, table_name, with_token};
use crate::shelf;
use crate::statistics::rounded;
use crate::stock::copy_id;
use crate::units::{self, Units};

/// Where the figures are kept.
pub const FILE: &str = "docs/bench/checkout.json";
/// How many lines a cart has.
const LINES: [usize; 5] = [1, 2, 10, 20, MOST_LINES];
/// As many as a cart may have.
const MOST_LINES: usize = 40;
/// How many orders there are.
pub const SIZES: [usize; 2] = [1_000, 200_000];
/// Shards of the orders' indexes, as the store has them.
const SHARDS: u128 = 8;
/// Items that DynamoDB takes at once.
const AT_ONCE: usize = 25;

const ADD: &str = "cart-add-item";
const SHOW: &str = "cart-get";
const PREVIEW: &str = "orders-preview";
const PLACE: &str = "orders-place";
const CANCEL: &str = "orders-cancel";
const FUNCTIONS: [&str; 5] = [ADD, SHOW, PREVIEW, PLACE, CANCEL];

/// Buys so many times with each number of lines, among each number of orders.
pub fn run(setting: &Setting, sizes: &[usize], times: usize) -> Result<Value> {
    let database = Database::start(&setting.database, None)?;
    units::check(&database)?;
    setting.make_tables(&database)?;
    let recorder = Recorder::open(database.address(), None)?;
    let goods = Catalogue::make(setting, &database, &recorder.endpoint())?.goods()?;
    let skus: Vec<_> = goods.iter().map(|good| good.sku.clone()).collect();
    let endpoint = format!("http://{}", database.address());
    shelf::stock(&endpoint, &skus, 1_000_000, None)?;
    let mut till = Till::open(setting, &recorder, goods)?;

    let before = events(&database)?;
    till.buy(1)?;
    let mut told = events(&database)?;
    for (event, count) in &mut told {
        *count -= before.get(event).copied().unwrap_or_default();
    }
    told.retain(|_, count| *count > 0);
    let orders = database.items(&table_name(ORDERS.name))?;
    let sample = orders.iter().find(|item| item["type"]["S"] == "order");
    let sample = sample.context("the order is not in the table")?;

    let mut rows = Vec::new();
    let mut written = 0;
    for &size in sizes {
        fill(&database, sample, written..size)?;
        written = size;
        // Instances that have run for a while know how the stock of a SKU is spread.
        till.buy(MOST_LINES)?;
        for lines in LINES {
            let mut sums = BTreeMap::<&str, Sum>::new();
            for _ in 0..times {
                let mut bought = till.buy(lines)?;
                bought.calls.insert(CANCEL, till.cancel(&bought)?);
                for (function, calls) in &bought.calls {
                    sums.entry(function).or_default().add(calls);
                }
            }
            rows.extend(FUNCTIONS.iter().filter_map(|function| {
                let mut row = sums.get(function)?.figures();
                row["function"] = json!(function);
                row["lines"] = json!(lines);
                row["orders"] = json!(size);
                Some(row)
            }));
        }
    }
    Ok(json!({
        "date": report::now(),
        "machine": report::machine(),
        "events": told,
        "rows": rows,
    }))
}

/// The functions of the checkout, and what there is to buy.
pub struct Till<'a> {
    setting: &'a Setting,
    recorder: &'a Recorder,
    goods: Vec<Good>,
    functions: BTreeMap<&'static str, Process>,
    asked: usize,
}

/// An order of somebody's, and the calls of each request that led to it.
pub struct Bought {
    /// The buyer's token.
    pub token: String,
    /// The order's id.
    pub order: String,
    calls: BTreeMap<&'static str, Vec<Call>>,
}

impl<'a> Till<'a> {
    /// Starts the functions.
    pub fn open(setting: &'a Setting, recorder: &'a Recorder, goods: Vec<Good>) -> Result<Self> {
        ensure!(goods.len() >= MOST_LINES, "too few goods for a full cart");
        let start = |function: &'static str| {
            let mut variables = setting.variables(function, &recorder.endpoint(), PRODUCTS);
            let tables = resources::TABLES.iter();
            variables.extend(tables.map(|table| (table.env(), table_name(table.name))));
            let (process, _) = Process::start(&Program::of(setting.binary(function)), &variables)?;
            Ok((function, process))
        };
        Ok(Self {
            setting,
            recorder,
            goods,
            functions: FUNCTIONS.into_iter().map(start).collect::<Result<_>>()?,
            asked: 0,
        })
    }

    /// Somebody new fills a cart, looks at it, asks what it would cost and orders it. Of what fills
    /// it, the last line is what counts.
    pub fn buy(&mut self, lines: usize) -> Result<Bought> {
        let token = self.setting.signer.token(Role::User);
        let mut calls = BTreeMap::new();
        for line in 0..lines {
            let good = &self.goods[line];
            let body = json!({
                "productId": good.product, "variantId": good.variant, "quantity": 2,
            });
            let mut event = self.setting.event(ADD)?;
            event["body"] = json!(body.to_string());
            calls.insert(ADD, self.ask(ADD, event, &token)?.1);
        }
        for function in [SHOW, PREVIEW] {
            let event = self.setting.event(function)?;
            calls.insert(function, self.ask(function, event, &token)?.1);
        }
        let (placed, of_place) = self.ask(PLACE, self.setting.event(PLACE)?, &token)?;
        calls.insert(PLACE, of_place);
        let bought = placed["data"]["items"].as_array().map_or(0, Vec::len);
        ensure!(bought == lines, "{bought} lines were ordered: {placed}");
        let order = placed["data"]["id"].as_str();
        let order = order.context("an order without an id")?.to_owned();
        Ok(Bought {
            token,
            order,
            calls,
        })
    }

    /// The buyer has second thoughts.
    fn cancel(&mut self, bought: &Bought) -> Result<Vec<Call>> {
        let mut event = self.setting.event(CANCEL)?;
        address(&mut event, &bought.order);
        Ok(self.ask(CANCEL, event, &bought.token)?.1)
    }

    /// The answer's body, and the calls that it took. What changes something is asked with a key, as
    /// a client does that may have to repeat itself.
    fn ask(
        &mut self,
        function: &'static str,
        event: Value,
        token: &str,
    ) -> Result<(Value, Vec<Call>)> {
        self.asked += 1;
        let mut event = with_token(event, token);
        if [ADD, PLACE, CANCEL].contains(&function) {
            event["headers"]["idempotency-key"] = json!(format!("request-{:08}", self.asked));
        }
        let process = self.functions.get_mut(function).context(function)?;
        self.recorder.take();
        let answer = process.ask(&event.to_string())?;
        let calls = self.recorder.take();
        let said: Value = serde_json::from_slice(&answer.body)?;
        let good = said["statusCode"].as_u64().is_some_and(|it| it < 300);
        ensure!(good, "{function} answered {said}");
        let body = said["body"].as_str().unwrap_or_default();
        Ok((serde_json::from_str(body)?, calls))
    }
}

/// What requests of one function came to.
#[derive(Default)]
pub struct Sum {
    requests: usize,
    kinds: BTreeMap<String, (usize, Units)>,
}

impl Sum {
    /// One more request.
    pub fn add(&mut self, calls: &[Call]) {
        self.requests += 1;
        for call in calls {
            let (count, units) = self.kinds.entry(call.operation.clone()).or_default();
            *count += 1;
            *units = [*units, call.units].into_iter().sum();
        }
    }

    /// A request's, in all and by the kind of call.
    pub fn figures(&self) -> Value {
        let each = |total: f64| rounded(total / self.requests as f64);
        let figures = |count: usize, units: Units| {
            json!({
                "calls": each(count as f64),
                "readUnits": each(units.read),
                "writeUnits": each(units.write),
            })
        };
        let count = self.kinds.values().map(|(count, _)| count).sum();
        let mut all = figures(count, self.kinds.values().map(|(_, units)| *units).sum());
        let kinds = self.kinds.iter();
        all["kinds"] = kinds
            .map(|(kind, (count, units))| (kind.clone(), figures(*count, *units)))
            .collect();
        all
    }
}

/// How many of which event the outboxes of orders and of the stock have.
fn events(database: &Database) -> Result<BTreeMap<String, usize>> {
    let mut counts = BTreeMap::new();
    for table in [&ORDERS, &INVENTORY] {
        for item in database.items(&table_name(table.name))? {
            if let Some(event) = item["event_type"]["S"].as_str() {
                *counts.entry(event.to_owned()).or_default() += 1;
            }
        }
    }
    Ok(counts)
}

/// Writes copies of an order, under ids and for buyers of their own.
fn fill(database: &Database, sample: &Value, numbers: std::ops::Range<usize>) -> Result<()> {
    let table = table_name(ORDERS.name);
    let numbers: Vec<usize> = numbers.collect();
    for batch in numbers.chunks(AT_ONCE) {
        let puts = batch
            .iter()
            .map(|&number| Ok(json!({ "PutRequest": { "Item": copy(sample, number)? } })))
            .collect::<Result<Vec<_>>>()?;
        let write = json!({ "RequestItems": { (table.as_str()): puts } });
        let said = database.call("BatchWriteItem", &write)?;
        let left = said["UnprocessedItems"].as_object();
        ensure!(
            left.is_none_or(serde_json::Map::is_empty),
            "not all orders were taken"
        );
    }
    Ok(())
}

/// An order as the sample, with every attribute of its indexes.
fn copy(sample: &Value, number: usize) -> Result<Value> {
    let id = OrderId::from_uuid(copy_id(number).uuid());
    let user = UserId::derive("", &format!("buyer {number}"));
    let mut text = sample.to_string();
    for (name, own) in [("id", id.to_string()), ("user_id", user.to_string())] {
        let old = sample[name]["S"].as_str().context(name.to_owned())?;
        text = text.replace(old, &own);
    }
    let mut order: Value = serde_json::from_str(&text)?;
    let shard = (id.uuid().as_u128() % SHARDS).to_string();
    order["shop_shard"] = json!({ "S": shard });
    order["due_shard"] = json!({ "S": shard });
    order["status_shard"] = json!({ "S": format!("pending_payment#{shard}") });
    Ok(order)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[test]
    fn copies_of_an_order_are_other_orders_of_other_buyers() {
        let (id, user) = (OrderId::derive("", "a"), UserId::derive("", "b"));
        let sample = json!({
            "pk": { "S": format!("order#{id}") }, "sk": { "S": "order" },
            "id": { "S": id.to_string() }, "user_id": { "S": user.to_string() },
            "placed": { "S": format!("2026-01-01T00:00:00.000Z\t{id}") },
        });
        let copies = [1, 2].map(|number| copy(&sample, number).unwrap());
        for name in ["pk", "id", "user_id", "placed"] {
            let all = [&sample[name], &copies[0][name], &copies[1][name]];
            assert!(
                all[0] != all[1] && all[1] != all[2] && all[0] != all[2],
                "{name}"
            );
        }
        assert_eq!(copies[0]["sk"], sample["sk"]);
    }

    #[test]
    fn figures_are_those_of_one_request_by_the_kind_of_call() {
        let call = |operation: &str, read: f64, write: f64| Call {
            operation: operation.to_owned(),
            units: Units { read, write },
            from: Instant::now(),
            to: Instant::now(),
        };
        let mut sum = Sum::default();
        sum.add(&[call("Query", 1.0, 0.0), call("PutItem", 0.0, 3.0)]);
        sum.add(&[
            call("Query", 2.0, 0.0),
            call("PutItem", 0.0, 3.0),
            call("Query", 1.0, 0.0),
        ]);
        assert_eq!(
            sum.figures(),
            json!({
                "calls": 2.5, "readUnits": 2.0, "writeUnits": 3.0,
                "kinds": {
                    "Query": { "calls": 1.5, "readUnits": 2.0, "writeUnits": 0.0 },
                    "PutItem": { "calls": 1.0, "readUnits": 0.0, "writeUnits": 3.0 },
                },
            })
        );
    }
}
