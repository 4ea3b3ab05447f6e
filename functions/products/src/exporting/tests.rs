//! Exports out of a table and into a bucket of the test's own in the local cloud.

use std::collections::HashSet;

use aws::{Answered, Aws};
use manifest::resources::{PRODUCTS, TRANSFERS};

use super::*;
use crate::Products;
use crate::categories::CategoryChanges;
use crate::changes::Changes;
use crate::store::{Store, Written};

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

async fn shop() -> Transfers {
    let aws = aws::testing::cloud(&[&PRODUCTS]).await.unwrap();
    let bucket = aws::testing::create_bucket(&aws).await.unwrap();
    let environment = aws.environment().clone().with(TRANSFERS.env(), bucket);
    let aws = Aws::connect(environment).await.unwrap();
    Transfers {
        products: Products {
            store: Store::new(aws.table(&PRODUCTS).unwrap()),
            currency: CurrencyCode::USD,
        },
        files: aws.blobs(&TRANSFERS).unwrap(),
    }
}

fn operation(name: &str) -> OperationId {
    OperationId::derive("", name)
}

fn rows(file: &[u8]) -> Vec<serde_json::Value> {
    let lines = file.split(|byte| *byte == b'\n');
    let lines = lines.filter(|line| !line.is_empty());
    lines
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect()
}

#[tokio::test]
async fn an_export_of_many_batches_has_every_product_once() {
    let shop = shop().await;
    let asked = CategoryChanges {
        name: Some("Shelf".to_owned()),
        ..CategoryChanges::default()
    };
    let made = Answered::silent(operation("shelf"));
    let shelf = shop
        .products
        .create_category(&asked, &made, NOW)
        .await
        .unwrap();
    let written = Written {
        at: NOW,
        traceparent: None,
    };
    // Of each of the four shards more than one batch, and more bytes than an answer takes.
    let make = |number| {
        let asked = Changes {
            name: Some(format!("Product {number}")),
            price: Some("1.00".parse().unwrap()),
            category_id: Some(shelf.category.id),
            description: Some(Some("long ".repeat(4_000))),
            ..Changes::default()
        };
        let answered = Answered::silent(operation(&format!("product {number}")));
        let (shop, written) = (&shop, &written);
        async move { shop.products.create(&asked, None, &answered, written).await }
    };
    let makes: Vec<_> = (0..4 * (BATCH + 16)).map(make).collect();
    // All of them at once would have the last wait longer than a call may.
    let made = stream::iter(makes).buffer_unordered(16);
    let made: Vec<_> = made.try_collect().await.unwrap();
    let expected: HashSet<_> = made.iter().map(|product| product.id.to_string()).collect();

    let export = shop.export(Format::Ndjson, &Status::ALL, operation("all"));
    assert!(matches!(export.await.unwrap(), Export::There(_)));
    let key = format!("exports/{}.ndjson", operation("all"));
    let file = shop.files.get(&key).await.unwrap();
    let rows = rows(&file);
    let ids = rows
        .iter()
        .map(|row| row["id"].as_str().unwrap().to_owned());
    assert_eq!(rows.len(), expected.len());
    assert_eq!(ids.collect::<HashSet<_>>(), expected);

    let none = shop.export(Format::Ndjson, &[Status::Draft], operation("drafts"));
    assert!(matches!(none.await.unwrap(), Export::Here(file) if file.is_empty()));
}
