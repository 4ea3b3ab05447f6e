//! The service against a table of the test's own in the local cloud, at a time of the test's own.

mod behaviour;
mod calls;
mod model;
mod races;

use std::sync::Arc;
use std::time::Duration;

use aws::{Answered, Environment, TableError};
use kernel::{FixedClock, Limit, OperationId, Quantity, ReservationId, Sku, Timestamp, UserId};
use manifest::resources::INVENTORY;

use crate::allocation::Amount;
use crate::movement::Movement;
use crate::stock::Stock;
use crate::{Inventory, InventoryError, Line, Wanted};

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);
const HOLD: Duration = Duration::from_secs(900);

struct Store {
    runtime: tokio::runtime::Runtime,
    environment: Environment,
    inventory: Inventory,
    clock: Arc<FixedClock>,
}

impl Store {
    fn open() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let clock = Arc::new(FixedClock::at(NOW));
        let aws = runtime
            .block_on(aws::testing::cloud(&[&INVENTORY]))
            .unwrap();
        let inventory = Inventory::at(aws.table(&INVENTORY).unwrap(), clock.clone());
        Self {
            runtime,
            environment: aws.environment().clone(),
            inventory,
            clock,
        }
    }

    fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    fn until(&self) -> Timestamp {
        kernel::Clock::now(&*self.clock).plus(HOLD)
    }

    fn pass(&self, span: Duration) {
        self.clock.advance(span);
    }

    fn reserve(&self, name: &str, lines: &[(&str, u64)]) -> Result<(), InventoryError> {
        let (id, lines) = (id(name), these(lines));
        patiently(|| {
            let held = self.inventory.reserve(&id, &lines, self.until());
            self.wait(held).map(|_| ())
        })
    }

    fn extend(&self, name: &str) -> Result<(), InventoryError> {
        let id = id(name);
        patiently(|| {
            let held = self.inventory.extend(&id, self.until());
            self.wait(held).map(|_| ())
        })
    }

    fn commit(&self, name: &str) -> Result<(), InventoryError> {
        patiently(|| self.wait(self.inventory.commit(&id(name))))
    }

    fn release(&self, name: &str) -> Result<(), InventoryError> {
        patiently(|| self.wait(self.inventory.release(&id(name))))
    }

    fn restock(&self, name: &str, key: &str, lines: &[(&str, u64)]) -> Result<(), InventoryError> {
        let (id, lines) = (id(name), these(lines));
        patiently(|| {
            let back = self.inventory.restock(&id, key, &lines, "came back");
            self.wait(back)
        })
    }

    fn decide(&self, sku: &str, wanted: &Wanted) -> Result<Stock, InventoryError> {
        let by = UserId::derive("", "staff");
        // An operation is one of its kind, as one without a key is.
        let answered = Answered::silent(OperationId::derive("", &testkit::unique("op")));
        let sku = self::sku(sku);
        patiently(|| self.wait(self.inventory.decide(&sku, wanted, by, None, &answered)))
    }

    fn put(&self, sku: &str, on_hand: u64, buckets: u8) {
        let wanted = Wanted {
            amount: Some(Amount::OnHand(on_hand)),
            buckets: Some(buckets),
            ..Wanted::default()
        };
        self.decide(sku, &wanted).unwrap();
    }

    /// What is told of a SKU: on hand, reserved, available. Whoever asks for the last alone is told
    /// the same.
    fn told(&self, sku: &str) -> (u64, u64, u64) {
        let skus = [self::sku(sku)];
        let stock = self.wait(self.inventory.stock(&skus[0])).unwrap();
        let available = self.wait(self.inventory.availability(&skus)).unwrap();
        assert_eq!(available[0].available, stock.available(), "{sku}");
        (stock.on_hand(), stock.reserved(), stock.available())
    }

    /// Every movement, the newest first, read in pages of three.
    fn movements(&self, sku: &str) -> Vec<Movement> {
        let (sku, three) = (self::sku(sku), Limit::new(3).unwrap());
        let mut all = Vec::new();
        let mut cursor = None;
        loop {
            let page = self.inventory.movements(&sku, three, cursor.as_ref());
            let page = self.wait(page).unwrap();
            all.extend(page.items);
            cursor = page.next;
            if cursor.is_none() {
                return all;
            }
        }
    }

    /// The ledger adds up to what is on hand, at every step of it.
    fn check_ledger(&self, sku: &str) {
        let mut on_hand = i64::try_from(self.told(sku).0).unwrap();
        for movement in self.movements(sku) {
            let after = i64::try_from(movement.on_hand_after).unwrap();
            assert_eq!(after, on_hand, "{sku}: {movement:?}");
            on_hand -= movement.quantity;
        }
        assert_eq!(on_hand, 0, "{sku}");
    }

    /// The events that were told of anything.
    fn events(&self) -> Vec<String> {
        let told = aws::testing::told(self.inventory.store.table());
        self.wait(told).unwrap()
    }

    fn alerts(&self) -> Vec<(String, &'static str)> {
        let page = self.inventory.alerts(Limit::MAX, None);
        let page = self.wait(page).unwrap();
        let shown = |alert: crate::store::OpenAlert| (alert.sku.to_string(), alert.kind.as_str());
        page.items.into_iter().map(shown).collect()
    }
}

/// Does what a caller does who is told to try again: tries again. On a machine that does other
/// things as well, sixty-four threads at one item may take longer than the service has patience.
fn patiently<T>(work: impl Fn() -> Result<T, InventoryError>) -> Result<T, InventoryError> {
    for _ in 0..50 {
        match work() {
            Err(InventoryError::Busy | InventoryError::Table(TableError::Unavailable(_))) => {}
            outcome => return outcome,
        }
    }
    work()
}

fn id(name: &str) -> ReservationId {
    ReservationId::derive("", name)
}

fn sku(name: &str) -> Sku {
    Sku::parse(name).unwrap()
}

fn these(lines: &[(&str, u64)]) -> Vec<Line> {
    let line = |(name, quantity): &(&str, u64)| Line {
        sku: sku(name),
        quantity: Quantity::new(*quantity).unwrap(),
    };
    lines.iter().map(line).collect()
}
