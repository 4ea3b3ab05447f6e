//! Changes of categories that come at once, in a table of the test's own in the local cloud.

use aws::TableError;
use futures_util::future::join_all;
use kernel::{CurrencyCode, OperationId};
use manifest::resources::PRODUCTS;

use super::*;
use crate::store::Store;

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);
/// Changes that are made at once.
const MANY: u64 = 24;

async fn shop() -> Products {
    let aws = aws::testing::cloud(&[&PRODUCTS]).await.unwrap();
    Products {
        store: Store::new(aws.table(&PRODUCTS).unwrap()),
        currency: CurrencyCode::USD,
    }
}

fn silent<T>(name: &str) -> Answered<T> {
    Answered::silent(OperationId::derive("", name))
}

fn written() -> Written {
    Written {
        at: NOW,
        traceparent: None,
    }
}

/// Asks as somebody does who is told to try again. On a machine that does other things as well, many
/// who want one thing may wear each other out.
async fn patiently<T, F>(mut ask: impl FnMut() -> F) -> Result<T, ProductsError>
where
    F: Future<Output = Result<T, ProductsError>>,
{
    for _ in 0..20 {
        match ask().await {
            Err(ProductsError::Busy | ProductsError::Table(TableError::Unavailable(_))) => {}
            outcome => return outcome,
        }
    }
    ask().await
}

async fn category(shop: &Products, name: &str, parent: Option<CategoryId>) -> CategoryId {
    let asked = CategoryChanges {
        name: Some(name.to_owned()),
        parent_id: Some(parent),
        ..CategoryChanges::default()
    };
    let answered = silent(name);
    let made = patiently(|| shop.create_category(&asked, &answered, NOW)).await;
    made.unwrap().category.id
}

fn named(name: String) -> CategoryChanges {
    CategoryChanges {
        name: Some(name),
        ..CategoryChanges::default()
    }
}

fn moved(parent: CategoryId) -> CategoryChanges {
    CategoryChanges {
        parent_id: Some(Some(parent)),
        ..CategoryChanges::default()
    }
}

#[tokio::test]
async fn many_renames_of_one_category_at_once_all_come_through() {
    let shop = shop().await;
    let shelf = category(&shop, "Shelf", None).await;
    let answers = (0..MANY).map(|number| {
        let name = format!("Shelf {number}");
        let (answered, written, shop) = (silent(&name), written(), &shop);
        async move {
            let asked = named(name);
            patiently(|| shop.change_category(shelf, &asked, None, &answered, &written)).await
        }
    });
    let mut versions = Vec::new();
    for answer in join_all(answers).await {
        versions.push(answer.unwrap().category.version);
    }
    // Each is a version of its own, so none was written over another unseen.
    versions.sort_unstable();
    assert_eq!(versions, (2..MANY + 2).collect::<Vec<_>>());
}

#[tokio::test]
async fn many_moves_of_different_categories_at_once_all_come_through() {
    let shop = shop().await;
    let (from, to) = (
        category(&shop, "From", None).await,
        category(&shop, "To", None).await,
    );
    let mut parts = Vec::new();
    for number in 0..MANY {
        parts.push(category(&shop, &format!("Part {number}"), Some(from)).await);
    }
    let moves = parts.iter().map(|part| {
        let (answered, written, shop) = (silent(&part.to_string()), written(), &shop);
        async move {
            let asked = moved(to);
            patiently(|| shop.change_category(*part, &asked, None, &answered, &written)).await
        }
    });
    for moved in join_all(moves).await {
        moved.unwrap();
    }
    let tree = shop.store.tree().await.unwrap();
    assert_eq!(tree.children(Some(to)).len(), parts.len());
    assert!(tree.children(Some(from)).is_empty());
}

#[tokio::test]
async fn categories_that_are_made_and_deleted_at_once_do_not_meet() {
    let shop = shop().await;
    let mut old = Vec::new();
    for number in 0..MANY {
        old.push(category(&shop, &format!("Old {number}"), None).await);
    }
    let makes = join_all((0..MANY).map(|number| {
        let shop = &shop;
        async move { category(shop, &format!("New {number}"), None).await }
    }));
    let deletions = join_all(old.iter().map(|id| {
        let (answered, shop) = (silent(&format!("delete {id}")), &shop);
        async move { patiently(|| shop.delete_category(*id, None, &answered, NOW)).await }
    }));
    let (made, deleted) = futures_util::join!(makes, deletions);
    for outcome in deleted {
        outcome.unwrap();
    }
    let tree = shop.store.tree().await.unwrap();
    let left: Vec<_> = tree.all().map(|category| category.id).collect();
    assert_eq!(left.len(), made.len());
    assert!(made.iter().all(|id| left.contains(id)));
}

#[tokio::test]
async fn moves_at_once_never_make_a_circle() {
    let shop = shop().await;
    for round in 0..5 {
        // Each of three chains is to hang below the next one's end: two of the moves may be made.
        let mut chains = Vec::new();
        for chain in 0..3 {
            let top = category(&shop, &format!("Top {round} {chain}"), None).await;
            let middle = category(&shop, &format!("Middle {round} {chain}"), Some(top)).await;
            let end = category(&shop, &format!("End {round} {chain}"), Some(middle)).await;
            chains.push((top, end));
        }
        let moves = (0..3).map(|chain| {
            let ((top, _), (_, end)) = (chains[chain], chains[(chain + 1) % 3]);
            let (answered, written) = (silent(&format!("move {top}")), written());
            let shop = &shop;
            async move {
                let asked = moved(end);
                patiently(|| shop.change_category(top, &asked, None, &answered, &written)).await
            }
        });
        let made = join_all(moves).await;
        let refused = made
            .iter()
            .filter(|outcome| matches!(outcome, Err(ProductsError::CategoryCycle)));
        assert_eq!(refused.count(), 1, "{made:?}");
        assert_eq!(made.iter().filter(|outcome| outcome.is_ok()).count(), 2);
        let tree = shop.store.tree().await.unwrap();
        for (top, end) in &chains {
            for id in [top, end] {
                let path = tree.path(*id);
                assert_eq!(path.first().map(|first| first.parent_id), Some(None));
                assert!(path.len() <= 9);
            }
        }
    }
}

#[tokio::test]
async fn a_change_of_a_name_leaves_trees_that_are_known_alone() {
    let shop = shop().await;
    let shelf = category(&shop, "Shelf", None).await;
    let known = shop.store.known_tree().await.unwrap();
    let change = async |asked: &CategoryChanges, version, operation| {
        let answered = silent(operation);
        shop.change_category(shelf, asked, version, &answered, &written())
            .await
    };
    let renamed = change(&named("Bookshelf".to_owned()), None, "1").await;
    assert_eq!(renamed.unwrap().category.name, "Bookshelf");
    let again = shop.store.known_tree().await.unwrap();
    assert_eq!(again.version(), known.version());
    let slug = CategoryChanges {
        slug: Some(Slug::parse("books").unwrap()),
        ..CategoryChanges::default()
    };
    change(&slug, None, "2").await.unwrap();
    assert_eq!(shop.category_of("books").await.unwrap(), shelf);
    assert!(shop.category_of("shelf").await.is_err());
    let stale = change(&named("Shelf".to_owned()), Some(1), "3").await;
    assert!(matches!(stale, Err(ProductsError::Changed { current: 3 })));
}
