//! What becomes of orders, carts and stock when a function dies: each use case is stopped after every
//! single call that it makes, and then the system runs on by itself. Events are delivered, time
//! passes, and whoever asked may ask again. In the end everything agrees.
//!
//! All of it runs in the test's own process, on tables of its own, so anyone can run it:
//! `cargo xtask test -E 'test(crash)'`.

use std::cell::RefCell;
use std::collections::HashSet;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use contracts::Envelope;
use contracts::payments::PaymentCaptured;
use edge::walk::Walk;
use edge::{App, Consumer, Endpoint, Request, Trace};
use inventory::Inventory;
use kernel::{
    Clock, FixedClock, Money, OrderId, PaymentId, Role, Sku, SystemClock, Timestamp, UserId,
};
use manifest::resources::{INVENTORY, ORDERS};
use manifest::{Hears, consumers};
use orders::api::{AddCartItem, CancelOrder, GetCart, GetOrder, ListOrders, PlaceOrder};
use orders::on::OrderCancelled;
use orders::{Carts, Checkout, Fulfilment, Orders, Person};
use serde_json::{Value, json};
use testkit::{Brink, Outcome, Reply, Shop, unique};

use super::wish;
use crate::products::text;

/// How many of each thing there are, and how many of it are ordered.
const STOCK: u64 = 10;
const ORDERED: u64 = 2;
/// More calls than any use case makes.
const MANY: usize = 60;

/// The services, as functions start them.
struct Apps {
    orders: Orders,
    fulfilment: Fulfilment,
    carts: Carts,
    checkout: Checkout,
}

/// A shop whose functions die when a test says so.
struct World {
    shop: Shop,
    brink: Brink,
    /// What sees everything through.
    safe: Apps,
    /// What dies.
    mortal: Apps,
    placing: Walk<PlaceOrder>,
    cancelling: Walk<CancelOrder>,
    staff: String,
    category: String,
    heard: RefCell<HashSet<String>>,
}

/// A buyer, a thing, and the order that becomes of them.
struct Scene {
    user: UserId,
    token: String,
    sku: Sku,
    order: Option<OrderId>,
    payment: PaymentId,
}

impl Apps {
    async fn start(aws: &aws::Aws) -> Self {
        Self {
            orders: Orders::start(aws).await.unwrap(),
            fulfilment: Fulfilment::start(aws).await.unwrap(),
            carts: Carts::start(aws).await.unwrap(),
            checkout: Checkout::start(aws).await.unwrap(),
        }
    }
}

impl World {
    fn open() -> Self {
        let shop = Shop::open();
        let brink = Brink::before(shop.environment());
        let safe = shop.wait(Apps::start(shop.aws()));
        let over = shop.wait(brink.connect(shop.environment()));
        let mortal = shop.wait(Apps::start(&over));
        let staff = shop.signer().token(Role::Admin);
        let products = shop.start::<products::Products>();
        let shelf = shop.request::<products::api::CreateCategory>(
            &[],
            "",
            Some(&staff),
            Some(&json!({ "name": "Shelf" })),
        );
        let shelf = shop.call::<products::api::CreateCategory>(&products, shelf);
        let category = text(&shelf.expect(201).data(), "id");
        Self {
            placing: shop.walk(),
            cancelling: shop.walk(),
            brink,
            safe,
            mortal,
            staff,
            category,
            heard: RefCell::default(),
            shop,
        }
    }

