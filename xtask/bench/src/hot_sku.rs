//! How many holds a second one SKU bears, by the number of its buckets.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use inventory::{InventoryError, Line};
use kernel::{Clock, Quantity, ReservationId, Sku, SystemClock};
use manifest::resources::INVENTORY;
use serde_json::{Value, json};

use crate::database::Database;
use crate::limits::Limits;
use crate::setting::{Setting, table_name};
use crate::shelf;

/// Numbers of buckets.
pub const BUCKETS: [u8; 3] = [1, 4, 16];
/// Buyers at once, each with a connection of its own as instances of a function have.
const BUYERS: usize = 64;

#[derive(Default)]
struct Counts {
    held: AtomicU64,
    /// Buyers who were told to try again: so many others were there that patience ended.
    busy: AtomicU64,
    failed: AtomicU64,
}

/// Measures each number of buckets for so long.
pub fn run(setting: &Setting, buckets: &[u8], span: Duration) -> Result<Value> {
    let mut rows = Vec::new();
    for &buckets in buckets {
        let database = Database::start(&setting.database, None)?;
        database.create(&INVENTORY, &table_name(INVENTORY.name))?;
        let limits = Limits::open(database.address())?;
        let counts = Counts::default();
        // More than anybody buys.
        shelf::stock(&limits.endpoint(), &[hot()?], 10_000_000, Some(buckets))?;
        limits.take();
        let over = AtomicBool::new(false);
        let began = Instant::now();
        std::thread::scope(|scope| {
            let buyers: Vec<_> = (0..BUYERS)
                .map(|buyer| {
                    let (limits, over, counts) = (&limits, &over, &counts);
                    scope.spawn(move || buy(limits, buyer, over, counts))
                })
                .collect();
            wait(span);
            over.store(true, Ordering::Relaxed);
            for buyer in buyers {
                if let Ok(outcome) = buyer.join() {
                    outcome?;
                }
            }
            anyhow::Ok(())
        })?;
        let seconds = began.elapsed().as_secs_f64();
        let refused = limits.take();
        let held = counts.held.into_inner();
        rows.push(json!({
            "buckets": buckets,
            "heldPerSecond": (held as f64 / seconds).round(),
            "conflictsPerHold": refused.conflicts as f64 / held.max(1) as f64,
            "throttlesPerHold": refused.throttles as f64 / held.max(1) as f64,
            "busy": counts.busy.into_inner(),
            "failed": counts.failed.into_inner(),
        }));
    }
    Ok(json!({ "buyers": BUYERS, "rows": rows }))
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
fn buy(limits: &Limits, buyer: usize, over: &AtomicBool, counts: &Counts) -> Result<()> {
    shelf::runtime()?.block_on(async {
        let inventory = shelf::open(limits.endpoint()).await?;
        let lines = [Line {
            sku: hot()?,
            quantity: Quantity::ONE,
        }];
        let mut number = 0_u64;
        while !over.load(Ordering::Relaxed) {
            number += 1;
            let id = ReservationId::derive("", &format!("{buyer}/{number}"));
            let until = SystemClock.now().plus(Duration::from_secs(900));
            let count = match inventory.reserve(&id, &lines, until).await {
                Ok(_) => &counts.held,
                Err(
                    InventoryError::Busy | InventoryError::Table(aws::TableError::Unavailable(_)),
                ) => &counts.busy,
                Err(_) => &counts.failed,
            };
            count.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    })
}
