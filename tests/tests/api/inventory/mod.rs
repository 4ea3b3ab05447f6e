//! `/api/v1/inventory`.

mod alerts;
mod catalogue;
mod holds;
mod races;
mod staff;

use serde_json::{Value, json};
use testkit::{Api, Reply, Stage, unique};

/// A SKU of the test's own, and who looks after it.
pub struct Shelf {
    /// A manager that no other test knows.
    pub staff: Api,
    /// The SKU.
    pub sku: String,
}

impl Shelf {
    /// A SKU that nobody has heard of.
    pub fn unheard() -> Self {
        Self {
            staff: Stage::from_env().manager(),
            sku: unique("SKU"),
        }
    }

    /// A SKU with so many units.
    pub fn of(on_hand: u64) -> Self {
        let shelf = Self::unheard();
        shelf.put(&json!({ "onHand": on_hand })).expect(200);
        shelf
    }

    /// Its path, or one below it.
    pub fn path(&self, below: &str) -> String {
        format!("/api/v1/inventory/{}{below}", self.sku)
    }

    /// Changes its stock.
    pub fn put(&self, change: &Value) -> Reply {
        self.staff.put(&self.path(""), change)
    }

    /// Holds some of it.
    pub fn reserve(&self, hold: &Value) -> Reply {
        self.staff.post(&self.path("/reserve"), hold)
    }

    /// Gives a hold up.
    pub fn release(&self, id: &str) -> Reply {
        let path = self.path(&format!("/reserve?reservationId={id}"));
        self.staff.delete(&path)
    }

    /// On hand, reserved, available.
    pub fn told(&self) -> (u64, u64, u64) {
        let stock = self.staff.get(&self.path("")).expect(200).data();
        let number = |field: &str| stock[field].as_u64().unwrap();
        (number("onHand"), number("reserved"), number("available"))
    }

    /// Every movement, the newest first: type, quantity, on hand after it.
    pub fn movements(&self) -> Vec<(String, i64, u64)> {
        let mut all = Vec::new();
        let mut cursor = String::new();
        loop {
            let path = self.path(&format!("/movements?limit=2{cursor}"));
            let page = self.staff.get(&path).expect(200).json();
            for movement in page["data"].as_array().unwrap() {
                all.push((
                    movement["type"].as_str().unwrap().to_owned(),
                    movement["quantity"].as_i64().unwrap(),
                    movement["onHandAfter"].as_u64().unwrap(),
                ));
            }
            match page["meta"]["nextCursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return all,
            }
        }
    }
}