    fn ask<E: Endpoint>(
        &self,
        app: &E::App,
        token: &str,
        params: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Reply {
        let request = self.shop.request::<E>(params, "", Some(token), body);
        self.shop.call::<E>(app, request)
    }

    /// A new buyer with some of a new thing in the cart.
    fn scene(&self) -> Scene {
        let signer = self.shop.signer();
        let claims = signer.claims(Role::User);
        let (user, token) = (claims.user_id.parse().unwrap(), signer.sign(&claims));
        let sku = unique("THING").to_uppercase();
        let thing = json!({
            "name": "Thing", "price": 10, "sku": sku, "categoryId": self.category,
        });
        let products = self.shop.start::<products::Products>();
        let made =
            self.ask::<products::api::CreateProduct>(&products, &self.staff, &[], Some(&thing));
        let thing = made.expect(201).data();
        let inventory = self.shop.start::<Inventory>();
        let stock = json!({ "onHand": STOCK });
        let params = [("id", sku.as_str())];
        self.ask::<inventory::api::UpdateStock>(&inventory, &self.staff, &params, Some(&stock))
            .expect(200);
        let item = json!({ "productId": thing["id"], "quantity": ORDERED });
        self.ask::<AddCartItem>(&self.safe.carts, &token, &[], Some(&item))
            .expect(200);
        Scene {
            user,
            token,
            sku: Sku::parse(&sku).unwrap(),
            order: None,
            payment: PaymentId::from_uuid(uuid::Uuid::now_v7()),
        }
    }

    /// The same with the order placed.
    fn ordered(&self) -> Scene {
        let mut scene = self.scene();
        let placed = self.ask::<PlaceOrder>(&self.safe.checkout, &scene.token, &[], Some(&wish()));
        scene.order = text(&placed.expect(201).data(), "id").parse().ok();
        scene
    }

    /// The same with a payment begun.
    fn begun(&self) -> Scene {
        let scene = self.ordered();
        self.shop.wait(begin(&self.safe, &scene));
        scene
    }

    /// The same with the payment confirmed.
    fn confirmed(&self) -> Scene {
        let scene = self.begun();
        self.shop.wait(confirm(&self.safe, &scene)).unwrap();
        scene
    }

    /// The same with the money captured.
    fn paid(&self) -> Scene {
        let scene = self.confirmed();
        self.shop.wait(capture(&self.safe, &scene));
        scene
    }

    /// Delivers what was told and not heard yet, and what is told of that.
    fn deliver(&self) {
        loop {
            let news = self.news();
            if news.is_empty() {
                return;
            }
            for envelope in news {
                self.shop.wait(hear(&self.safe, &envelope));
                self.heard.borrow_mut().insert(envelope);
            }
        }
    }

    /// What was told to orders themselves and not heard yet.
    fn news(&self) -> Vec<String> {
        let table = self.shop.aws().table(&ORDERS).unwrap();
        let told = self.shop.wait(aws::testing::envelopes(&table)).unwrap();
        let Hears::Events(types) = consumers::ORDERS_ON_ORDER_CANCELLED.hears else {
            panic!("the consumer hears no events");
        };
        told.into_iter()
            .filter(|envelope| {
                let heard: Envelope = serde_json::from_str(envelope).unwrap();
                types.contains(&&*heard.event_type)
            })
            .filter(|envelope| !self.heard.borrow().contains(envelope))
            .collect()
    }

    /// Lets the system go on until every hold is over.
    fn run_on(&self) {
        self.deliver();
        self.shop
            .wait(self.safe.orders.expire_unpaid(later()))
            .unwrap();
        self.deliver();
    }

    /// The buyer's orders.
    fn orders_of(&self, scene: &Scene) -> Vec<Value> {
        let list = self.ask::<ListOrders>(&self.safe.orders, &scene.token, &[], None);
        let list = list.expect(200).data();
        let read = |order: &Value| {
            let id = text(order, "id");
            self.ask::<GetOrder>(&self.safe.orders, &scene.token, &[("id", &id)], None)
                .expect(200)
                .data()
        };
        list.as_array().unwrap().iter().map(read).collect()
    }

    /// The buyer's order, where there is to be one.
    fn order_of(&self, scene: &Scene) -> Value {
        let orders = self.orders_of(scene);
        assert_eq!(orders.len(), 1, "{orders:?}");
        orders[0].clone()
    }

    /// How many of the thing can be bought when every hold is over.
    fn available(&self, scene: &Scene) -> u64 {
        let table = self.shop.aws().table(&INVENTORY).unwrap();
        let clock = Arc::new(FixedClock::at(later()));
        let inventory = Inventory::at(table, clock);
        let found = inventory.availability(std::slice::from_ref(&scene.sku));
        self.shop.wait(found).unwrap()[0].available
    }

    /// Order, stock, cart and timeline say the same.
    fn agree(&self, scene: &Scene) {
        let orders = self.orders_of(scene);
        let cart = self.ask::<GetCart>(&self.safe.carts, &scene.token, &[], None);
        let cart = cart.expect(200).data();
        let in_cart = cart["itemCount"].as_u64().unwrap();
        assert_eq!(
            in_cart,
            if orders.is_empty() { ORDERED } else { 0 },
            "what was ordered left the cart, and nothing else did: {cart} {orders:?}"
        );
        let mut sold = 0;
        for order in &orders {
            let entries = order["timeline"].as_array().unwrap();
            assert_eq!(
                order["version"],
                entries.len(),
                "a line for each version: {order}"
            );
            let last = entries.last().unwrap()["type"].as_str().unwrap();
            let status = order["status"].as_str().unwrap();
            let kept = order["items"].as_array().unwrap().iter();
            let kept = kept.map(|line| {
                line["quantity"].as_u64().unwrap() - line["cancelledQuantity"].as_u64().unwrap()
            });
            match (status, order["paymentStatus"].as_str().unwrap()) {
                ("pending_payment", "authorised") => {
                    assert_eq!(last, "payment_authorised");
                    sold += kept.sum::<u64>();
                }
                ("paid", _) => {
                    assert!(["paid", "lines_cancelled"].contains(&last), "{order}");
                    sold += kept.sum::<u64>();
                }
                ("cancelled" | "expired", _) => assert_eq!(last, status, "{order}"),
                _ => panic!("neither paid nor over: {order}"),
            }
        }
        assert_eq!(self.available(scene), STOCK - sold, "{orders:?}");
    }

    /// Stops a use case after each of its calls in turn, each time in a new scene, and looks at what
    /// is left behind; at last lets it end.
    fn stop_everywhere(
        &self,
        prepare: impl Fn() -> Scene,
        act: impl for<'a> Fn(&'a Self, &'a Apps, &'a Scene) -> Work<'a>,
        look: impl Fn(&Scene),
    ) {
        for calls in 1..MANY {
            let scene = prepare();
            let outcome = self
                .shop
                .wait(self.brink.after(calls, act(self, &self.mortal, &scene)));
            look(&scene);
            if let Outcome::Done(()) = outcome {
                assert!(calls > 2, "it was stopped nowhere");
                return;
            }
        }
        panic!("it makes more than {MANY} calls");
    }
}

