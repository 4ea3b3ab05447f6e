//! The stock, through the library that keeps it.

use anyhow::{Context, Result};
use aws::{Answered, Aws, Environment};
use inventory::allocation::Amount;
use inventory::{Inventory, Wanted};
use kernel::{OperationId, Sku, UserId};
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

/// Puts so many units of each SKU into stock, spread over as many buckets as is said.
pub fn stock(endpoint: &str, skus: &[Sku], units: u64, buckets: Option<u8>) -> Result<()> {
    runtime()?.block_on(async {
        let wanted = Wanted {
            amount: Some(Amount::OnHand(units)),
            buckets,
            ..Wanted::default()
        };
        let by = UserId::derive("", "bench");
        let inventory = open(endpoint.to_owned()).await?;
        for sku in skus {
            let answered = Answered::silent(OperationId::derive(sku.as_str(), "stock"));
            inventory.decide(sku, &wanted, by, None, &answered).await?;
        }
        Ok(())
    })
}
