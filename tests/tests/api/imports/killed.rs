//! An import whose worker dies in the middle, at any moment, comes to the same end.

use std::time::Duration;

use kernel::Role;
use serde_json::{Value, json};
use testkit::{Account, Bootstrap, Ended, Mishap, Shop, all_at_once, unique};

use super::lines;
use crate::products::text;
use crate::walk::event;

/// A warehouse of the test's own: tables, a bucket, a queue, and the real functions on them.
struct Warehouse {
    shop: Shop,
    account: Account,
    variables: Vec<(String, String)>,
    queue: String,
    token: String,
}

impl Warehouse {
    fn open() -> Self {
        let shop = Shop::open();
        let account = shop.account();
        let bucket = unique("transfers");
        account
            .call("s3", "PUT", &format!("/{bucket}"), &[], b"")
            .expect(200);
        let made = account
            .sqs("CreateQueue", &json!({ "QueueName": unique("chunks") }))
            .expect(200)
            .json();
        let queue = text(&made, "QueueUrl");
        let mut variables = shop.variables();
        variables.push(("TRANSFERS_BUCKET".to_owned(), bucket));
        variables.push((
            "PRODUCTS_ON_IMPORT_CHUNK_QUEUE_URL".to_owned(),
            queue.clone(),
        ));
        let token = shop.signer().token(Role::Manager);
        Self {
            shop,
            account,
            variables,
            queue,
            token,
        }
    }

    /// A function, with the minute that a chunk has when it is deployed.
    fn function(&self, name: &str) -> Bootstrap {
        Bootstrap::of(name, self.variables.clone()).within(Duration::from_mins(1))
    }

    /// Sends a request to an endpoint's function, and gives its status and body.
    fn ask(&self, function: &str, event: &Value) -> (u64, Value) {
        let answer = self.function(function).run(event, Mishap::None).answer();
        let body = answer["body"].as_str().unwrap_or("null");
        (
            answer["statusCode"].as_u64().unwrap(),
            serde_json::from_str(body).unwrap_or_default(),
        )
    }

    fn post(&self, function: &str, path: &str, body: &Value) -> Value {
        let (status, answer) = self.ask(
            function,
            &event("POST", path, &self.token, &unique("key"), body),
        );
        assert!(
            (200..300).contains(&status),
            "{function}: {status} {answer}"
        );
        answer["data"].clone()
    }

    /// Asks for an import and has it cut; gives its id and the messages of its chunks.
    fn cut(&self, rows: &[Value]) -> (String, Vec<String>) {
        let mut request = event(
            "POST",
            "/api/v1/products/import",
            &self.token,
            &unique("key"),
            &Value::Null,
        );
        request["headers"]["content-type"] = json!("application/x-ndjson");
        request["body"] = json!(lines(rows));
        let (status, answer) = self.ask("products-import", &request);
        assert_eq!(status, 202, "{answer}");
        let id = text(&answer["data"], "id");
        let requested = json!({
            "id": kernel::EventId::from_uuid(uuid::Uuid::now_v7()).to_string(),
            "type": "products.import-requested.v1", "source": "products",
            "occurredAt": "2026-01-31T09:05:07.042Z", "data": { "importId": id },
        });
        // Heard twice, as any event may be: the same chunks come of it.
        for _ in 0..2 {
            let told = self
                .function("products-on-import-requested")
                .run(&batch(&requested.to_string()), Mishap::None)
                .answer();
            assert_eq!(told["batchItemFailures"], json!([]), "{told}");
        }
        let mut messages: Vec<String> = Vec::new();
        loop {
            let take = json!({ "QueueUrl": self.queue, "MaxNumberOfMessages": 10, "VisibilityTimeout": 600 });
            let taken = self.account.sqs("ReceiveMessage", &take).expect(200).json();
            let taken = taken["Messages"].as_array().cloned().unwrap_or_default();
            if taken.is_empty() {
                break;
            }
            messages.extend(taken.iter().map(|message| text(message, "Body")));
        }
        (id, messages)
    }

