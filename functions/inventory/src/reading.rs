//! What there is in stock, and how it came about.

use kernel::{Cursor, CursorError, Limit, Page, Sku};
use serde::{Deserialize, Serialize};

use crate::Inventory;
use crate::error::InventoryError;
use crate::movement::Movement;
use crate::reservation::{Line, Shortage, Units, summed};
use crate::stock::Stock;
use crate::store::OpenAlert;

/// How many units of a SKU can be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Availability {
    /// Which SKU.
    pub sku: Sku,
    /// Units: none of a SKU that was never stocked.
    pub available: u64,
}

/// A place in a list, as a cursor holds it.
#[derive(Debug, Serialize, Deserialize)]
struct Place(String);

impl Inventory {
    /// How many units of each SKU can be had, in their order: one call, however many they are, and
    /// a parallel round of queries for those of which somebody holds something.
    ///
    /// # Errors
    /// When the table fails.
    pub async fn availability(&self, skus: &[Sku]) -> Result<Vec<Availability>, InventoryError> {
        let all: Units = skus.iter().map(|sku| (sku.clone(), u64::MAX)).collect();
        let available = self.store.available(&all, self.now()).await?;
        let told = skus.iter().map(|sku| Availability {
            sku: sku.clone(),
            available: available.get(sku).copied().unwrap_or(0),
        });
        Ok(told.collect())
    }

    /// The SKUs of which there is too little for some lines; nothing is held. It is one call where
    /// enough of each lies there, whoever holds what else.
    ///
    /// # Errors
    /// When the table fails.
    pub async fn shortages(&self, lines: &[Line]) -> Result<Vec<Shortage>, InventoryError> {
        let wanted = summed(lines);
        let available = self.store.available(&wanted, self.now()).await?;
        let short = wanted.into_iter().filter_map(|(sku, requested)| {
            let available = available.get(&sku).copied().unwrap_or(0);
            (available < requested).then_some(Shortage {
                sku,
                requested,
                available,
            })
        });
        Ok(short.collect())
    }

    /// The stock of a SKU.
    ///
    /// # Errors
    /// No record of it.
    pub async fn stock(&self, sku: &Sku) -> Result<Stock, InventoryError> {
        let stock = self.store.stock(sku, self.now()).await?;
        stock.ok_or(InventoryError::NotFound)
    }

    /// A page of stock in the order of the SKUs, all of it or what is low. A page of the latter may
    /// be short: what has recovered a moment ago is read, and left out.
    ///
    /// # Errors
    /// A cursor of another list.
    pub async fn list(
        &self,
        low: bool,
        limit: Limit,
        cursor: Option<&Cursor>,
    ) -> Result<Page<Stock>, InventoryError> {
        let name = if low { "stock, low" } else { "stock" };
        let behind = open(cursor, name)?;
        let (skus, next) = self
            .store
            .skus(low, behind.as_deref(), limit.as_usize())
            .await?;
        let stocks = self.store.stocks(&skus, self.now()).await?;
        let is_low = |stock: &Stock| stock.available() <= u64::from(stock.head.low_stock_threshold);
        let stocks = stocks.into_iter().flatten();
        Ok(Page {
            items: stocks.filter(|stock| !low || is_low(stock)).collect(),
            next: seal(next, name)?,
        })
    }

    /// A page of a SKU's movements, the newest first.
    ///
    /// # Errors
    /// No record of it; a cursor of another list.
    pub async fn movements(
        &self,
        sku: &Sku,
        limit: Limit,
        cursor: Option<&Cursor>,
    ) -> Result<Page<Movement>, InventoryError> {
        let name = format!("movements of {sku}");
        let behind = open(cursor, &name)?;
        let buckets = self.stock(sku).await?.head.buckets;
        let behind = behind.as_deref();
        let ledger = self.store.movements(sku, buckets, behind, limit.as_usize());
        let (items, next) = ledger.await?;
        let next = seal(next, &name)?;
        Ok(Page { items, next })
    }

    /// A page of open alerts, the newest first.
    ///
    /// # Errors
    /// A cursor of another list.
    pub async fn alerts(
        &self,
        limit: Limit,
        cursor: Option<&Cursor>,
    ) -> Result<Page<OpenAlert>, InventoryError> {
        let behind = open(cursor, "alerts")?;
        let (items, next) = self
            .store
            .alerts(behind.as_deref(), limit.as_usize())
            .await?;
        let next = seal(next, "alerts")?;
        Ok(Page { items, next })
    }
}

fn open(cursor: Option<&Cursor>, list: &str) -> Result<Option<String>, InventoryError> {
    let place = cursor.map(|cursor| cursor.open::<Place>(list)).transpose();
    Ok(place.map_err(misplaced)?.map(|Place(place)| place))
}

fn seal(place: Option<String>, list: &str) -> Result<Option<Cursor>, InventoryError> {
    let place = place.map(|place| Cursor::seal(&Place(place), list));
    place.transpose().map_err(misplaced)
}

fn misplaced(error: CursorError) -> InventoryError {
    InventoryError::invalid("/cursor", error)
}