type Work<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// When every hold of now is over.
fn later() -> Timestamp {
    SystemClock.now().plus(Duration::from_mins(20))
}

async fn hear(apps: &Apps, envelope: &str) {
    let heard: Envelope = serde_json::from_str(envelope).unwrap();
    let trace = Trace::continuing(None);
    OrderCancelled::on(&apps.fulfilment, heard, trace)
        .await
        .unwrap();
}

async fn begin(apps: &Apps, scene: &Scene) {
    let buyer = [Person::User(scene.user)];
    let (order, now) = (scene.order.unwrap(), SystemClock.now());
    let begun = apps
        .fulfilment
        .begin_payment(order, &buyer, scene.payment, now);
    begun.await.unwrap();
}

async fn confirm(apps: &Apps, scene: &Scene) -> Result<(), orders::error::OrdersError> {
    let (order, now) = (scene.order.unwrap(), SystemClock.now());
    apps.fulfilment.confirm(order, scene.payment, now).await
}

async fn fail(apps: &Apps, scene: &Scene) {
    let (order, now) = (scene.order.unwrap(), SystemClock.now());
    let failed = apps.fulfilment.fail_payment(order, scene.payment, now);
    failed.await.unwrap();
}

async fn capture(apps: &Apps, scene: &Scene) {
    let captured = PaymentCaptured {
        payment_id: scene.payment,
        order_id: scene.order.unwrap(),
        // Twenty, and the shipping.
        amount: Money::new(2_599, kernel::CurrencyCode::USD),
    };
    let heard = apps
        .fulfilment
        .payment_captured(&captured, SystemClock.now(), None);
    heard.await.unwrap();
}

async fn cancel(world: &World, apps: &Apps, scene: &Scene, body: &Value) {
    let id = scene.order.unwrap().to_string();
    let params = [("id", id.as_str())];
    let request = world
        .shop
        .request::<CancelOrder>(&params, "", Some(&scene.token), Some(body));
    let answer = world.cancelling.answer(&apps.orders, once(request)).await;
    assert_eq!(answer.status(), 200);
}

async fn place(world: &World, apps: &Apps, scene: &Scene) {
    let request = world
        .shop
        .request::<PlaceOrder>(&[], "", Some(&scene.token), Some(&wish()));
    let answer = world.placing.answer(&apps.checkout, once(request)).await;
    assert_eq!(answer.status(), 201);
}

/// The request under a key of its own.
fn once(mut request: Request) -> Request {
    let key = unique("key").parse().unwrap();
    request.headers_mut().insert("idempotency-key", key);
    request
}

#[test]
fn an_order_that_is_placed_by_a_dying_function_is_there_or_not() {
    let world = World::open();
    world.stop_everywhere(
        || world.scene(),
        |world, apps, scene| Box::pin(place(world, apps, scene)),
        |scene| {
            world.run_on();
            world.agree(scene);
        },
    );
}

#[test]
fn whoever_orders_again_after_a_crash_has_one_order() {
    let world = World::open();
    world.stop_everywhere(
        || world.scene(),
        |world, apps, scene| Box::pin(place(world, apps, scene)),
        |scene| {
            let again =
                world.ask::<PlaceOrder>(&world.safe.checkout, &scene.token, &[], Some(&wish()));
            let known = again.status == 409 && again.code() == "cart_empty";
            assert!(again.status == 201 || known, "{again}");
            world.order_of(scene);
            world.run_on();
            world.agree(scene);
        },
    );
}

