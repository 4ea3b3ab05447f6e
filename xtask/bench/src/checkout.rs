//! What buying takes: calls and units of carts and orders, by the lines that a cart has, by the
//! orders that there are, and by whether others hold something of what is bought.
//!
//! Neither depends on how the binaries were built or on what else the machine does, so there are no
//! times here: `endpoints` has those.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use kernel::Role;
use manifest::resources::{self, INVENTORY, ORDERS};
use serde_json::{Value, json};

use crate::catalogue::{Catalogue, Good};
use crate::database::Database;
use crate::old_orders::{Sample, fill};
use crate::process::{Process, Program};
use crate::recorder::{Call, Recorder};
use crate::report;
use crate::requests::address;
use crate::setting::{PRODUCTS, Setting, table_name, with_token};
use crate::shelf;
use crate::units::{self, Units};

/// Where the figures are kept.
pub const FILE: &str = "docs/bench/checkout.json";
/// How many lines a cart has.
const LINES: [usize; 5] = [1, 2, 10, 20, MOST_LINES];
/// As many as a cart may have.
const MOST_LINES: usize = 40;
/// How many orders there are, and whether somebody else holds something of everything.
pub const CASES: [(usize, bool); 3] = [(1_000, false), (200_000, false), (200_000, true)];
/// Who else holds something.
const SOMEBODY: &str = "somebody else";

const ADD: &str = "cart-add-item";
const SHOW: &str = "cart-get";
const PREVIEW: &str = "orders-preview";
const PLACE: &str = "orders-place";
const CANCEL: &str = "orders-cancel";
/// The functions that are asked.
pub const FUNCTIONS: [&str; 5] = [ADD, SHOW, PREVIEW, PLACE, CANCEL];

/// Buys so many times with each number of lines in each case.
pub fn run(setting: &Setting, cases: &[(usize, bool)], times: usize) -> Result<Value> {
    let database = Database::start(&setting.database, None)?;
    units::check(&database)?;
    setting.make_tables(&database)?;
    let recorder = Recorder::open(database.address(), None)?;
    let goods = Catalogue::make(setting, &database, &recorder.endpoint())?.goods()?;
    let skus: Vec<_> = goods.iter().map(|good| good.sku.clone()).collect();
    let endpoint = format!("http://{}", database.address());
    shelf::stock(&endpoint, &skus, 1_000_000, None)?;
    let open = || Till::open(setting, &database, &recorder, &goods);

    let before = events(&database)?;
    open()?.buy(1)?;
    let mut told = events(&database)?;
    for (event, count) in &mut told {
        *count -= before.get(event).copied().unwrap_or_default();
    }
    told.retain(|_, count| *count > 0);
    let orders = database.items(&table_name(ORDERS.name))?;
    let sample = orders.iter().find(|item| item["type"]["S"] == "order");
    let sample = Sample::of(sample.context("the order is not in the table")?)?;

    let mut rows = Vec::new();
    let mut written = 0;
    for &(size, held) in cases {
        fill(&database, &sample, written..size)?;
        written = size;
        // Connections that have rested for as long as this takes may be none any more.
        let mut till = open()?;
        if held {
            shelf::hold(&endpoint, SOMEBODY, &skus)?;
        }
        for lines in LINES {
            // Instances that have sold something a moment ago know how its stock is spread.
            till.buy(MOST_LINES)?;
            till.let_go()?;
            let mut asked = BTreeMap::<&str, Requests>::new();
            for _ in 0..times {
                let mut bought = till.buy(lines)?;
                bought.calls.insert(CANCEL, till.cancel(&bought)?);
                till.let_go()?;
                for (function, calls) in &bought.calls {
                    asked.entry(function).or_default().add(calls);
                }
            }
            rows.extend(FUNCTIONS.iter().filter_map(|function| {
                let mut row = asked.remove(function)?.figures();
                row["function"] = json!(function);
                row["lines"] = json!(lines);
                row["orders"] = json!(size);
                row["held"] = json!(held);
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
    database: &'a Database,
    recorder: &'a Recorder,
    goods: &'a [Good],
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
    pub fn open(
        setting: &'a Setting,
        database: &'a Database,
        recorder: &'a Recorder,
        goods: &'a [Good],
    ) -> Result<Self> {
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
            database,
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

    /// Gives back what orders hold, as happens soon after they are cancelled.
    fn let_go(&self) -> Result<()> {
        let others = shelf::reservation(SOMEBODY).to_string();
        let items = self.database.items(&table_name(INVENTORY.name))?;
        let held = items.iter().filter(|item| item["state"]["S"] == "held");
        let ids = held.filter_map(|item| item["id"]["S"].as_str());
        let ids: Vec<&str> = ids.filter(|id| *id != others).collect();
        shelf::release(&format!("http://{}", self.database.address()), &ids)
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

/// What requests of one function took, each by the kind of call.
#[derive(Default)]
pub struct Requests(Vec<BTreeMap<String, (usize, Units)>>);

impl Requests {
    /// One more request.
    pub fn add(&mut self, calls: &[Call]) {
        let mut kinds = BTreeMap::<String, (usize, Units)>::new();
        for call in calls {
            let (count, units) = kinds.entry(call.operation.clone()).or_default();
            *count += 1;
            *units = [*units, call.units].into_iter().sum();
        }
        self.0.push(kinds);
    }

    /// The one in the middle, in all and by the kind of call. Now and then one takes more, since its
    /// instance has not heard of a SKU for half a minute.
    pub fn figures(mut self) -> Value {
        let figures = |count: usize, units: Units| {
            json!({
                "calls": count,
                "readUnits": units.read,
                "writeUnits": units.write,
            })
        };
        let all = |kinds: &BTreeMap<String, (usize, Units)>| {
            let count: usize = kinds.values().map(|(count, _)| count).sum();
            (
                count,
                kinds.values().map(|(_, units)| *units).sum::<Units>(),
            )
        };
        self.0.sort_by(|one, other| {
            let [one, other] = [one, other].map(|kinds| {
                let (count, units) = all(kinds);
                (count, units.read + units.write)
            });
            one.0.cmp(&other.0).then(one.1.total_cmp(&other.1))
        });
        let middle = self.0.len() / 2;
        let kinds = self.0.into_iter().nth(middle).unwrap_or_default();
        let (count, units) = all(&kinds);
        let mut whole = figures(count, units);
        whole["kinds"] = kinds
            .into_iter()
            .map(|(kind, (count, units))| (kind, figures(count, units)))
            .collect();
        whole
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[test]
    fn figures_are_those_of_the_request_in_the_middle_by_the_kind_of_call() {
        let call = |operation: &str, read: f64, write: f64| Call {
            operation: operation.to_owned(),
            units: Units { read, write },
            from: Instant::now(),
            to: Instant::now(),
        };
        let query = |read| call("Query", read, 0.0);
        let put = || call("PutItem", 0.0, 3.0);
        let mut requests = Requests::default();
        requests.add(&[query(2.0), put(), query(1.0)]);
        requests.add(&[query(1.0), put()]);
        requests.add(&[query(1.0), query(1.0), query(1.0), put()]);
        assert_eq!(
            requests.figures(),
            json!({
                "calls": 3, "readUnits": 3.0, "writeUnits": 3.0,
                "kinds": {
                    "Query": { "calls": 2, "readUnits": 3.0, "writeUnits": 0.0 },
                    "PutItem": { "calls": 1, "readUnits": 0.0, "writeUnits": 3.0 },
                },
            })
        );
    }
}
