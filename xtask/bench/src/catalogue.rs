//! What stands in the table: products that the shop's own functions have made, and copies of them
//! under other ids.

use anyhow::{Context, Result, ensure};
use kernel::{ProductId, Role, Sku, Timestamp};
use serde_json::{Value, json};

use crate::database::Database;
use crate::process::{Process, Program};
use crate::setting::{PRODUCTS, Setting, with_token};

/// Categories that are made, one below the other's root.
const CATEGORIES: usize = 20;
/// Products that are made through the function. The rest are copies.
const ORIGINALS: usize = 40;

const MAKE_CATEGORY: &str = "categories-create";
const MAKE_PRODUCT: &str = "products-create";
/// The functions that make it all.
pub const FUNCTIONS: [&str; 2] = [MAKE_CATEGORY, MAKE_PRODUCT];

/// What was made.
#[derive(Debug, Clone)]
pub struct Catalogue {
    /// Ids of the categories; the first one is the parent of all others.
    pub categories: Vec<String>,
    /// The products as the table holds them, each with its other items.
    pub originals: Vec<Original>,
}

/// A product that a function has made.
#[derive(Debug, Clone)]
pub struct Original {
    /// Its id.
    pub id: ProductId,
    /// The product as it is stored.
    item: Value,
}

/// What can be put into a cart.
pub struct Good {
    /// The product.
    pub product: ProductId,
    /// Its first variant.
    pub variant: String,
    /// The variant's SKU.
    pub sku: Sku,
}

impl Catalogue {
    /// Makes categories and products through the shop's own functions.
    pub fn make(setting: &Setting, database: &Database, endpoint: &str) -> Result<Self> {
        let token = setting.signer.token(Role::Admin);
        let start = |function: &str| {
            let variables = setting.variables(function, endpoint, PRODUCTS);
            Process::start(&Program::of(setting.binary(function)), &variables)
        };
        let create = |function: &mut Process, event: &Value, body: Value| -> Result<String> {
            let mut event = with_token(event.clone(), &token);
            event["body"] = json!(body.to_string());
            let answer: Value = serde_json::from_slice(&function.ask(&event.to_string())?.body)?;
            ensure!(answer["statusCode"] == 201, "not created: {answer}");
            let body: Value = serde_json::from_str(answer["body"].as_str().unwrap_or_default())?;
            let id = body["data"]["id"].as_str();
            Ok(id.context("an answer without an id")?.to_owned())
        };

        let (mut function, _) = start(MAKE_CATEGORY)?;
        let event = setting.event(MAKE_CATEGORY)?;
        let mut categories: Vec<String> = Vec::new();
        for number in 0..CATEGORIES {
            let body = json!({
                "name": format!("Category {number}"),
                "slug": format!("category-{number}"),
                "parentId": categories.first(),
            });
            categories.push(create(&mut function, &event, body)?);
        }

        let (mut function, _) = start(MAKE_PRODUCT)?;
        let event = setting.event(MAKE_PRODUCT)?;
        let sample: Value = serde_json::from_str(event["body"].as_str().unwrap_or_default())?;
        let mut originals = Vec::new();
        for number in 0..ORIGINALS {
            let mut body = sample.clone();
            body["name"] = json!(format!("Desk lamp {number}"));
            body["sku"] = json!(format!("LAMP-{number}"));
            body["description"] = json!(DESCRIPTION);
            body["price"] = json!(20 + number);
            body["brand"] = json!(format!("Brand {}", number % 8));
            body["categoryId"] = json!(categories[number % (CATEGORIES - 1) + 1]);
            body["status"] = json!("active");
            for (variant, plug) in ["EU", "UK"].into_iter().enumerate() {
                body["variants"][variant]["sku"] = json!(format!("LAMP-{number}-{plug}"));
            }
            let id: ProductId = create(&mut function, &event, body)?.parse()?;
            let item =
                database.call("GetItem", &json!({ "TableName": PRODUCTS, "Key": key(id) }))?;
            originals.push(Original {
                id,
                item: item["Item"].clone(),
            });
        }
        Ok(Self {
            categories,
            originals,
        })
    }

    /// The items of a copy: the product with every attribute of its indexes, and the claim of its
    /// slug, as the store writes them.
    pub fn copy(&self, number: usize, id: ProductId) -> Result<[Value; 2]> {
        let original = &self.originals[number % self.originals.len()];
        let slug = Self::slug(id);
        let text = serde_json::to_string(&original.item)?;
        let mut item: Value =
            serde_json::from_str(&text.replace(&original.id.to_string(), &id.to_string()))?;
        item["slug"] = json!({ "S": slug });
        item["list_shop"] = json!({ "S": format!("active#{}", shard(id)) });
        let created = id.made_at().map_or(0, Timestamp::millis);
        item["by_created"] = json!({ "S": format!("{created:015}\t{id}") });
        let claim = json!({
            "pk": { "S": format!("slug#{slug}") }, "sk": { "S": "slug" },
            "type": { "S": "slug-claim" }, "schema": item["schema"],
            "slug": { "S": slug }, "product_id": { "S": id.to_string() },
        });
        Ok([item, claim])
    }

    /// The first variant of each product that a function has made.
    pub fn goods(&self) -> Result<Vec<Good>> {
        let good = |original: &Original| {
            let variant = &original.item["variants"]["L"][0]["M"];
            let word = |name: &str| variant[name]["S"].as_str().context("a product's variant");
            Ok(Good {
                product: original.id,
                variant: word("id")?.to_owned(),
                sku: Sku::parse(word("sku")?)?,
            })
        };
        self.originals.iter().map(good).collect()
    }

    /// The slug of a copy.
    pub fn slug(id: ProductId) -> String {
        format!("lamp-{id}").replace('_', "-")
    }

    /// As a file remembers it.
    pub fn to_json(&self) -> Value {
        let originals = self.originals.iter();
        json!({
            "categories": self.categories,
            "originals": originals
                .map(|original| json!({ "id": original.id.to_string(), "item": original.item }))
                .collect::<Vec<_>>(),
        })
    }

    /// As it was remembered.
    pub fn from_json(json: &Value) -> Result<Self> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let list = |name: &str| json[name].as_array().cloned().unwrap_or_default();
        let original = |value: &Value| -> Result<Original> {
            Ok(Original {
                id: text(&value["id"]).parse()?,
                item: value["item"].clone(),
            })
        };
        Ok(Self {
            categories: list("categories").iter().map(text).collect(),
            originals: list("originals")
                .iter()
                .map(original)
                .collect::<Result<_>>()?,
        })
    }

    /// Puts a copy under an id of the sample events.
    pub fn put_copy(&self, database: &Database, id: ProductId) -> Result<()> {
        for item in self.copy(0, id)? {
            database.call("PutItem", &json!({ "TableName": PRODUCTS, "Item": item }))?;
        }
        Ok(())
    }
}

/// About as long as the ones of the demo shop.
const DESCRIPTION: &str = "A lamp for reading late and working early. The arm turns and stays where \
    it is put, the light is warm and can be dimmed, and the cable is long enough for a desk that \
    stands away from the wall. Made of powder-coated steel, with a switch that is found in the dark.";

/// The key of a product, as the store has it.
fn key(id: ProductId) -> Value {
    json!({ "pk": { "S": format!("product#{id}") }, "sk": { "S": "product" } })
}

/// In which part of the shop's list the store puts a product.
fn shard(id: ProductId) -> u8 {
    id.uuid().as_bytes()[15] % 4
}