    fn job(&self, id: &str) -> Value {
        let path = format!("/api/v1/products/import/{id}");
        let mut request = event("GET", &path, &self.token, "", &Value::Null);
        request["pathParameters"] = json!({ "id": id });
        request["headers"]
            .as_object_mut()
            .unwrap()
            .remove("idempotency-key");
        self.ask("products-import-status", &request).1["data"].clone()
    }

    /// Every product there is, by its SKU: id, name and version.
    fn products(&self) -> Vec<(String, String, u64)> {
        let table = self.shop.variable("PRODUCTS_TABLE");
        let mut found = Vec::new();
        let mut start = Value::Null;
        loop {
            let mut scan = json!({
                "TableName": table, "ConsistentRead": true, "FilterExpression": "sk = :product",
                "ExpressionAttributeValues": { ":product": { "S": "product" } },
            });
            if !start.is_null() {
                scan["ExclusiveStartKey"] = start;
            }
            let page = self.account.dynamodb("Scan", &scan).expect(200).json();
            for item in page["Items"].as_array().unwrap() {
                let version = text(&item["version"], "N").parse().unwrap();
                found.push((text(&item["sku"], "S"), text(&item["pk"], "S"), version));
            }
            start = page["LastEvaluatedKey"].clone();
            if start.is_null() {
                break;
            }
        }
        found.sort();
        found
    }
}

fn batch(body: &str) -> Value {
    json!({ "Records": [{
        "messageId": "1", "receiptHandle": "x", "body": body, "attributes": {}, "messageAttributes": {},
        "md5OfBody": "", "eventSource": "aws:sqs", "awsRegion": "us-east-1",
        "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:q",
    }] })
}

#[test]
fn a_chunk_that_is_killed_again_and_again_counts_every_row_once() {
    let warehouse = Warehouse::open();
    let shelf = warehouse.post(
        "categories-create",
        "/api/v1/categories",
        &json!({ "name": "Shelf" }),
    );
    let base = unique("KILL");
    let mut rows: Vec<Value> = (0..48)
        .map(|n| json!({ "sku": format!("{base}-{n:02}"), "name": format!("Row {n}"), "price": 5, "categoryId": shelf["id"] }))
        .collect();
    rows[17]["price"] = json!("five");
    // One of the products is there before, and will be changed.
    let was = json!({ "sku": format!("{base}-03"), "name": "Before", "price": 1, "categoryId": shelf["id"] });
    warehouse.post("products-create", "/api/v1/products", &was);

    let (id, chunks) = warehouse.cut(&rows);
    assert!(!chunks.is_empty());
    let chunk = batch(&chunks[0]);
    let worker = warehouse.function("products-on-import-chunk");
    for kill in [
        Mishap::KilledBefore(1),
        Mishap::KilledAfter(1),
        Mishap::KilledAfter(5),
        Mishap::KilledBefore(4),
        Mishap::KilledAfter(2),
    ] {
        let ended = worker.run(&chunk, kill);
        let killed = matches!(ended, Ended::Killed);
        assert!(killed, "{kill:?}: {ended:?}");
        assert_ne!(
            warehouse.job(&id)["status"],
            "completed",
            "nothing is finished before its end"
        );
    }
    // Killed once more, when everything is done but the answer: the last transaction finishes it.
    let mut last = 1;
    while matches!(worker.run(&chunk, Mishap::KilledAfter(last)), Ended::Killed) {
        if warehouse.job(&id)["status"] == "completed" {
            break;
        }
        last += 1;
        assert!(last < 60);
    }
    for message in chunks.iter().chain(&chunks) {
        let told = worker.run(&batch(message), Mishap::None).answer();
        assert_eq!(told["batchItemFailures"], json!([]), "{told}");
    }

    let job = warehouse.job(&id);
    assert_eq!(job["status"], "completed", "{job}");
    let figures = ["total", "created", "updated", "failed"].map(|name| job[name].as_u64().unwrap());
    assert_eq!(figures, [48, 46, 1, 1], "{job}");
    assert_eq!(job["errors"].as_array().unwrap().len(), 1, "{job}");
    assert_eq!(
        (&job["errors"][0]["row"], &job["errors"][0]["field"]),
        (&json!(18), &json!("price"))
    );
    let products = warehouse.products();
    assert_eq!(products.len(), 47);
    for (at, (sku, _, version)) in products.iter().enumerate() {
        let expected = if sku.ends_with("-03") { 2 } else { 1 };
        assert_eq!(*version, expected, "{sku} was written more than once");
        assert!(
            at == 0 || products[at - 1].0 != *sku,
            "{sku} is there twice"
        );
    }
}

