//! The store against a table of the test's own in the local cloud.

use std::time::Duration;

use aws::Answered;
use kernel::{CategoryId, CurrencyCode, ImportId, OperationId, ProductId, Slug, Timestamp};
use manifest::resources::PRODUCTS;

use super::categories::{close_gates, open_gates};
use super::*;
use crate::categories::{Shelf, Shelves};
use crate::category::Category;
use crate::changes::Changes;
use crate::import::{Format, Job, JobStatus, RowError, Tally};
use crate::product::{Birth, Product};
use crate::variants::VariantDraft;

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

async fn store() -> Store {
    let aws = aws::testing::cloud(&[&PRODUCTS]).await.unwrap();
    Store::new(aws.table(&PRODUCTS).unwrap())
}

fn silent<T>(name: &str) -> Answered<T> {
    Answered::silent(OperationId::derive("", name))
}

fn at(later: Duration) -> Written {
    Written {
        at: NOW.plus(later),
        traceparent: None,
    }
}

fn now() -> Written {
    at(Duration::ZERO)
}

async fn category(store: &Store, name: &str) -> Category {
    let category = Category {
        id: CategoryId::derive("", name),
        name: name.into(),
        slug: Slug::parse(name).unwrap(),
        parent_id: None,
        version: 1,
        closing_until: None,
        created_at: NOW,
        updated_at: NOW,
    };
    let shelf = Shelf {
        category: category.clone(),
        shelves: Shelves {
            tree: store.tree().await.unwrap(),
            products: Default::default(),
        },
    };
    let answered = silent(name);
    store
        .create_category(&category, &answered, &shelf, NOW)
        .await
        .unwrap();
    category
}

fn product(name: &str, category: &Category) -> Product {
    let asked = Changes {
        name: Some(name.into()),
        price: Some("9.90".parse().unwrap()),
        category_id: Some(category.id),
        ..Changes::default()
    };
    made(name, &asked)
}

fn made(name: &str, asked: &Changes) -> Product {
    let birth = Birth {
        id: ProductId::derive("", name),
        currency: CurrencyCode::USD,
        at: NOW,
        import: None,
    };
    Product::create(asked, &birth).unwrap()
}

#[tokio::test]
async fn a_product_comes_back_as_it_was_written() {
    let store = store().await;
    let shelf = category(&store, "lamps").await;
    let bare = product("bare", &shelf);
    let asked: Changes = crate::wire::Fields::readable(&serde_json::json!({
        "name": "Ünïcode ✓", "price": "0.01", "categoryId": shelf.id, "compareAtPrice": 5,
        "description": " as\n it is ", "brand": "Lumen", "mpn": "M-1", "status": "draft",
        "gtins": ["4006381333931"], "tags": ["a", "b"], "images": ["https://x.example/y.png"],
        "weightGrams": 12.345, "dimensionsMm": { "length": 1, "width": 2.5, "height": 3 },
        "attributes": { "whole": 450.0, "part": -1.25e-7, "large": 1e100, "big": u64::MAX, "text": "42", "empty": "", "yes": true },
        "options": [{ "name": "Size", "values": ["S", "M"] }],
        "variants": [{ "options": { "Size": "S" } }, { "options": { "Size": "M" }, "price": 7, "weightGrams": 1 }],
    })).into();
    for product in [bare, made("whole", &asked)] {
        store
            .write(None, &product, &silent("write"), &now())
            .await
            .unwrap();
        assert_eq!(
            store.product(product.id).await.unwrap().as_ref(),
            Some(&product)
        );
        let by_slug = store.product_by_slug(&product.slug).await.unwrap();
        assert_eq!(by_slug.as_ref(), Some(&product));
        for sku in product.claims().into_keys() {
            assert_eq!(
                store.product_by_sku(sku).await.unwrap().as_ref(),
                Some(&product)
            );
        }
    }
}

