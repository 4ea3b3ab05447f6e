//! The stock, through the library that keeps it.

use std::time::Duration;

use anyhow::{Context, Result};
use aws::{Answered, Aws, Environment};
use inventory::allocation::Amount;
use inventory::{Inventory, Line, Wanted};
use kernel::{Clock, OperationId, Quantity, ReservationId, Sku, SystemClock, UserId};
use manifest::resources::INVENTORY;

use crate::setting::table_name;

/// Runs the library's futures, on this thread.
pub fn runtime() -> Result<tokio::runtime::Runtime> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.context("a runtime")
}

/// The stock in the database at an endpoint.
pub async fn open(endpoint: String) -> Result<Inventory> {
    let environment = Environment::of([
        ("AWS_ENDPOINT_URL", endpoint),
        ("AWS_REGION", "us-east-1".to_owned()),
        ("AWS_ACCESS_KEY_ID", "bench".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "bench".to_owned()),
        (&INVENTORY.env(), table_name(INVENTORY.name)),
    ]);
    let aws = Aws::connect(environment).await?;
    Ok(Inventory::of(aws.table(&INVENTORY)?))
}

/// Works with the stock in the database at an endpoint.
fn at<T>(endpoint: &str, work: impl AsyncFnOnce(Inventory) -> Result<T>) -> Result<T> {
    runtime()?.block_on(async { work(open(endpoint.to_owned()).await?).await })
}

/// Puts so many units of each SKU into stock, spread over as many buckets as is said.
pub fn stock(endpoint: &str, skus: &[Sku], units: u64, buckets: Option<u8>) -> Result<()> {
    at(endpoint, async |inventory| {
        let wanted = Wanted {
            amount: Some(Amount::OnHand(units)),
            buckets,
            ..Wanted::default()
        };
        let by = UserId::derive("", "bench");
        for sku in skus {
            let answered = Answered::silent(OperationId::derive(sku.as_str(), "stock"));
            inventory.decide(sku, &wanted, by, None, &answered).await?;
        }
        Ok(())
    })
}

/// How many units of a SKU are held, and how many can be had.
pub fn told(endpoint: &str, sku: &Sku) -> Result<(u64, u64)> {
    at(endpoint, async |inventory| {
        let stock = inventory.stock(sku).await?;
        Ok((stock.reserved(), stock.available()))
    })
}

/// The reservation of somebody.
pub fn reservation(of: &str) -> ReservationId {
    ReservationId::derive("", of)
}

/// Has somebody hold a unit of each SKU for an hour.
pub fn hold(endpoint: &str, who: &str, skus: &[Sku]) -> Result<()> {
    let line = |sku: &Sku| Line {
        sku: sku.clone(),
        quantity: Quantity::ONE,
    };
    let lines: Vec<Line> = skus.iter().map(line).collect();
    let until = SystemClock.now().plus(Duration::from_hours(1));
    at(endpoint, async |inventory| {
        inventory.reserve(&reservation(who), &lines, until).await?;
        Ok(())
    })
}

/// Gives up some reservations.
pub fn release(endpoint: &str, ids: &[&str]) -> Result<()> {
    at(endpoint, async |inventory| {
        for id in ids {
            inventory.release(&id.parse()?).await?;
        }
        Ok(())
    })
}
