//! What an order costs: the requests that lead to it, and what it tells.
//!
//! Calls and units were measured by `cargo xtask bench --only checkout` and stand in
//! `docs/bench/checkout.json`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::Context;
use manifest::{Hears, Trigger};
use serde::Deserialize;

use super::prices::{self, Picodollars, dollars};
use super::{Need, REQUESTS, logs, thousandths, units};

/// Microseconds of processor time for a request that was not timed: as much as `categories-update`
/// took, the dearest of the requests of some calls that were.
const UNTIMED_US: u64 = 2_500;
/// Requests to a queue for a message: it is put there, received and deleted.
const QUEUE_REQUESTS: u64 = 3;
/// What is sold on the page: a cart of two lines, looked at once and priced once before it is
/// ordered. Each with how often it is asked and how many lines the cart has by then.
const TYPICAL: [(&str, u64); 5] = [
    ("cart-add-item", 1),
    ("cart-add-item", LINES),
    ("cart-get", LINES),
    ("orders-preview", LINES),
    ("orders-place", LINES),
];
const LINES: u64 = 2;
/// What publishes the events.
const RELAY: &str = "platform-relay-outbox";

/// What buying takes, as measured.
#[derive(Debug, Deserialize)]
pub(super) struct Checkout {
    date: String,
    /// How many of which event an order tells.
    events: BTreeMap<String, u64>,
    rows: Vec<Row>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    function: String,
    lines: u64,
    orders: u64,
    /// Whether somebody else held something of everything.
    held: bool,
    #[serde(rename = "calls", deserialize_with = "thousandths")]
    milli_calls: u64,
    #[serde(rename = "readUnits", deserialize_with = "thousandths")]
    milli_reads: u64,
    #[serde(rename = "writeUnits", deserialize_with = "thousandths")]
    milli_writes: u64,
}

/// A line of the bill: what is done, and what each kind of service asks for it.
struct Item {
    what: String,
    need: Need,
    /// Lambda, gateway, DynamoDB, messages, logs.
    parts: [Picodollars; 5],
}

/// The section of the page.
///
/// # Errors
///
/// When a request of the typical order was not measured.
pub(super) fn section(checkout: &Checkout, timed: &[Need]) -> anyhow::Result<String> {
    let most = checkout.rows.iter().map(|row| row.orders).max();
    let most = most.context("nothing was measured of the checkout")?;
    let mut text = format!(
        "\n## A thousand orders\n\n\
         Somebody who is signed in puts {LINES} lines into a cart, looks at it, asks what it would cost and orders it, \
         to an address that is written out; what changes something carries an `Idempotency-Key`. Calls and units were \
         measured on {}, with {most} orders in the table. Each instance runs already, and knows how the \
         stock of a SKU is spread; nothing is refused or repeated; the stock stays above its threshold. Processor time \
         is as measured above, and where it is not, {UNTIMED_US} µs. Events are published one by one, in one message \
         of at most 64 KB; the relay reads the stream for nothing. A consumer costs {QUEUE_REQUESTS} requests to its \
         queue; its own run is a row of the table above. Paying, and what queues and the stream ask while they are \
         idle, are not in it.\n\n\
         | | time | calls | read units | write units | Lambda | gateway | DynamoDB | messages | logs | USD |\n\
         |---|---|---|---|---|---|---|---|---|---|---|\n",
        checkout.date
    );
    let mut items = Vec::new();
    for (function, lines) in TYPICAL {
        let found = checkout.rows.iter().find(|row| {
            let is_of = (row.function.as_str(), row.lines, row.orders);
            is_of == (function, lines, most) && !row.held
        });
        let row = found.with_context(|| format!("{function} of {lines} lines was not measured"))?;
        items.push(request(row, timed)?);
    }
    for (event, count) in &checkout.events {
        items.push(told(event, *count, timed)?);
    }
    for item in &items {
        let _ = writeln!(text, "{}", item.row()?);
    }
    let total = |of: fn(&Item) -> u64| items.iter().map(of).sum::<u64>();
    let amounts: [Picodollars; 5] =
        std::array::from_fn(|part| items.iter().map(|item| item.parts[part]).sum());
    let _ = writeln!(
        text,
        "| **an order** | | {} | {} | {} | {} | **{}** |",
        units(total(|item| item.need.milli_calls + item.need.milli_others)),
        units(total(|item| item.need.milli_reads)),
        units(total(|item| item.need.milli_writes)),
        amounts.map(thousand).join(" | "),
        dollars(amounts.iter().sum::<Picodollars>() * REQUESTS, 4),
    );
    Ok(text)
}

/// Memory of a function of the manifest.
fn memory_mb(function: &str) -> anyhow::Result<u64> {
    let all = manifest::functions();
    let found = all.iter().find(|known| known.name == function);
    let found = found.with_context(|| format!("there is no {function}"))?;
    Ok(found.sizing.memory_mb.into())
}