#[tokio::test]
async fn names_are_taken_once_and_free_again_after_they_are_let_go() {
    let store = store().await;
    let shelf = category(&store, "lamps").await;
    let first = product("first", &shelf);
    store
        .write(None, &first, &silent("1"), &now())
        .await
        .unwrap();
    let mut second = product("second", &shelf);
    second.sku = first.sku.clone();
    let taken = store.write(None, &second, &silent("2"), &now()).await;
    assert!(
        matches!(
            taken,
            Err(StoreError::SkuTaken {
                of_variant: false,
                ..
            })
        ),
        "{taken:?}"
    );
    second = product("second", &shelf);
    second.slug = first.slug.clone();
    let taken = store.write(None, &second, &silent("2"), &now()).await;
    assert!(matches!(taken, Err(StoreError::SlugTaken)), "{taken:?}");

    // A variant of one cannot take the SKU of another; the SKU may go from a variant to its product.
    let variant = |sku: &kernel::Sku| Changes {
        variants: Some(vec![VariantDraft {
            sku: Some(sku.clone()),
            ..VariantDraft::default()
        }]),
        ..Changes::default()
    };
    let third = product("third", &shelf);
    store
        .write(None, &third, &silent("3"), &now())
        .await
        .unwrap();
    let thief = third.changed(&variant(&first.sku), NOW).unwrap();
    let taken = store
        .write(Some(&third), &thief, &silent("4"), &now())
        .await;
    assert!(
        matches!(
            taken,
            Err(StoreError::SkuTaken {
                of_variant: true,
                ..
            })
        ),
        "{taken:?}"
    );
    let own = third
        .changed(&variant(&kernel::Sku::parse("OWN").unwrap()), NOW)
        .unwrap();
    store
        .write(Some(&third), &own, &silent("5"), &now())
        .await
        .unwrap();
    let swapped = Changes {
        sku: Some(kernel::Sku::parse("OWN").unwrap()),
        ..variant(&third.sku)
    };
    let swapped = own.changed(&swapped, NOW).unwrap();
    store
        .write(Some(&own), &swapped, &silent("6"), &now())
        .await
        .unwrap();

    // What was let go can be taken; what is stale cannot be written.
    let gone = first.archived(NOW);
    store
        .write(Some(&first), &gone, &silent("7"), &now())
        .await
        .unwrap();
    let stale = store.write(Some(&first), &gone, &silent("8"), &now()).await;
    assert!(matches!(stale, Err(StoreError::Stale)), "{stale:?}");
    second.sku = first.sku.clone();
    store
        .write(None, &second, &silent("9"), &now())
        .await
        .unwrap();
}

#[tokio::test]
async fn nothing_gets_into_a_category_that_is_gone_even_if_it_was_seen_before() {
    let store = store().await;
    let shelf = category(&store, "lamps").await;
    let first = product("first", &shelf);
    store
        .write(None, &first, &silent("1"), &now())
        .await
        .unwrap();
    let full = store.delete_category(&shelf, &silent("2"), NOW).await;
    assert!(matches!(full, Err(StoreError::NotEmpty)), "{full:?}");
    // Found not to be empty, it is open again at once.
    let second = product("second", &shelf);
    store
        .write(None, &second, &silent("3"), &now())
        .await
        .unwrap();
    for product in [&first, &second] {
        let gone = product.archived(NOW);
        store
            .write(Some(product), &gone, &silent("4"), &now())
            .await
            .unwrap();
    }
    store
        .delete_category(&shelf, &silent("5"), NOW)
        .await
        .unwrap();
    for later in [Duration::ZERO, Duration::from_hours(24 * 365)] {
        let late = store
            .write(None, &product("late", &shelf), &silent("6"), &at(later))
            .await;
        assert!(matches!(late, Err(StoreError::NoCategory)), "{late:?}");
    }
}

#[tokio::test]
async fn a_deletion_that_died_keeps_products_out_for_half_a_minute() {
    let store = store().await;
    let shelf = category(&store, "lamps").await;
    let until = NOW.plus(Duration::from_secs(30)).millis();
    let close = close_gates(store.table().transaction(), shelf.id, until);
    close.commit().await.unwrap();
    let lamp = product("lamp", &shelf);
    let early = store
        .write(None, &lamp, &silent("1"), &at(Duration::from_secs(29)))
        .await;
    assert!(matches!(early, Err(StoreError::Closing)), "{early:?}");
    // Another deletion's gates are not opened by this one's end.
    let others = open_gates(store.table().transaction(), shelf.id, until + 1)
        .commit()
        .await;
    assert!(others.is_err());
    store
        .write(None, &lamp, &silent("2"), &at(Duration::from_secs(31)))
        .await
        .unwrap();
}