#[test]
fn a_payment_that_dies_as_it_begins_leaves_an_order_that_expires_or_is_paid() {
    let world = World::open();
    world.stop_everywhere(
        || world.ordered(),
        |_, apps, scene| Box::pin(begin(apps, scene)),
        |scene| {
            world.run_on();
            world.agree(scene);
        },
    );
    world.stop_everywhere(
        || world.ordered(),
        |_, apps, scene| Box::pin(begin(apps, scene)),
        |scene| {
            world.shop.wait(begin(&world.safe, scene));
            world.shop.wait(confirm(&world.safe, scene)).unwrap();
            world.shop.wait(capture(&world.safe, scene));
            world.run_on();
            world.agree(scene);
            assert_eq!(world.order_of(scene)["status"], "paid");
        },
    );
}

/// What the payments service does when its function died while it confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Payments {
    NeverComeBack,
    GoOn,
    GiveUp,
}

#[test]
fn a_payment_that_dies_as_it_is_confirmed_has_the_stock_or_has_not() {
    let world = World::open();
    for payments in [Payments::NeverComeBack, Payments::GoOn, Payments::GiveUp] {
        world.stop_everywhere(
            || world.begun(),
            |_, apps, scene| Box::pin(async { confirm(apps, scene).await.unwrap() }),
            |scene| {
                match payments {
                    Payments::NeverComeBack => {}
                    Payments::GoOn => {
                        world.shop.wait(confirm(&world.safe, scene)).unwrap();
                        world.shop.wait(capture(&world.safe, scene));
                    }
                    Payments::GiveUp => world.shop.wait(fail(&world.safe, scene)),
                }
                world.run_on();
                world.agree(scene);
                let status = world.order_of(scene)["status"].clone();
                match payments {
                    Payments::NeverComeBack => {}
                    Payments::GoOn => assert_eq!(status, "paid"),
                    Payments::GiveUp => assert_eq!(status, "expired"),
                }
            },
        );
    }
}

#[test]
fn a_payment_that_fails_in_a_dying_function_fails_when_it_is_told_again() {
    let world = World::open();
    world.stop_everywhere(
        || world.confirmed(),
        |_, apps, scene| Box::pin(fail(apps, scene)),
        |scene| {
            world.run_on();
            world.agree(scene);
            world.shop.wait(fail(&world.safe, scene));
            world.run_on();
            world.agree(scene);
            assert_eq!(world.order_of(scene)["status"], "expired");
        },
    );
}

#[test]
fn money_that_is_heard_of_by_a_dying_function_is_heard_of_again() {
    let world = World::open();
    for prepare in [World::ordered, World::confirmed] {
        world.stop_everywhere(
            || prepare(&world),
            |_, apps, scene| Box::pin(capture(apps, scene)),
            |scene| {
                world.shop.wait(capture(&world.safe, scene));
                world.run_on();
                world.agree(scene);
                assert_eq!(world.order_of(scene)["status"], "paid");
            },
        );
    }
}

#[test]
fn an_order_that_is_called_off_by_a_dying_function_is_off_or_not() {
    let world = World::open();
    let part = |world: &World, scene: &Scene| {
        let line = world.order_of(scene)["items"][0]["id"].clone();
        json!({ "items": [{ "id": line, "quantity": 1 }] })
    };
    for prepare in [World::ordered, World::paid] {
        for whole in [true, false] {
            let body = RefCell::new(json!({}));
            world.stop_everywhere(
                || {
                    let scene = prepare(&world);
                    if !whole {
                        *body.borrow_mut() = part(&world, &scene);
                    }
                    scene
                },
                |world, apps, scene| {
                    let body = body.borrow().clone();
                    Box::pin(async move { cancel(world, apps, scene, &body).await })
                },
                |scene| {
                    world.run_on();
                    world.agree(scene);
                },
            );
        }
    }
}

#[test]
fn an_order_that_expires_in_a_dying_function_expires_with_the_next() {
    let world = World::open();
    world.stop_everywhere(
        || world.ordered(),
        |_, apps, _| {
            Box::pin(async {
                apps.orders.expire_unpaid(later()).await.unwrap();
            })
        },
        |scene| {
            world.run_on();
            world.agree(scene);
            assert_eq!(world.order_of(scene)["status"], "expired");
        },
    );
}

#[test]
fn stock_that_is_given_back_by_a_dying_function_is_given_back_once() {
    let world = World::open();
    let empty = json!({});
    for prepare in [World::ordered, World::paid] {
        world.stop_everywhere(
            || {
                let scene = prepare(&world);
                world.shop.wait(cancel(&world, &world.safe, &scene, &empty));
                scene
            },
            |world, apps, _| {
                let news = world.news();
                Box::pin(async move {
                    for envelope in news {
                        hear(apps, &envelope).await;
                    }
                })
            },
            |scene| {
                world.run_on();
                world.agree(scene);
            },
        );
    }
}