fn request(row: &Row, timed: &[Need]) -> anyhow::Result<Item> {
    let timed = timed.iter().find(|need| need.function == row.function);
    let need = Need {
        function: row.function.clone(),
        cpu_us: timed.map_or(UNTIMED_US, |need| need.cpu_us),
        milli_calls: row.milli_calls,
        milli_others: 0,
        milli_reads: row.milli_reads,
        milli_writes: row.milli_writes,
    };
    let what = match row.lines {
        1 => format!("`{}`, 1 line", row.function),
        lines => format!("`{}`, {lines} lines", row.function),
    };
    let parts = [
        need.lambda(memory_mb(&row.function)?),
        prices::HTTP_API_REQUEST.each,
        need.database(),
        0,
        logs(true),
    ];
    Ok(Item { what, need, parts })
}

/// An event, from the outbox to the queues of those who hear it.
fn told(event: &str, count: u64, timed: &[Need]) -> anyhow::Result<Item> {
    let relay = timed.iter().find(|need| need.function == RELAY);
    let relay = relay.with_context(|| format!("{RELAY} was not measured"))?;
    let consumers = manifest::functions()
        .iter()
        .filter(|function| match function.trigger {
            Trigger::Records(source) => {
                matches!(source.hears, Hears::Events(events) if events.contains(&event))
            }
            _ => false,
        })
        .count();
    let deliveries = u64::try_from(consumers)? * QUEUE_REQUESTS;
    let messages =
        prices::TOPIC_REQUEST.each + prices::QUEUE_REQUEST.each * Picodollars::from(deliveries);
    let parts = [
        relay.lambda(memory_mb(RELAY)?),
        0,
        relay.database(),
        messages,
        logs(false),
    ];
    let heard = match consumers {
        0 => "nobody hears it".to_owned(),
        1 => "1 consumer".to_owned(),
        consumers => format!("{consumers} consumers"),
    };
    Ok(Item {
        what: format!("`{event}` by `{RELAY}`, {heard}"),
        need: relay.times(count),
        parts: parts.map(|part| part * Picodollars::from(count)),
    })
}

/// What a thousand of it cost.
fn thousand(amount: Picodollars) -> String {
    dollars(amount * REQUESTS, 5)
}

impl Item {
    fn row(&self) -> anyhow::Result<String> {
        let need = &self.need;
        Ok(format!(
            "| {} | {} ms | {} | {} | {} | {} | {} |",
            self.what,
            need.billed_ms(memory_mb(&need.function)?),
            units(need.milli_calls + need.milli_others),
            units(need.milli_reads),
            units(need.milli_writes),
            self.parts.map(thousand).join(" | "),
            dollars(self.parts.iter().sum::<Picodollars>() * REQUESTS, 4)
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn timed() -> Vec<Need> {
        let need = json!([{
            "function": RELAY, "cpuMs": 0, "calls": 0, "otherCalls": 1,
            "readUnits": 0, "writeUnits": 0,
        }]);
        serde_json::from_value(need).unwrap()
    }

    fn checkout(writes: f64) -> Checkout {
        let rows: Vec<_> = TYPICAL
            .iter()
            .flat_map(|(function, lines)| {
                [(1_000, 999.0), (2_000, writes)].map(|(orders, writes)| {
                    json!({
                        "function": function, "lines": lines, "orders": orders, "held": false,
                        "calls": 0, "readUnits": 0, "writeUnits": writes,
                    })
                })
            })
            .collect();
        let checkout = json!({ "date": "today", "events": {}, "rows": rows });
        serde_json::from_value(checkout).unwrap()
    }

    #[test]
    fn an_order_costs_what_its_requests_do_among_the_most_orders() {
        let last = |writes: f64| {
            let text = section(&checkout(writes), &timed()).unwrap();
            text.lines().last().unwrap_or_default().to_owned()
        };
        // Five requests without units: 18 ms of 256 MB and a request to Lambda, one to the gateway,
        // 1,450 bytes of log.
        let each = (18 * 256 * 13_333_400 / 1_024 / 1_000 + 200_000) + 1_000_000 + 725_000;
        let without = format!("| **{}** |", dollars(5 * each * 1_000, 4));
        assert!(last(0.0).ends_with(&without), "{} {without}", last(0.0));
        // 5,000 times 8 write units at 0.625 USD a million are 0.025 USD.
        assert!(last(8.0).contains("| 40 |"), "{}", last(8.0));
        assert!(last(8.0).contains("| 0.02500 |"), "{}", last(8.0));
    }

    #[test]
    fn an_event_costs_its_publication_and_each_of_its_deliveries() {
        let messages = |event: &str| told(event, 2, &timed()).unwrap().parts[3];
        assert_eq!(messages("nobody.hears-this.v1"), 2 * 500_000);
        // Orders and payments hear it.
        assert_eq!(
            messages("orders.order-cancelled.v1"),
            2 * (500_000 + 2 * 3 * 400_000)
        );
    }

    #[test]
    fn a_request_that_was_not_measured_is_missed() {
        let mut checkout = checkout(0.0);
        checkout.rows.retain(|row| row.function != "orders-place");
        let error = section(&checkout, &timed()).unwrap_err().to_string();
        assert_eq!(error, "orders-place of 2 lines was not measured");
    }
}
