//! `/api/v1/search`.

mod comparison;
mod deployed;
mod facets;
mod finding;
mod indexing;
mod jobs;
mod outage;
mod query;
mod rebuild;
mod rules;
mod suggestions;

use std::collections::BTreeMap;
use std::time::Duration;

use contracts::Envelope;
use contracts::inventory::{StockReturned, StockState};
use edge::{Consumer, Endpoint, Trace};
use kernel::{Clock, EventId, JobId, OperationId, ProductId, Role, SystemClock, Timestamp};
use products::Products;
use products::api::{ArchiveProduct, CreateCategory, CreateProduct, UpdateCategory, UpdateProduct};
use products::on::StockChanged;
use search::index::{Held, Index};
use search::job::Job;
use search::{Indexer, Search};
use serde_json::{Value, json};
use testkit::{Shop, unique};

/// A catalogue and an index of the test's own, in the test's process.
pub struct Bench {
    /// Its tables.
    pub shop: Shop,
    /// The service as it keeps the index.
    pub indexer: Indexer,
    /// The service's table.
    pub search: Search,
    /// The index itself.
    pub index: Index,
    products: Products,
    staff: String,
    /// The category of its products.
    pub category: String,
}

/// Makes something.
fn made<E: Endpoint<App = Products>>(
    shop: &Shop,
    products: &Products,
    staff: &str,
    body: &Value,
) -> Value {
    let request = shop.request::<E>(&[], "", Some(staff), Some(body));
    shop.call::<E>(products, request).expect(201).data()
}

fn id(made: &Value) -> String {
    made["id"].as_str().unwrap().to_owned()
}

impl Bench {
    /// An empty catalogue, and no index.
    pub fn open() -> Self {
        let shop = Shop::open();
        let products: Products = shop.start();
        let staff = shop.signer().token(Role::Manager);
        let body = json!({ "name": "Lamps" });
        let category = id(&made::<CreateCategory>(&shop, &products, &staff, &body));
        let engine = shop.wait(shop.aws().search()).unwrap();
        let engine = engine.expect("OPENSEARCH_URL names the local search engine");
        let engine = engine.with_patience(Duration::from_secs(20));
        Self {
            indexer: shop.start(),
            search: shop.start(),
            index: Index::new(engine, &shop.variable("STAGE")),
            products,
            staff,
            category,
            shop,
        }
    }

