use aws::testing::cloud;
use edge::App;
use kernel::OrderToken;
use manifest::resources::ORDERS;

use super::*;
use crate::order::Buyer;
use crate::testing::{NOW, order};

async fn orders() -> Orders {
    let aws = cloud(&[&ORDERS]).await.unwrap();
    Orders::start(&aws).await.unwrap()
}

fn user(name: &str) -> UserId {
    UserId::derive("", name)
}

#[tokio::test]
async fn nobody_sees_an_order_but_its_buyer_and_staff() {
    let orders = orders().await;
    let token = |byte| OrderToken::of_bytes([byte; 32]).hash();
    let guests = Order {
        id: OrderId::derive("", "a guest's"),
        buyer: Buyer::Guest { token: token(1) },
        ..order()
    };
    let anns = order();
    for order in [&anns, &guests] {
        orders.store.put_order(order).await;
    }
    let (ann, bob) = (Person::User(user("ann")), Person::User(user("bob")));
    let staff = Person::Staff(user("bob"));
    for (people, sees_anns, sees_guests) in [
        (vec![], false, false),
        (vec![ann.clone()], true, false),
        (vec![bob.clone()], false, false),
        (vec![staff], true, true),
        (vec![Person::Guest(token(1))], false, true),
        (vec![Person::Guest(token(2))], false, false),
        (vec![ann, Person::Guest(token(1))], true, true),
        (vec![bob, Person::Guest(token(2))], false, false),
    ] {
        for (order, sees) in [(&anns, sees_anns), (&guests, sees_guests)] {
            let found = orders.look_up(order.id, &people).await;
            match (found, sees) {
                (Ok(found), true) => assert_eq!(found, *order),
                (Err(OrdersError::NotFound), false) => {}
                (other, _) => panic!("{people:?}: {other:?}"),
            }
        }
    }
}

#[tokio::test]
async fn a_cursor_is_good_for_its_own_list_alone() {
    let orders = orders().await;
    for number in 0..3 {
        let order = Order {
            id: OrderId::derive("", &number.to_string()),
            ..order()
        };
        orders.store.put_order(&order).await;
    }
    let asked = OrderQuery {
        user: Some(user("ann")),
        limit: Limit::new(1).unwrap(),
        ..OrderQuery::default()
    };
    let page = orders.list(&asked).await.unwrap();
    assert_eq!(page.items.len(), 1);
    let cursor = page.next;
    assert!(cursor.is_some());
    let next = OrderQuery {
        cursor: cursor.clone(),
        limit: Limit::new(2).unwrap(),
        ..asked.clone()
    };
    let page = orders.list(&next).await.unwrap();
    assert_eq!((page.items.len(), page.next), (2, None));
    for other in [
        OrderQuery {
            user: Some(user("bob")),
            ..next.clone()
        },
        OrderQuery {
            user: None,
            ..next.clone()
        },
        OrderQuery {
            status: Some(OrderStatus::Paid),
            ..next.clone()
        },
        OrderQuery {
            from: Some(NOW),
            ..next
        },
    ] {
        let refused = orders.list(&other).await;
        assert!(matches!(refused, Err(OrdersError::Invalid(_))), "{other:?}");
    }
}

#[tokio::test]
async fn a_time_that_ends_before_it_begins_is_refused() {
    let asked = OrderQuery {
        from: Some(NOW),
        to: Some(Timestamp::MIN),
        ..OrderQuery::default()
    };
    let refused = orders().await.list(&asked).await;
    assert!(matches!(refused, Err(OrdersError::Invalid(faults)) if faults.has("/from")));
}
