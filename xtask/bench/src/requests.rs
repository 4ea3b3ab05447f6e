//! What each function is asked: its sample event, changed so that every request does its work anew.

use std::collections::VecDeque;

use anyhow::{Context, Result, ensure};
use kernel::{Clock, ProductId, Role, SystemClock};
use serde_json::{Value, json};

use crate::catalogue::Catalogue;
use crate::setting::{Setting, with_token};

/// Rows of an import's file: what one chunk of work has.
pub const IMPORT_ROWS: usize = 25;

/// What was made by some requests, for others to change, remove or work on.
pub struct Requests<'a> {
    setting: &'a Setting,
    catalogue: &'a Catalogue,
    count: usize,
    products: VecDeque<String>,
    categories: VecDeque<String>,
    requested: VecDeque<String>,
    cut: VecDeque<String>,
}

impl<'a> Requests<'a> {
    /// Requests to a shop with this catalogue.
    pub fn to(setting: &'a Setting, catalogue: &'a Catalogue) -> Self {
        Self {
            setting,
            catalogue,
            count: 0,
            products: VecDeque::new(),
            categories: VecDeque::new(),
            requested: VecDeque::new(),
            cut: VecDeque::new(),
        }
    }

    /// The next event for a function.
    pub fn event(&mut self, function: &str) -> Result<Value> {
        self.count += 1;
        let count = self.count;
        let mut event = self.setting.event(function)?;
        if !event["headers"]["authorization"].is_null() {
            // Somebody else each time: nobody runs into the limit of a caller.
            event = with_token(event, &self.setting.signer.token(Role::Admin));
        }
        match function {
            "products-create" => edit(&mut event, |body| {
                body["name"] = json!(format!("Floor lamp {count}"));
                body["sku"] = json!(format!("FLOOR-{count}"));
                body["categoryId"] = json!(self.catalogue.categories[1]);
                for (variant, plug) in ["EU", "UK"].into_iter().enumerate() {
                    body["variants"][variant]["sku"] = json!(format!("FLOOR-{count}-{plug}"));
                }
            })?,
            "products-update" => edit(&mut event, |body| {
                body["price"] = json!(20 + count % 20);
            })?,
            "products-archive" => address(&mut event, &take(&mut self.products)?),
            "products-import" => event["body"] = json!(rows(count)),
            "products-import-status" => {
                let import = self.requested.front().context("no import was asked for")?;
                address(&mut event, &import.clone());
            }
            "products-on-import-requested" => {
                let import = take(&mut self.requested)?;
                message(&mut event, |envelope| {
                    envelope["data"]["importId"] = json!(import);
                })?;
                self.cut.push_back(import);
            }
            "products-on-import-chunk" => {
                let import = take(&mut self.cut)?;
                message(&mut event, |chunk| {
                    chunk["importId"] = json!(import);
                    chunk["to"] = json!(rows(count).len());
                })?;
            }
            "products-on-product-changed" => {
                let told = event["Records"][0]["body"].as_str().unwrap_or_default();
                let told: Value = serde_json::from_str(told)?;
                let id = told["data"]["product"]["id"].as_str().unwrap_or_default();
                let mut random = [0; 10];
                random[2..].copy_from_slice(&(count as u64).to_be_bytes());
                let another = ProductId::generate(SystemClock.now(), random).to_string();
                event = serde_json::from_str(&event.to_string().replace(id, &another))?;
            }
            "categories-create" => edit(&mut event, |body| {
                body["name"] = json!(format!("Lamps {count}"));
                body["slug"] = json!(format!("lamps-{count}"));
            })?,
            "categories-update" => {
                address(&mut event, &self.catalogue.categories[2]);
                edit(&mut event, |body| {
                    body["name"] = json!(format!("Desk and floor lamps {count}"));
                })?;
            }
            "categories-delete" => address(&mut event, &take(&mut self.categories)?),
            "categories-products" => address(&mut event, &self.catalogue.categories[1]),
            _ => {}
        }
        Ok(event)
    }

    /// Looks at an answer: it must be a good one, and what it made is remembered.
    pub fn answered(&mut self, function: &str, answer: &[u8]) -> Result<()> {
        let answer: Value = serde_json::from_slice(answer)?;
        let failures = answer["batchItemFailures"].as_array().map_or(0, Vec::len);
        ensure!(failures == 0, "{function} failed with a record: {answer}");
        let Some(status) = answer["statusCode"].as_u64() else {
            return Ok(());
        };
        // What no route takes is what the fallback is for.
        let good = status < 400 || function == "platform-fallback";
        ensure!(good, "{function} answered {answer}");
        let made = match function {
            "products-create" => &mut self.products,
            "categories-create" => &mut self.categories,
            "products-import" => &mut self.requested,
            _ => return Ok(()),
        };
        let body: Value = serde_json::from_str(answer["body"].as_str().unwrap_or_default())?;
        let id = body["data"]["id"]
            .as_str()
            .context("an answer without an id")?;
        made.push_back(id.to_owned());
        Ok(())
    }
}

fn take(made: &mut VecDeque<String>) -> Result<String> {
    made.pop_front()
        .context("nothing is left of what other functions made")
}

/// Sends a request to another id than the sample's.
pub fn address(event: &mut Value, id: &str) {
    let sample = event["pathParameters"]["id"].as_str().unwrap_or_default();
    let path = event["rawPath"].as_str().unwrap_or_default();
    let path = path.replace(sample, id);
    event["requestContext"]["http"]["path"] = json!(path);
    event["rawPath"] = json!(path);
    event["pathParameters"]["id"] = json!(id);
}

/// Changes the body of a request.
fn edit(event: &mut Value, change: impl FnOnce(&mut Value)) -> Result<()> {
    change_json(&mut event["body"], change)
}

/// Changes the body of a queue's message.
fn message(event: &mut Value, change: impl FnOnce(&mut Value)) -> Result<()> {
    change_json(&mut event["Records"][0]["body"], change)
}

fn change_json(text: &mut Value, change: impl FnOnce(&mut Value)) -> Result<()> {
    let mut body: Value = serde_json::from_str(text.as_str().unwrap_or_default())?;
    change(&mut body);
    *text = json!(body.to_string());
    Ok(())
}

/// A file to import, whose products nobody has yet. Files of any two counts are of one length.
fn rows(count: usize) -> String {
    (0..IMPORT_ROWS)
        .map(|row| {
            let sku = format!("IMPORTED-{count:06}-{row:02}");
            let name = format!("Imported lamp {count:06} {row:02}");
            let row = json!({ "sku": sku, "name": name, "price": 49.9, "category": "category-1" });
            format!("{row}\n")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_sent_to_another_id() {
        let mut event = json!({
            "rawPath": "/api/v1/products/a", "pathParameters": { "id": "a" },
            "requestContext": { "http": { "path": "/api/v1/products/a" } },
        });
        event["rawPath"] = json!("/things/old");
        event["pathParameters"]["id"] = json!("old");
        address(&mut event, "new");
        assert_eq!(event["rawPath"], "/things/new");
        assert_eq!(event["requestContext"]["http"]["path"], "/things/new");
        assert_eq!(event["pathParameters"]["id"], "new");
    }

    #[test]
    fn files_to_import_differ_and_are_of_one_length() {
        assert_ne!(rows(1), rows(2));
        assert_eq!(rows(1).len(), rows(99_999).len());
        assert_eq!(rows(1).lines().count(), IMPORT_ROWS);
    }
}
