//! Random lives of products, in the test's own process and on tables of its own, against a model
//! that fits in a page.

use edge::walk::Walk;
use edge::{Endpoint, Request};
use kernel::Role;
use products::Products;
use products::api::{
    ArchiveProduct, CreateCategory, CreateProduct, GetProduct, ListProducts, UpdateProduct,
};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use testkit::{Reply, Shop, unique};

use super::text;

/// One thing that happens. Products are named by their number, modulo how many there are.
#[derive(Debug, Clone)]
enum Step {
    Create {
        price: u32,
        shelf: usize,
        draft: bool,
    },
    Price {
        product: usize,
        price: u32,
    },
    Move {
        product: usize,
        shelf: usize,
    },
    Show {
        product: usize,
        active: bool,
    },
    Archive {
        product: usize,
    },
    Stale {
        product: usize,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let product = 0_usize..8;
    prop_oneof![
        3 => (0_u32..50_000, 0_usize..3, any::<bool>()).prop_map(|(price, shelf, draft)| Step::Create { price, shelf, draft }),
        2 => (product.clone(), 0_u32..50_000).prop_map(|(product, price)| Step::Price { product, price }),
        1 => (product.clone(), 0_usize..3).prop_map(|(product, shelf)| Step::Move { product, shelf }),
        1 => (product.clone(), any::<bool>()).prop_map(|(product, active)| Step::Show { product, active }),
        1 => product.clone().prop_map(|product| Step::Archive { product }),
        1 => product.prop_map(|product| Step::Stale { product }),
    ]
}

/// What we believe of a product.
#[derive(Debug, Clone)]
struct Believed {
    id: String,
    price: u32,
    shelf: usize,
    status: &'static str,
    version: u64,
}

/// The service with warm walks.
struct Running {
    shop: Shop,
    app: Products,
    token: String,
    create: Walk<CreateProduct>,
    update: Walk<UpdateProduct>,
    archive: Walk<ArchiveProduct>,
    get: Walk<GetProduct>,
    list: Walk<ListProducts>,
}

impl Running {
    fn start() -> Self {
        let shop = Shop::open();
        let token = shop.signer().token(Role::Manager);
        Self {
            app: shop.start(),
            create: shop.walk(),
            update: shop.walk(),
            archive: shop.walk(),
            get: shop.walk(),
            list: shop.walk(),
            token,
            shop,
        }
    }

    fn request<E: Endpoint>(&self, id: Option<&str>, query: &str, body: Option<&Value>) -> Request {
        let params: Vec<(&str, &str)> = id.map(|id| ("id", id)).into_iter().collect();
        self.shop
            .request::<E>(&params, query, Some(&self.token), body)
    }

    fn shelf(&self, name: &str, parent: Option<&str>) -> String {
        let body = json!({ "name": name, "parentId": parent });
        let request = self.request::<CreateCategory>(None, "", Some(&body));
        text(
            &self
                .shop
                .call::<CreateCategory>(&self.app, request)
                .expect(201)
                .data(),
            "id",
        )
    }

    fn put(&self, id: &str, body: &Value, tag: Option<&str>) -> Reply {
        let mut request = self.request::<UpdateProduct>(Some(id), "", Some(body));
        if let Some(tag) = tag {
            request
                .headers_mut()
                .insert("if-match", tag.parse().unwrap());
        }
        self.shop.send(&self.update, &self.app, request)
    }

    /// Everything that a query lists, in pages of three.
    fn listed(&self, query: &str) -> Vec<String> {
        let (mut found, mut cursor) = (Vec::new(), String::new());
        loop {
            let query = format!("{query}&limit=3{cursor}");
            let request = self.request::<ListProducts>(None, &query, None);
            let page = self
                .shop
                .send(&self.list, &self.app, request)
                .expect(200)
                .json();
            found.extend(
                page["data"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|product| text(product, "id")),
            );
            match page["meta"]["nextCursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return found,
            }
        }
    }