#[test]
fn a_cutter_that_is_killed_cuts_the_same_chunks_again() {
    let warehouse = Warehouse::open();
    let shelf = warehouse.post(
        "categories-create",
        "/api/v1/categories",
        &json!({ "name": "Shelf" }),
    );
    let base = unique("CUT");
    let rows: Vec<Value> = (0..130)
        .map(|n| json!({ "sku": format!("{base}-{n:03}"), "name": format!("Row {n}"), "price": 5, "categoryId": shelf["id"] }))
        .collect();
    let (id, mut chunks) = warehouse.cut(&rows);
    // Heard twice, it was sent twice; what differs is the trace alone.
    let plain = |chunk: &String| {
        let mut chunk: Value = serde_json::from_str(chunk).unwrap();
        chunk.as_object_mut().unwrap().remove("traceparent");
        chunk.to_string()
    };
    chunks = chunks.iter().map(plain).collect();
    chunks.sort();
    chunks.dedup();
    let worker = warehouse.function("products-on-import-chunk");
    for chunk in chunks.iter().rev() {
        let told = worker.run(&batch(chunk), Mishap::None).answer();
        assert_eq!(told["batchItemFailures"], json!([]), "{told}");
    }
    let job = warehouse.job(&id);
    assert_eq!(
        (&job["status"], &job["total"], &job["created"]),
        (&json!("completed"), &json!(130), &json!(130)),
        "{job}"
    );
    assert_eq!(warehouse.products().len(), 130);
}

#[test]
fn a_chunk_that_several_workers_have_at_once_is_counted_once() {
    let warehouse = Warehouse::open();
    let shelf = warehouse.post(
        "categories-create",
        "/api/v1/categories",
        &json!({ "name": "Shelf" }),
    );
    let base = unique("MANY");
    let rows: Vec<Value> = (0..110)
        .map(|n| json!({ "sku": format!("{base}-{n:03}"), "name": format!("Row {n}"), "price": 5, "categoryId": shelf["id"] }))
        .collect();
    let (id, chunks) = warehouse.cut(&rows);
    let worker = warehouse.function("products-on-import-chunk");
    // Heard twice, the import was cut twice: every chunk is there twice, too.
    for message in &chunks {
        let runs = all_at_once(3, |_| worker.run(&batch(message), Mishap::None));
        for run in runs {
            assert_eq!(run.answer()["batchItemFailures"], json!([]));
        }
        let told = worker.run(&batch(message), Mishap::None).answer();
        assert_eq!(told["batchItemFailures"], json!([]), "{told}");
    }

    let job = warehouse.job(&id);
    assert_eq!(job["status"], "completed", "{job}");
    let figures = ["total", "created", "updated", "failed"].map(|name| job[name].as_u64().unwrap());
    assert_eq!(figures, [110, 110, 0, 0], "{job}");
    let products = warehouse.products();
    assert_eq!(products.len(), 110);
    assert!(
        products.iter().all(|(_, _, version)| *version == 1),
        "{products:?}"
    );
}
