//! How many calls a change of a cart makes, and how few of them grow with the cart.

use std::collections::BTreeMap;

use edge::Endpoint;
use edge::walk::Walk;
use inventory::Inventory;
use kernel::Role;
use orders::Carts;
use orders::api::{AddCartItem, GetCart};
use products::Products;
use serde_json::{Value, json};
use testkit::{Brink, Reply, Shop, unique};

use super::some;

/// More calls than a change of a cart makes.
const MANY: usize = 1_000;

/// A shop whose calls are counted, and somebody who buys there.
struct Counted {
    shop: Shop,
    brink: Brink,
    carts: Carts,
    adding: Walk<AddCartItem>,
    showing: Walk<GetCart>,
    buyer: String,
    things: Vec<Value>,
}

impl Counted {
    /// With so many things, ten of each on the shelf.
    fn with_things(count: usize) -> Self {
        let shop = Shop::open();
        let brink = Brink::before(shop.environment());
        let over = shop.wait(brink.connect(shop.environment()));
        let carts = shop.wait(<Carts as edge::App>::start(&over)).unwrap();
        let staff = shop.signer().token(Role::Admin);
        let (products, inventory) = (shop.start::<Products>(), shop.start::<Inventory>());
        let shelf = json!({ "name": "Shelf" });
        let category = ask::<products::api::CreateCategory>(&shop, &products, &staff, &[], &shelf);
        let category = category.expect(201).data()["id"].clone();
        let thing = |number: usize| {
            let sku = unique("THING");
            let thing = json!({
                "name": format!("Thing {number}"), "price": 10, "sku": sku, "categoryId": category,
            });
            let made = ask::<products::api::CreateProduct>(&shop, &products, &staff, &[], &thing);
            let (id, stock) = ([("id", sku.as_str())], json!({ "onHand": 10 }));
            ask::<inventory::api::UpdateStock>(&shop, &inventory, &staff, &id, &stock).expect(200);
            made.expect(201).data()
        };
        Self {
            things: (0..count).map(thing).collect(),
            buyer: shop.signer().token(Role::User),
            adding: shop.walk(),
            showing: shop.walk(),
            brink,
            carts,
            shop,
        }
    }

    /// The calls of a request, by their names.
    fn calls<E: Endpoint<App = Carts>>(
        &self,
        walk: &Walk<E>,
        body: Option<&Value>,
    ) -> BTreeMap<String, usize> {
        let request = self.shop.request::<E>(&[], "", Some(&self.buyer), body);
        let answered = self.brink.after(MANY, walk.answer(&self.carts, request));
        let answer = self.shop.wait(answered).done().unwrap();
        assert_eq!(answer.status(), 200);
        let mut calls = BTreeMap::new();
        for call in self.brink.calls() {
            *calls.entry(call).or_default() += 1;
        }
        calls
    }
}

fn ask<E: Endpoint>(
    shop: &Shop,
    app: &E::App,
    token: &str,
    params: &[(&str, &str)],
    body: &Value,
) -> Reply {
    shop.call::<E>(app, shop.request::<E>(params, "", Some(token), Some(body)))
}

/// The products of the other lines are read once there are any.
#[test]
fn a_cart_of_forty_lines_takes_the_calls_of_one_of_two() {
    let counted = Counted::with_things(40);
    for (at, thing) in counted.things.iter().enumerate() {
        let calls = counted.calls(&counted.adding, Some(&some(thing, 1)));
        let expected = [
            ("BatchGetItem", if at == 0 { 2 } else { 3 }),
            ("GetItem", 1),
            ("TransactWriteItems", 1),
        ];
        let expected = expected.map(|(name, count)| (name.to_owned(), count));
        assert_eq!(calls, BTreeMap::from(expected), "{} lines", at + 1);

        let calls = counted.calls(&counted.showing, None);
        let expected = [("BatchGetItem", 2), ("GetItem", 1)];
        let expected = expected.map(|(name, count)| (name.to_owned(), count));
        assert_eq!(calls, BTreeMap::from(expected), "{} lines", at + 1);
    }
}
