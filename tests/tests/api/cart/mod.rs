//! `/api/v1/cart`.

mod calls;
mod filling;
mod guests;
mod merging;
mod prices;

use serde_json::{Value, json};
use testkit::{Api, Ask, Reply, Stage};

use crate::products::{Catalogue, text};

pub const CART: &str = "/api/v1/cart";
pub const ITEMS: &str = "/api/v1/cart/items";

/// A shop of the test's own, with things on its shelves.
pub struct Shelves {
    /// Where the things are listed.
    pub catalogue: Catalogue,
}

impl Shelves {
    /// A shop without anything.
    pub fn new() -> Self {
        Self {
            catalogue: Catalogue::new(),
        }
    }

    /// A thing with more fields, and so many of it on the shelf.
    pub fn thing_with(&self, name: &str, on_hand: u32, more: Value) -> Value {
        let product = self.catalogue.product_with(name, more);
        let variants = product["variants"].as_array().cloned().unwrap_or_default();
        for sold in std::iter::once(&product).chain(&variants) {
            self.stock(&text(sold, "sku"), on_hand);
        }
        product
    }

    /// A thing at 19.99, and so many of it on the shelf.
    pub fn thing(&self, name: &str, on_hand: u32) -> Value {
        self.thing_with(name, on_hand, json!({}))
    }

    /// So many things, nine of each on the shelf.
    pub fn things(&self, count: usize) -> Vec<Value> {
        let names = (0..count).map(|number| format!("Thing {number}"));
        names.map(|name| self.thing(&name, 9)).collect()
    }

    /// Sets how many of a SKU there are.
    pub fn stock(&self, sku: &str, on_hand: u32) {
        let path = format!("/api/v1/inventory/{sku}");
        let body = json!({ "onHand": on_hand });
        self.catalogue.staff.put(&path, &body).expect(200);
    }
}

/// Somebody who shops: with a token of their account, or with that of a cart.
pub struct Buyer {
    api: Api,
    cart_token: Option<String>,
}

impl Buyer {
    /// A new user.
    pub fn user() -> Self {
        Self {
            api: Stage::from_env().user(),
            cart_token: None,
        }
    }

    /// A guest who has put a thing into a new cart.
    pub fn guest(thing: &Value, quantity: u32) -> Self {
        let api = Stage::from_env().api();
        let first = api.post(ITEMS, &some(thing, quantity)).expect(200);
        Self {
            api,
            cart_token: Some(first.header("x-cart-token").unwrap().to_owned()),
        }
    }

    /// The guest's token.
    pub fn cart_token(&self) -> &str {
        self.cart_token.as_deref().unwrap()
    }

    /// A request of theirs.
    pub fn ask(&self, method: &str, path: &str) -> Ask {
        let ask = self.api.ask(method, path);
        match &self.cart_token {
            Some(token) => ask.header("x-cart-token", token),
            None => ask,
        }
    }

    /// Asks for more of a thing.
    pub fn add(&self, thing: &Value, quantity: u32) -> Reply {
        self.ask("POST", ITEMS).json(&some(thing, quantity)).send()
    }

    /// Sets how many of a line there are.
    pub fn set(&self, line: &Value, quantity: u32) -> Reply {
        let body = json!({ "quantity": quantity });
        self.ask("PUT", &item(line)).json(&body).send()
    }

    /// Takes a line out.
    pub fn remove(&self, line: &Value) -> Reply {
        self.ask("DELETE", &item(line)).send()
    }

    /// The cart.
    pub fn cart(&self) -> Value {
        self.ask("GET", CART).send().expect(200).data()
    }

    /// The SKUs in the cart and how many of each, sorted.
    pub fn things(&self) -> Vec<(String, u64)> {
        things(&self.cart())
    }
}

/// What asks for some of a thing.
pub fn some(thing: &Value, quantity: u32) -> Value {
    json!({ "productId": thing["id"], "quantity": quantity })
}

/// The path of a line.
pub fn item(line: &Value) -> String {
    format!("{ITEMS}/{}", text(line, "id"))
}

/// The SKUs in a cart and how many of each, sorted.
pub fn things(cart: &Value) -> Vec<(String, u64)> {
    let thing = |line: &Value| (text(line, "sku"), line["quantity"].as_u64().unwrap());
    let mut things: Vec<_> = cart["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(thing)
        .collect();
    things.sort();
    things
}