    fn apply(&self, step: &Step, shelves: &[String], known: &mut Vec<Believed>) {
        let dollars = |cents: u32| format!("{}.{:02}", cents / 100, cents % 100);
        if let Step::Create {
            price,
            shelf,
            draft,
        } = step
        {
            let status = if *draft { "draft" } else { "active" };
            let body = json!({ "name": unique("Any"), "price": dollars(*price), "categoryId": shelves[*shelf], "status": status });
            let request = self.request::<CreateProduct>(None, "", Some(&body));
            let made = self
                .shop
                .send(&self.create, &self.app, request)
                .expect(201)
                .data();
            known.push(Believed {
                id: text(&made, "id"),
                price: *price,
                shelf: *shelf,
                status,
                version: 1,
            });
            return;
        }
        let (Step::Price { product, .. }
        | Step::Move { product, .. }
        | Step::Show { product, .. }
        | Step::Archive { product }
        | Step::Stale { product }) = step
        else {
            return;
        };
        let count = known.len();
        if count == 0 {
            return;
        }
        let believed = &mut known[product % count];
        let before = believed.clone();
        let change = match step {
            Step::Price { price, .. } => {
                believed.price = *price;
                json!({ "price": dollars(*price) })
            }
            Step::Move { shelf, .. } => {
                believed.shelf = *shelf;
                json!({ "categoryId": shelves[*shelf] })
            }
            Step::Show { active, .. } => {
                believed.status = if *active { "active" } else { "draft" };
                json!({ "status": believed.status })
            }
            Step::Archive { .. } => {
                let request = self.request::<ArchiveProduct>(Some(&believed.id), "", None);
                self.shop
                    .send(&self.archive, &self.app, request)
                    .expect(204);
                believed.version += u64::from(before.status != "archived");
                believed.status = "archived";
                return;
            }
            _ => {
                let old = format!("\"v{}\"", before.version + 1);
                let reply = self.put(&believed.id, &json!({ "name": "Never" }), Some(&old));
                assert_eq!(reply.expect(412).json()["currentVersion"], before.version);
                return;
            }
        };
        let differs = (before.price, before.shelf, before.status)
            != (believed.price, believed.shelf, believed.status);
        believed.version += u64::from(differs);
        let tag = format!("\"v{}\"", before.version);
        let now = self
            .put(&believed.id, &change, Some(&tag))
            .expect(200)
            .data();
        assert_eq!(now["version"], believed.version, "{step:?}: {now}");
    }
}

#[test]
fn any_life_of_products_is_told_the_same_by_reads_and_lists() {
    let running = Running::start();
    let config = Config {
        cases: 5,
        failure_persistence: None,
        max_shrink_iters: 20,
        ..Config::default()
    };
    let mut runner = TestRunner::new(config);
    let outcome = runner.run(&proptest::collection::vec(step(), 4..16), |steps| {
        let top = running.shelf("Top", None);
        let shelves = [
            running.shelf("Left", Some(&top)),
            running.shelf("Right", Some(&top)),
            top.clone(),
        ];
        let mut known = Vec::new();
        for step in &steps {
            running.apply(step, &shelves, &mut known);
        }
        for believed in &known {
            let request = running.request::<GetProduct>(Some(&believed.id), "", None);
            let told = running
                .shop
                .send(&running.get, &running.app, request)
                .expect(200);
            let tag = format!("\"v{}\"", believed.version);
            prop_assert_eq!(told.header("etag"), Some(tag.as_str()));
            let told = told.data();
            prop_assert_eq!(told["status"].as_str(), Some(believed.status));
            prop_assert_eq!(
                told["categoryId"].as_str(),
                Some(shelves[believed.shelf].as_str())
            );
            let cents = (told["price"].as_f64().unwrap() * 100.0).round();
            prop_assert_eq!(cents, f64::from(believed.price));
        }
        for status in ["active", "draft", "archived"] {
            for (number, shelf) in shelves.iter().enumerate() {
                let mut expected: Vec<&Believed> = known
                    .iter()
                    .filter(|product| {
                        product.status == status && (number == 2 || product.shelf == number)
                    })
                    .collect();
                expected.sort_by(|a, b| (a.price, &a.id).cmp(&(b.price, &b.id)));
                let expected: Vec<&String> = expected.iter().map(|product| &product.id).collect();
                let listed =
                    running.listed(&format!("categoryId={shelf}&status={status}&sort=price"));
                prop_assert_eq!(
                    listed.iter().collect::<Vec<_>>(),
                    expected,
                    "{} of {}",
                    status,
                    number
                );
            }
        }
        Ok(())
    });
    outcome.unwrap();
}

#[test]
fn links_keep_the_prefix_that_the_api_lives_behind() {
    let running = Running::start();
    let shelf = running.shelf("Linked", None);
    let body = json!({ "name": "Linked", "price": 1, "categoryId": shelf });
    let request = running.request::<CreateProduct>(None, "", Some(&body));
    let made = running
        .shop
        .send(&running.create, &running.app, request)
        .expect(201);
    let location = made.header("location").unwrap();
    assert_eq!(
        location,
        format!(
            "https://api.example/base/api/v1/products/{}",
            text(&made.data(), "id")
        )
    );
    let refused = running.request::<CreateProduct>(None, "", Some(&json!({})));
    let refused = running
        .shop
        .send(&running.create, &running.app, refused)
        .expect(422)
        .json();
    assert_eq!(
        refused["type"],
        "https://api.example/base/docs#validation_failed"
    );
}
