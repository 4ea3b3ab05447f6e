//! What staff decide of stock: how much there is, when it is low, over how many buckets it lies.

use aws::Answered;
use kernel::{OperationId, Sku, UserId};

use crate::Inventory;
use crate::allocation::{Amount, Unfit, levelled};
use crate::error::InventoryError;
use crate::movement::{Cause, MovementKind};
use crate::retry::Tries;
use crate::stock::{Bucket, Head, MAX_ON_HAND, Stock};
use crate::store::{Since, StaffChange, StoreError};

/// What staff want of a SKU; what is none stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Another number of units.
    pub amount: Option<Amount>,
    /// Why, in their words.
    pub reason: Option<String>,
    /// Another threshold.
    pub low_stock_threshold: Option<u32>,
    /// Another number of buckets.
    pub buckets: Option<u8>,
}

impl Inventory {
    /// Changes the stock of a SKU as staff want it, and makes its record where there is none.
    ///
    /// # Errors
    /// Fewer units than are held; another version than the one asked for.
    pub async fn decide(
        &self,
        sku: &Sku,
        wanted: &Wanted,
        by: UserId,
        version: Option<u64>,
        answered: &Answered<Stock>,
    ) -> Result<Stock, InventoryError> {
        let cause = cause(wanted, answered.id(), by);
        let mut tries = Tries::default();
        loop {
            let now = self.now();
            let found = self.store.stock(sku, now).await?;
            let current = found.as_ref().map_or(0, Stock::version);
            if version.is_some_and(|version| version != current) {
                return Err(InventoryError::Changed { current });
            }
            let mut before = found.unwrap_or_else(|| Stock::new(sku.clone()));
            let spread = wanted.buckets.unwrap_or(before.head.spread);
            let changes = match levelled(&before, wanted.amount, spread) {
                Ok(changes) => changes,
                Err(Unfit::TooMany) => {
                    let rule = format!("must not lead to more than {MAX_ON_HAND} units");
                    return Err(InventoryError::invalid(pointer(wanted), rule));
                }
                Err(Unfit::BelowReserved) => {
                    let reserved = before.reserved();
                    return Err(InventoryError::BelowReserved { reserved });
                }
                Err(Unfit::Reclaim(missing)) => {
                    let by = kernel::ReservationId::derive(&answered.id().to_string(), "reclaim");
                    self.reclaim(&before, missing, by, now).await?;
                    tries.wait().await?;
                    continue;
                }
            };
            for number in (0..).take(changes.len()).skip(before.buckets.len()) {
                before.buckets.push(Bucket::empty(number));
            }
            let after = changed(&before, &changes, wanted, spread);
            if after == before {
                return Ok(before);
            }
            let spreads = spread != before.head.spread;
            let since = match wanted.amount {
                _ if version.is_some() => Since::Nothing,
                // A number of units that is so many more or fewer is so whoever buys meanwhile. What
                // was counted is what was counted, so nothing may have been bought.
                Some(Amount::By(_)) | None if !spreads => Since::Anything,
                _ => Since::Holds,
            };
            let change = StaffChange {
                before: &before,
                changes: &changes,
                cause: &cause,
                since,
                after: &after,
            };
            match self.store.decide(&change, answered, now).await {
                Ok(()) => {
                    self.watch(std::iter::once(sku.clone()), now).await;
                    return Ok(after);
                }
                Err(StoreError::Stale) => tries.wait().await?,
                Err(error) => return Err(error.into()),
            }
        }
    }
}

/// The stock as it is after the change.
fn changed(before: &Stock, changes: &[i64], wanted: &Wanted, spread: u8) -> Stock {
    let mut after = before.clone();
    for (bucket, &change) in after.buckets.iter_mut().zip(changes) {
        if change != 0 || bucket.version == 0 {
            bucket.free = bucket.free.saturating_add_signed(change);
            bucket.version += 2;
        }
    }
    let threshold = wanted.low_stock_threshold;
    let head = Head {
        low_stock_threshold: threshold.unwrap_or(before.head.low_stock_threshold),
        spread,
        buckets: before.head.buckets.max(spread),
        ..before.head.clone()
    };
    if head != before.head || before.head.version == 0 {
        after.head = Head {
            version: before.head.version + 1,
            revision: before.head.revision + 1,
            ..head
        };
    }
    after
}

fn cause(wanted: &Wanted, operation: OperationId, by: UserId) -> Cause {
    Cause {
        id: operation.to_string(),
        kind: match wanted.amount {
            Some(Amount::By(by)) if by > 0 => MovementKind::Receipt,
            Some(Amount::By(_)) => MovementKind::Adjustment,
            _ => MovementKind::Count,
        },
        reason: wanted.reason.clone(),
        by: by.to_string(),
    }
}

fn pointer(wanted: &Wanted) -> &'static str {
    match wanted.amount {
        Some(Amount::By(_)) => "/adjust",
        _ => "/onHand",
    }
}
