//! Lists against a table of the test's own in the local cloud.

use aws::Answered;
use futures_util::{StreamExt, TryStreamExt, stream};
use kernel::{CurrencyCode, OperationId, Timestamp};
use manifest::resources::PRODUCTS;

use super::*;
use crate::categories::CategoryChanges;
use crate::changes::Changes;
use crate::listing::By;
use crate::store::{Store, Written};

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

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

async fn category(shop: &Products, name: &str, parent: Option<CategoryId>) -> CategoryId {
    let asked = CategoryChanges {
        name: Some(name.to_owned()),
        parent_id: Some(parent),
        ..CategoryChanges::default()
    };
    let made = shop.create_category(&asked, &silent(name), NOW).await;
    made.unwrap().category.id
}

/// Makes products that are named by their numbers and cost as much.
async fn fill(
    shop: &Products,
    category: CategoryId,
    numbers: std::ops::Range<u32>,
    dress: impl Fn(u32, &mut Changes),
) {
    let written = Written {
        at: NOW,
        traceparent: None,
    };
    let make = |number: u32| {
        let mut asked = Changes {
            name: Some(format!("Product {number:04}")),
            price: Some(format!("{}.00", number + 1).parse().unwrap()),
            category_id: Some(category),
            ..Changes::default()
        };
        dress(number, &mut asked);
        let (answered, written) = (silent(&format!("{category} {number}")), written.clone());
        async move { shop.create(&asked, None, &answered, &written).await }
    };
    let makes: Vec<_> = numbers.map(make).collect();
    let made = stream::iter(makes).buffer_unordered(16);
    made.try_collect::<Vec<_>>().await.unwrap();
}

fn asked(category: CategoryId, limit: u64) -> Asked {
    Asked {
        category: Some(category),
        limit: Some(Limit::new(limit).unwrap()),
        sort: Sort {
            by: By::Price,
            descending: false,
        },
        ..Asked::default()
    }
}

fn names(page: &Page<Product>) -> Vec<&str> {
    page.items.iter().map(|item| item.name.as_str()).collect()
}

#[tokio::test]
async fn products_that_all_stand_in_one_of_many_categories_fill_every_page() {
    let shop = shop().await;
    let root = category(&shop, "Root", None).await;
    let mut last = root;
    for number in 0..60 {
        last = category(&shop, &format!("Part {number}"), Some(root)).await;
    }
    fill(&shop, last, 0..150, |_, _| {}).await;
    let everything: Vec<_> = (0..150).map(|n| format!("Product {n:04}")).collect();

    let page = shop.list(&asked(root, 100)).await.unwrap();
    assert_eq!(names(&page), everything[..100]);
    assert!(page.next.is_some());
    let rest = Asked {
        cursor: page.next,
        ..asked(root, 100)
    };
    let page = shop.list(&rest).await.unwrap();
    assert_eq!(names(&page), everything[100..]);
    assert!(page.next.is_none());

    for (number, expected) in (1..).zip(everything.chunks(20)) {
        let numbered = Asked {
            page: Some(number),
            ..asked(root, 20)
        };
        let page = shop.list(&numbered).await.unwrap();
        assert_eq!(names(&page), expected, "page {number}");
    }
}

#[tokio::test]
async fn numbered_pages_lose_nothing_to_a_filter_that_fits_little() {
    let shop = shop().await;
    let shelf = category(&shop, "Shelf", None).await;
    let rare = |number: u32, changes: &mut Changes| {
        let brand = if number % 50 == 49 { "Rare" } else { "Common" };
        changes.brand = Some(Some(brand.to_owned()));
    };
    fill(&shop, shelf, 0..400, rare).await;
    let other = category(&shop, "Other", None).await;
    fill(&shop, other, 400..1_000, |_, changes| {
        changes.brand = Some(Some("Common".to_owned()));
    })
    .await;
    // The brand's index has a thousand products, of which the filter lets pass the last.
    let mut found = Vec::new();
    for number in 1..=5 {
        let numbered = Asked {
            page: Some(number),
            brand: Some("common".to_owned()),
            max_price: Some("200.00".parse().unwrap()),
            sort: Sort {
                by: By::Name,
                descending: true,
            },
            ..asked(shelf, 10)
        };
        let page = shop.list(&numbered).await.unwrap();
        found.extend(page.items.into_iter().map(|item| item.name));
    }
    let mut expected: Vec<_> = (0..200)
        .filter(|number| number % 50 != 49)
        .map(|number| format!("Product {number:04}"))
        .collect();
    expected.reverse();
    assert_eq!(found, expected[..50]);
}

#[tokio::test]
async fn a_page_ends_before_its_body_is_too_large_and_goes_on_behind() {
    let shop = shop().await;
    let shelf = category(&shop, "Shelf", None).await;
    fill(&shop, shelf, 0..30, |_, changes| {
        // Written inside another JSON text, each of these is two characters.
        changes.description = Some(Some("\"".repeat(60_000)));
    })
    .await;
    let ids = |page: &Page<Product>| page.items.iter().map(|item| item.id).collect::<Vec<_>>();
    let mut listed = Vec::new();
    let mut next = asked(shelf, 100);
    loop {
        let page = shop.list(&next).await.unwrap();
        let views: Vec<_> = page
            .items
            .iter()
            .map(crate::wire::ProductView::from)
            .collect();
        let body = serde_json::to_string(&views).unwrap();
        assert!(serde_json::to_string(&body).unwrap().len() < 5_000_000);
        assert!(!page.items.is_empty());
        listed.extend(ids(&page));
        match page.next {
            Some(cursor) => next.cursor = Some(cursor),
            None => break,
        }
    }
    assert_eq!(listed.len(), 30);

    let mut by_ids = Vec::new();
    let mut next = Asked {
        category: None,
        ids: Some(listed.clone()),
        ..asked(shelf, 100)
    };
    loop {
        let page = shop.list(&next).await.unwrap();
        assert!(page.items.len() < 30);
        by_ids.extend(ids(&page));
        match page.next {
            Some(cursor) => next.cursor = Some(cursor),
            None => break,
        }
    }
    assert_eq!(by_ids, listed);

    let numbered = Asked {
        page: Some(1),
        ..asked(shelf, 30)
    };
    let first = shop.list(&numbered).await.unwrap();
    assert!(first.items.len() < 30 && first.next.is_some());
}

#[tokio::test]
async fn brands_that_begin_alike_are_two() {
    let shop = shop().await;
    let shelf = category(&shop, "Shelf", None).await;
    let brand = |end: &str| format!("{}{end}", "B".repeat(64));
    fill(&shop, shelf, 0..4, |number, changes| {
        let end = if number < 3 { "X" } else { "Y" };
        changes.brand = Some(Some(brand(end)));
    })
    .await;
    for (end, many) in [("x", 3), ("Y", 1), ("Z", 0)] {
        for category in [None, Some(shelf)] {
            let of_brand = Asked {
                category,
                brand: Some(brand(end)),
                ..asked(shelf, 100)
            };
            let page = shop.list(&of_brand).await.unwrap();
            assert_eq!(page.items.len(), many, "{end}");
        }
    }
}
