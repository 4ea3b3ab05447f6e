//! `/api/v1/orders`, over HTTP.

mod cancelling;
mod crash;
mod guests;
mod listing;
mod moving;
mod paying;
mod placing;
mod totals;

use serde_json::{Value, json};
use testkit::{Api, Reply, Stage, unique};

use crate::products::{Catalogue, text};

/// Things that are for sale, in a category of the test's own.
pub struct Shopfront {
    /// Who looks after them.
    pub catalogue: Catalogue,
}

impl Shopfront {
    /// One with nothing in it.
    pub fn new() -> Self {
        Self {
            catalogue: Catalogue::new(),
        }
    }

    /// Something at a price, of which there are so many.
    pub fn sell(&self, price: f64, stock: u64) -> Value {
        self.sell_with(json!({ "price": price }), stock)
    }

    /// The same with more fields.
    pub fn sell_with(&self, more: Value, stock: u64) -> Value {
        let product = self.catalogue.product_with(&unique("Thing"), more);
        self.stock(&product, stock);
        product
    }

    /// Says how many of a product there are.
    pub fn stock(&self, product: &Value, stock: u64) {
        let path = format!("/api/v1/inventory/{}", text(product, "sku"));
        let staff = &self.catalogue.staff;
        staff.put(&path, &json!({ "onHand": stock })).expect(200);
    }

    /// How many of a product can be bought.
    pub fn available(&self, product: &Value) -> u64 {
        let path = format!("/api/v1/inventory/{}", text(product, "sku"));
        let stock = self.catalogue.staff.get(&path).expect(200).data();
        stock["available"].as_u64().unwrap()
    }
}

/// Puts something into the cart of somebody who is signed in.
pub fn put(shopper: &Api, product: &Value, quantity: u64) -> Reply {
    let item = json!({ "productId": product["id"], "quantity": quantity });
    shopper.post("/api/v1/cart/items", &item)
}

/// What is asked for with an order: it goes to a state without tax.
pub fn wish() -> Value {
    json!({ "shippingAddress": address() })
}

/// A place in Oregon.
pub fn address() -> Value {
    json!({
        "name": "Ann Archer", "line1": "1 Main Street", "city": "Portland", "region": "OR",
        "postalCode": "97201", "country": "US",
    })
}

/// Orders what is in the cart.
pub fn order(shopper: &Api) -> Reply {
    shopper.post("/api/v1/orders", &wish())
}

/// The same once only, under a key.
pub fn order_once(shopper: &Api, key: &str) -> Reply {
    shopper
        .ask("POST", "/api/v1/orders")
        .key(key)
        .json(&wish())
        .send()
}

/// An order of one thing, by somebody who is signed in.
pub fn ordered(shopper: &Api, product: &Value, quantity: u64) -> Value {
    put(shopper, product, quantity).expect(200);
    order(shopper).expect(201).data()
}

/// The path of an order.
pub fn path(order: &Value) -> String {
    format!("/api/v1/orders/{}", text(order, "id"))
}

/// A guest, with a cart when there is something in it.
pub struct Visitor {
    api: Api,
    /// The cart's token.
    pub cart: Option<String>,
}

impl Visitor {
    /// Somebody new.
    pub fn new() -> Self {
        Self {
            api: Stage::from_env().api(),
            cart: None,
        }
    }

    /// Sends a request with the cart's token.
    pub fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Reply {
        self.ask_under(method, path, body, None)
    }

    /// The same under an idempotency key, where there is one.
    pub fn ask_under(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
        key: Option<&str>,
    ) -> Reply {
        let mut ask = self.api.ask(method, path);
        if let Some(cart) = &self.cart {
            ask = ask.header("x-cart-token", cart);
        }
        if let Some(key) = key {
            ask = ask.key(key);
        }
        match body {
            Some(body) => ask.json(body).send(),
            None => ask.send(),
        }
    }

    /// Puts something into the cart, and keeps the token of a new one.
    pub fn put(&mut self, product: &Value, quantity: u64) -> Value {
        let item = json!({ "productId": product["id"], "quantity": quantity });
        let reply = self
            .ask("POST", "/api/v1/cart/items", Some(&item))
            .expect(200);
        if let Some(token) = reply.header("x-cart-token") {
            self.cart = Some(token.to_owned());
        }
        reply.data()
    }
}

/// What a guest asks for with an order.
pub fn guest_wish() -> Value {
    json!({ "shippingAddress": address(), "email": "guest@example.com" })
}
