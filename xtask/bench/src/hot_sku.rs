//! How many holds a second one SKU bears, by the number of its buckets.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, ensure};
use inventory::{InventoryError, Line};
use kernel::{Clock, Quantity, ReservationId, Sku, SystemClock};
use manifest::resources::INVENTORY;
use serde_json::{Value, json};

use crate::database::Database;
use crate::limits::Limits;
use crate::report;
use crate::setting::{Setting, table_name};
use crate::shelf;
use crate::statistics::{Sample, rounded};

/// Where the figures are kept.
pub const FILE: &str = "docs/bench/hot-sku.json";
/// Numbers of buckets.
const BUCKETS: [u8; 3] = [1, 4, 16];
/// Buyers at once, each with a connection of its own as instances of a function have.
const BUYERS: usize = 64;
/// More than anybody buys.
const UNITS: u64 = 10_000_000;

/// What came of what some buyers wanted.
#[derive(Default)]
struct Outcomes {
    /// How long those waited who hold a unit.
    held: Sample,
    /// Those who were told to try again: so many others were there that patience ended.
    busy: u64,
    failed: u64,
}

/// Measures each number of buckets for so long.
pub fn run(setting: &Setting, span: Duration) -> Result<Value> {
    let mut rows = Vec::new();
    for buckets in BUCKETS {
        let database = Database::start(&setting.database, None)?;
        database.create(&INVENTORY, &table_name(INVENTORY.name))?;
        let limits = Limits::open(database.address())?;
        shelf::stock(&limits.endpoint(), &[hot()?], UNITS, Some(buckets))?;
        limits.take();
        let over = AtomicBool::new(false);
        let began = Instant::now();
        let outcomes = std::thread::scope(|scope| {
            let buyers: Vec<_> = (0..BUYERS)
                .map(|buyer| {
                    let (limits, over) = (&limits, &over);
                    scope.spawn(move || buy(limits, buyer, over))
                })
                .collect();
            wait(span);
            over.store(true, Ordering::Relaxed);
            let mut all = Outcomes::default();
            for buyer in buyers {
                let outcomes = buyer
                    .join()
                    .map_err(|_| anyhow!("a buyer's thread broke"))?;
                all.add(outcomes?);
            }
            anyhow::Ok(all)
        })?;
        let seconds = began.elapsed().as_secs_f64();
        let refused = limits.take();
        let held = outcomes.held.count();
        let (reserved, available) = shelf::told(&limits.endpoint(), &hot()?)?;
        ensure!(
            (reserved, available) == (held, UNITS - held),
            "{held} units were held, but {reserved} are and {available} are left",
        );
        let each = |count: u64| rounded(count as f64 / held.max(1) as f64);
        rows.push(json!({
            "buckets": buckets,
            "heldPerSecond": (held as f64 / seconds).round(),
            "p50Ms": rounded(outcomes.held.median()),
            "p99Ms": rounded(outcomes.held.percentile(99.0)),
            "conflictsPerHold": each(refused.conflicts),
            "throttlesPerHold": each(refused.throttles),
            "busy": outcomes.busy,
            "failed": outcomes.failed,
        }));
    }
    Ok(json!({
        "date": report::now(),
        "machine": report::machine(),
        "buyers": BUYERS,
        "seconds": span.as_secs(),
        "rows": rows,
    }))
}

impl Outcomes {
    fn add(&mut self, other: Self) {
        self.held.append(other.held);
        self.busy += other.busy;
        self.failed += other.failed;
    }
}

#[allow(
    clippy::disallowed_methods,
    reason = "this thread has nothing to do while the others are measured"
)]
fn wait(span: Duration) {
    std::thread::sleep(span);
}

fn hot() -> Result<Sku> {
    Ok(Sku::parse("HOT")?)
}

/// Holds a unit, again and again, until it is over.
fn buy(limits: &Limits, buyer: usize, over: &AtomicBool) -> Result<Outcomes> {
    shelf::runtime()?.block_on(async {
        let inventory = shelf::open(limits.endpoint()).await?;
        let lines = [Line {
            sku: hot()?,
            quantity: Quantity::ONE,
        }];
        let mut outcomes = Outcomes::default();
        let mut number = 0_u64;
        while !over.load(Ordering::Relaxed) {
            number += 1;
            let id = ReservationId::derive("", &format!("{buyer}/{number}"));
            let until = SystemClock.now().plus(Duration::from_secs(900));
            let began = Instant::now();
            match inventory.reserve(&id, &lines, until).await {
                Ok(_) => outcomes.held.add_time(began.elapsed()),
                Err(
                    InventoryError::Busy | InventoryError::Table(aws::TableError::Unavailable(_)),
                ) => outcomes.busy += 1,
                Err(_) => outcomes.failed += 1,
            }
        }
        Ok(outcomes)
    })
}