    /// Waits for a future.
    pub fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.shop.wait(future)
    }

    /// A product on sale.
    pub fn product(&self, name: &str) -> ProductId {
        self.product_with(json!({ "name": name }))
    }

    /// A product with fields of its own.
    pub fn product_with(&self, fields: Value) -> ProductId {
        id(&self.create(fields)).parse().unwrap()
    }

    /// A product with fields of its own that can be had.
    pub fn stocked(&self, fields: Value) -> ProductId {
        let product = self.create(fields);
        let stock = StockState {
            sku: product["sku"].as_str().unwrap().parse().unwrap(),
            version: 1,
            product_id: None,
            variant_id: None,
            available: 9,
            low_stock_threshold: 5,
        };
        let event_id = EventId::derive(&id(&product), "stock");
        let told = Envelope::new(event_id, now(), StockReturned { stock });
        let told = serde_json::from_value(json!(told)).unwrap();
        let heard = StockChanged::on(&self.products, told, Trace::continuing(None));
        self.wait(heard).unwrap();
        id(&product).parse().unwrap()
    }

    fn create(&self, fields: Value) -> Value {
        let mut body = json!({ "name": "Lamp", "price": 19.99, "categoryId": self.category });
        for (field, value) in fields.as_object().cloned().unwrap_or_default() {
            body[field] = value;
        }
        made::<CreateProduct>(&self.shop, &self.products, &self.staff, &body)
    }

    /// A category.
    pub fn category(&self, name: &str, parent: Option<&str>) -> String {
        let body = json!({ "name": name, "parentId": parent });
        id(&made::<CreateCategory>(
            &self.shop,
            &self.products,
            &self.staff,
            &body,
        ))
    }

    /// Renames or moves a category.
    pub fn change_category(&self, id: &str, body: &Value) {
        let staff = Some(self.staff.as_str());
        let request = self
            .shop
            .request::<UpdateCategory>(&[("id", id)], "", staff, Some(body));
        self.shop
            .call::<UpdateCategory>(&self.products, request)
            .expect(200);
    }

    /// Changes a product; its version then.
    pub fn change(&self, id: ProductId, body: &Value) -> u64 {
        let (id, staff) = (id.to_string(), Some(self.staff.as_str()));
        let request = self
            .shop
            .request::<UpdateProduct>(&[("id", &id)], "", staff, Some(body));
        let changed = self.shop.call::<UpdateProduct>(&self.products, request);
        changed.expect(200).data()["version"].as_u64().unwrap()
    }

    /// Takes a product out of the shop.
    pub fn archive(&self, id: ProductId) {
        let (id, staff) = (id.to_string(), Some(self.staff.as_str()));
        let request = self
            .shop
            .request::<ArchiveProduct>(&[("id", &id)], "", staff, None);
        self.shop
            .call::<ArchiveProduct>(&self.products, request)
            .expect(204);
    }

    /// Has the index hear of some products, as events tell it.
    pub fn hear(&self, ids: &[ProductId]) {
        let outcomes = self.wait(self.indexer.update(ids, operation(), now()));
        assert_eq!(outcomes.unwrap().len(), ids.len());
    }

    /// A product that is in the index.
    pub fn indexed(&self, name: &str) -> ProductId {
        let id = self.product(name);
        self.hear(&[id]);
        id
    }

    /// A job as it is.
    pub fn job(&self, id: JobId) -> Job {
        self.wait(self.search.job(id)).unwrap()
    }

    /// Works a job off, as its events have it done.
    pub fn work_off(&self, id: JobId, at: Timestamp) -> Job {
        loop {
            let job = self.job(id);
            if job.is_over() {
                return job;
            }
            self.wait(self.indexer.go_on(id, job.run, None, at))
                .unwrap();
        }
    }

    /// An index that is searched, with these products in it.
    pub fn built(names: &[&str]) -> (Self, Vec<ProductId>) {
        let bench = Self::open();
        let ids: Vec<_> = names.iter().map(|name| bench.product(name)).collect();
        bench.hear(&ids);
        bench.work_off(bench.first_rebuild(), now());
        (bench, ids)
    }

    /// The rebuild that the first event began.
    pub fn first_rebuild(&self) -> JobId {
        let next = self.wait(self.index.targets()).unwrap().next;
        let next = next.expect("an index is being built");
        let id = next.rsplit('-').next().unwrap();
        format!("job_{id}").parse().unwrap()
    }

    /// What the index has that is searched.
    pub fn live(&self) -> BTreeMap<ProductId, Held> {
        let live = self.wait(self.index.targets()).unwrap().live;
        let live = live.expect("an index is searched");
        self.wait(self.index.refresh(&live)).unwrap();
        let page = self.wait(self.index.page(&live, None, 10_000));
        page.unwrap().into_iter().collect()
    }

    /// The versions of what the index has that is searched.
    pub fn versions(&self) -> BTreeMap<ProductId, u64> {
        let live = self.live().into_iter();
        live.map(|(id, held)| (id, held.version)).collect()
    }

    /// The versions of all products on sale.
    pub fn catalogue(&self) -> BTreeMap<ProductId, u64> {
        self.wait(async {
            let mut place = Some(products::SweepPlace::default());
            let mut found = BTreeMap::new();
            while let Some(at) = place {
                let swept = self.products.sweep(at).await.unwrap();
                let products = self.products.of(&swept.ids).await.unwrap();
                found.extend(products.iter().map(|product| (product.id, product.version)));
                place = swept.next;
            }
            found
        })
    }
}

/// An operation that no other test knows.
pub fn operation() -> OperationId {
    OperationId::derive(&unique("operation"), "test")
}

/// The time.
pub fn now() -> Timestamp {
    SystemClock.now()
}
