//! Imports in a table and a bucket of the test's own in the local cloud.

use aws::Aws;
use kernel::{CategoryId, CurrencyCode, OperationId, ProductId};
use manifest::consumers;
use manifest::resources::{PRODUCTS, TRANSFERS};
use serde_json::json;

use super::*;
use crate::Imports;
use crate::categories::CategoryChanges;
use crate::import::JobStatus;
use crate::product::Status;
use crate::store::Store;
use crate::wire::Fields;

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

async fn shop() -> Transfers {
    imports().await.transfers
}

/// With a queue that is nowhere, for imports of which no chunk is sent.
async fn imports() -> Imports {
    let aws = aws::testing::cloud(&[&PRODUCTS]).await.unwrap();
    let bucket = aws::testing::create_bucket(&aws).await.unwrap();
    let environment = aws.environment().clone().with(TRANSFERS.env(), bucket);
    let chunks = &consumers::PRODUCTS_ON_IMPORT_CHUNK;
    let environment = environment.with(chunks.queue_env(), "http://127.0.0.1:9/nowhere");
    let aws = Aws::connect(environment).await.unwrap();
    Imports {
        transfers: Transfers {
            products: Products {
                store: Store::new(aws.table(&PRODUCTS).unwrap()),
                currency: CurrencyCode::USD,
            },
            files: aws.blobs(&TRANSFERS).unwrap(),
        },
        chunks: aws.queue(chunks).unwrap(),
    }
}

fn silent<T>(name: &str) -> Answered<T> {
    Answered::silent(OperationId::derive("", name))
}

fn now() -> Written {
    Written {
        at: NOW,
        traceparent: None,
    }
}

impl Transfers {
    /// A file that was uploaded, and the import that was asked for then.
    async fn uploaded_import(&self, file: &str) -> Job {
        let operation = OperationId::derive("", "slot");
        let slot = self.upload_slot(Format::Ndjson, None, operation, NOW).await;
        let slot = slot.unwrap();
        self.announce_upload(&slot, &silent("announce"))
            .await
            .unwrap();
        self.upload_again(&slot.upload.source, file).await;
        let file = File::Uploaded(slot.upload.id);
        let job = self.request_import(file, &silent("import"), &now()).await;
        job.unwrap()
    }

    async fn upload_again(&self, source: &str, file: &str) {
        let media = Format::Ndjson.media();
        let bytes = file.as_bytes().to_vec();
        self.files.put(source, bytes, media).await.unwrap();
    }

    async fn job(&self, id: ImportId) -> (Job, Vec<RowError>) {
        self.products.import(id).await.unwrap()
    }
}

fn chunk(job: &Job, to: usize) -> Chunk {
    Chunk {
        import_id: job.id,
        number: 1,
        from: 0,
        to: to as u64,
        first_row: 1,
        header: None,
        flawed: Vec::new(),
        repeated: Vec::new(),
        traceparent: None,
    }
}

#[tokio::test]
async fn a_file_that_is_replaced_while_it_is_imported_fails_the_import() {
    let file = "{\"sku\":\"A\"}\n";
    let other = "{\"sku\":\"B\"}\n";
    for cut_before in [false, true] {
        let imports = imports().await;
        let shop = &imports.transfers;
        let job = shop.uploaded_import(file).await;
        if cut_before {
            shop.products
                .store
                .import_is_cut(job.id, 1, 1, NOW)
                .await
                .unwrap();
        }
        shop.upload_again(&job.source, other).await;
        if cut_before {
            shop.work_on(&chunk(&job, file.len()), NOW).await.unwrap();
        } else {
            imports.cut_import(job.id, None, NOW).await.unwrap();
        }
        let (job, errors) = shop.job(job.id).await;
        assert_eq!(job.status, JobStatus::Failed);
        assert_eq!(errors, [replaced()]);
    }
}

#[tokio::test]
async fn a_file_that_was_uploaded_again_as_it_was_is_the_same() {
    let shop = shop().await;
    let file = "{\"sku\":\"A\"}\n";
    let job = shop.uploaded_import(file).await;
    shop.upload_again(&job.source, file).await;
    shop.products
        .store
        .import_is_cut(job.id, 2, 1, NOW)
        .await
        .unwrap();
    let mut chunk = chunk(&job, file.len());
    chunk.flawed = vec![(2, Flaw::TooLong)];
    shop.work_on(&chunk, NOW).await.unwrap();
    let (job, errors) = shop.job(job.id).await;
    assert_eq!(job.status, JobStatus::Completed);
    assert_eq!(job.tally.failed, 2);
    let rows: Vec<_> = errors.iter().map(|error| error.row).collect();
    assert_eq!(rows.first(), Some(&1));
    let last = errors.last().unwrap();
    assert_eq!((last.row, &*last.detail), (2, &*Flaw::TooLong.to_string()));
}

#[tokio::test]
async fn a_row_that_says_archived_counts_only_when_such_a_product_is_there() {
    let shop = shop().await;
    let category = CategoryChanges {
        name: Some("Lamps".to_owned()),
        ..CategoryChanges::default()
    };
    let made = shop
        .products
        .create_category(&category, &silent("c"), NOW)
        .await;
    let category: CategoryId = made.unwrap().category.id;
    let asked = json!({ "name": "Lamp", "price": 1, "sku": "OLD", "categoryId": category });
    let asked = Fields::readable(&asked).into();
    let old = shop
        .products
        .create(&asked, None, &silent("p"), &now())
        .await;
    let old = old.unwrap();
    let gone = shop
        .products
        .archive(old.id, None, &silent("a"), &now())
        .await;
    assert_eq!(gone.unwrap().status, Status::Archived);
    let row = |sku: &str, id: ProductId| {
        json!({
            "id": id, "sku": sku, "name": "Lamp", "price": 1, "categoryId": category,
            "status": "archived",
        })
    };
    let other = ProductId::derive("", "other");
    let rows = [row("OLD", old.id), row("OLD-2", old.id), row("NEW", other)];
    let file: String = rows.iter().map(|row| format!("{row}\n")).collect();
    let job = shop.uploaded_import(&file).await;
    shop.products
        .store
        .import_is_cut(job.id, 3, 1, NOW)
        .await
        .unwrap();
    shop.work_on(&chunk(&job, file.len()), NOW).await.unwrap();
    let (job, errors) = shop.job(job.id).await;
    let tally = job.tally;
    assert_eq!((tally.created, tally.updated, tally.failed), (0, 1, 2));
    let told: Vec<_> = errors
        .iter()
        .map(|error| (error.row, &*error.field))
        .collect();
    assert_eq!(told, [(2, "status"), (3, "status")]);
}
