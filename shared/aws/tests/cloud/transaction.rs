use aws::{Condition, Item, TableError, TransactionError, Update, decode};
use futures_util::future::join_all;

use crate::{Shelf, table};

#[tokio::test]
async fn all_writes_happen_or_none_and_refusals_have_names() {
    let table = table().await;
    table
        .put(&Shelf::new("here"), Condition::none())
        .await
        .unwrap();
    let error = table
        .transaction()
        .put("new", &Shelf::new("new"), Condition::absent())
        .put("taken", &Shelf::new("here"), Condition::absent())
        .check("gone", Shelf::place("gone"), Condition::present())
        .update(
            "here",
            Shelf::place("here"),
            Update::new().add("size", 5).when(Condition::version(1)),
        )
        .commit();
    // The same item twice is a wrong request, whatever its conditions.
    let error = error.await.unwrap_err();
    assert!(
        matches!(error, TransactionError::Table(TableError::Fault(_))),
        "{error:?}"
    );

    let error = table
        .transaction()
        .put("new", &Shelf::new("new"), Condition::absent())
        .put("taken", &Shelf::new("here"), Condition::absent())
        .check("gone", Shelf::place("gone"), Condition::present())
        .commit()
        .await
        .unwrap_err();
    let TransactionError::Refused(refusals) = &error else {
        panic!("{error:?}");
    };
    let names: Vec<_> = refusals.iter().map(|refusal| refusal.name).collect();
    assert_eq!(names, ["taken", "gone"]);
    assert!(error.refused("taken") && !error.refused("new"));
    let stood = error.refusal("taken").unwrap().item.clone().unwrap();
    assert_eq!(decode::<Shelf>(stood).unwrap(), Shelf::new("here"));
    assert_eq!(error.refusal("gone").unwrap().item, None);
    assert_eq!(table.get::<Shelf>(Shelf::place("new")).await.unwrap(), None);

    table
        .transaction()
        .put("new", &Shelf::new("new"), Condition::absent())
        .update(
            "here",
            Shelf::place("here"),
            Update::new().add("size", 5).when(Condition::version(1)),
        )
        .check("gone", Shelf::place("gone"), Condition::absent())
        .commit()
        .await
        .unwrap();
    let here: Shelf = table.get(Shelf::place("here")).await.unwrap().unwrap();
    assert_eq!(here.size, 5);
    table
        .transaction()
        .delete("new", Shelf::place("new"), Condition::version(1))
        .delete("here", Shelf::place("here"), Condition::present())
        .commit()
        .await
        .unwrap();
    assert_eq!(table.get::<Shelf>(here.key()).await.unwrap(), None);
}

#[tokio::test]
async fn a_stock_is_never_sold_twice() {
    let table = table().await;
    let mut stock = Shelf::new("stock");
    stock.size = 7;
    table.put(&stock, Condition::none()).await.unwrap();
    let sales = (0..16).map(|n| {
        let take = Update::new()
            .add("size", -1)
            .when(Condition::expression("size > :none").value(":none", 0));
        let order = Shelf::new(format!("order-{n}"));
        let transaction = table
            .transaction()
            .update("stock", Shelf::place("stock"), take)
            .put("order", &order, Condition::absent());
        async move { (order, transaction.commit().await) }
    });
    let results = join_all(sales).await;
    let mut sold = 0;
    for (order, result) in results {
        let stands: Option<Shelf> = table.get(order.key()).await.unwrap();
        match result {
            Ok(()) => {
                sold += 1;
                assert!(stands.is_some());
            }
            Err(error) => {
                assert!(error.refused("stock"), "{error:?}");
                assert!(stands.is_none());
            }
        }
    }
    let left: Shelf = table.get(Shelf::place("stock")).await.unwrap().unwrap();
    assert_eq!((sold, left.size), (7, 0));
}

#[tokio::test]
async fn limits_are_kept_before_anything_is_sent() {
    let table = table().await;
    let many = |count: usize| {
        (0..count).fold(table.transaction(), |transaction, n| {
            transaction.put("shelf", &Shelf::new(format!("{n}")), Condition::none())
        })
    };
    many(100).commit().await.unwrap();
    for wrong in [0, 101] {
        let error = many(wrong).commit().await.unwrap_err();
        assert!(
            matches!(error, TransactionError::Table(TableError::Fault(_))),
            "{wrong}"
        );
    }
    let mut large = Shelf::new("large");
    large.label = "x".repeat(401 * 1024);
    let error = table
        .transaction()
        .put("large", &large, Condition::none())
        .commit()
        .await
        .unwrap_err();
    assert!(matches!(
        error,
        TransactionError::Table(TableError::TooLarge)
    ));
}