#[tokio::test]
async fn products_that_come_while_a_category_is_deleted_never_hang_on_nothing() {
    let store = Arc::new(store().await);
    for round in 0..24 {
        let shelf = category(&store, &format!("shelf-{round}")).await;
        // They come one after the other around the deletion, so that some meet its middle.
        let come = (0..4_u64).map(|n| {
            let (store, shelf) = (Arc::clone(&store), shelf.clone());
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(3 + n * 5 + round % 5)).await;
                let name = format!("p-{round}-{n}");
                store
                    .write(None, &product(&name, &shelf), &silent(&name), &now())
                    .await
            })
        });
        let come: Vec<_> = come.collect();
        let deleted = store.delete_category(&shelf, &silent("delete"), NOW).await;
        let mut came = 0;
        for one in come {
            match one.await.unwrap() {
                Ok(()) => came += 1,
                Err(StoreError::Closing | StoreError::NoCategory) => {}
                Err(error) => panic!("{error}"),
            }
        }
        match deleted {
            Ok(()) => assert_eq!(came, 0, "products without a category"),
            Err(StoreError::NotEmpty) => assert!(came > 0),
            Err(error) => panic!("{error}"),
        }
        let there = store.tree().await.unwrap().get(shelf.id).is_some();
        assert_eq!(there, deleted.is_err());
    }
}

#[tokio::test]
async fn a_deletion_that_met_a_change_leaves_the_category_open() {
    let store = Arc::new(store().await);
    let mut met = 0;
    for round in 0..240 {
        // On a busy machine the changes of all the first rounds may come when it is over.
        if round >= 24 && met > 0 {
            break;
        }
        let shelf = category(&store, &format!("shelf-{round}")).await;
        let rename = {
            let (store, before) = (Arc::clone(&store), shelf.clone());
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(round % 24)).await;
                let after = Category {
                    name: "renamed".into(),
                    version: before.version + 1,
                    ..before.clone()
                };
                let shelf = Shelf {
                    category: after,
                    shelves: Shelves {
                        tree: store.tree().await.unwrap(),
                        products: Default::default(),
                    },
                };
                let answered = silent(&format!("rename-{round}"));
                store
                    .change_category(&before, &answered, &shelf, &now())
                    .await
            })
        };
        let deleted = store.delete_category(&shelf, &silent("delete"), NOW).await;
        let renamed = rename.await.unwrap();
        assert_ne!(deleted.is_ok(), renamed.is_ok(), "{deleted:?}, {renamed:?}");
        if let Err(error) = deleted {
            assert!(matches!(error, StoreError::Stale), "{error}");
            met += 1;
            let name = format!("p-{round}");
            store
                .write(None, &product(&name, &shelf), &silent(&name), &now())
                .await
                .unwrap();
        }
    }
    assert!(met > 0, "no change came in the middle");
}

#[tokio::test]
async fn a_chunk_counts_once_and_an_import_ends_once() {
    let store = store().await;
    let id = ImportId::derive("", "import");
    let job = Job {
        etag: Some("\"content\"".into()),
        ..Job::queued(id, Format::Csv, "imports/x/source".into(), NOW)
    };
    store
        .request_import(&job, &silent("1"), &now())
        .await
        .unwrap();
    assert_eq!(store.import(id).await.unwrap().as_ref(), Some(&job));
    store.import_is_cut(id, 5, 2, NOW).await.unwrap();
    let done = |number| ChunkDone {
        import_id: id,
        number,
        tally: Tally {
            created: 1,
            updated: 1,
            failed: 1,
        },
        errors: vec![RowError::new(number, "price", "must be at least 0")],
    };
    assert!(store.chunk_done(&done(2), NOW).await.unwrap());
    assert!(!store.chunk_done(&done(2), NOW).await.unwrap());
    store.complete_import(id, NOW).await.unwrap();
    assert_eq!(
        store.import(id).await.unwrap().unwrap().status,
        JobStatus::Running
    );
    // Cut again, as after a crash: what is counted stays.
    store.import_is_cut(id, 5, 2, NOW).await.unwrap();
    assert!(store.chunk_done(&done(1), NOW).await.unwrap());
    assert_eq!(store.open_imports().await.unwrap(), [id]);
    store.complete_import(id, NOW).await.unwrap();
    let over = store.import(id).await.unwrap().unwrap();
    assert_eq!((over.status, over.done), (JobStatus::Completed, 2));
    assert_eq!(
        over.tally,
        Tally {
            created: 2,
            updated: 2,
            failed: 2
        }
    );
    assert!(store.open_imports().await.unwrap().is_empty());
    // Errors come in the order of the rows, however the chunks were done.
    let rows: Vec<_> = store
        .import_errors(id)
        .await
        .unwrap()
        .iter()
        .map(|e| e.row)
        .collect();
    assert_eq!(rows, [1, 2]);
    store
        .fail_import(id, &RowError::new(0, "", "late"), NOW)
        .await
        .unwrap();
    assert_eq!(
        store.import(id).await.unwrap().unwrap().status,
        JobStatus::Completed
    );
}
