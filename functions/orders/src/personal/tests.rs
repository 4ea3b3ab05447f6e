use aws::testing::cloud;
use edge::App;
use kernel::OrderId;
use manifest::resources::ORDERS;

use super::*;
use crate::order::{Buyer, OrderStatus};
use crate::testing::{NOW, order};

fn user(name: &str) -> UserId {
    UserId::derive("", name)
}

fn over(number: usize, buyer: &str) -> Order {
    Order {
        id: OrderId::derive("", &number.to_string()),
        buyer: Buyer::User(user(buyer)),
        status: OrderStatus::Delivered,
        ..order()
    }
}

async fn orders() -> Orders {
    let aws = cloud(&[&ORDERS]).await.unwrap();
    Orders::start(&aws).await.unwrap()
}

#[tokio::test]
async fn a_user_who_was_erased_is_forgotten_in_all_orders_and_nobody_else_is() {
    let orders = orders().await;
    let anns: Vec<Order> = (0..AT_ONCE + 3).map(|number| over(number, "ann")).collect();
    let bobs = over(1_000, "bob");
    for order in anns.iter().chain([&bobs]) {
        orders.store.put_order(order).await;
    }
    // Events come twice.
    for _ in 0..2 {
        orders.forget(user("ann"), NOW).await.unwrap();
        for order in &anns {
            let kept = orders.store.order(order.id).await.unwrap().unwrap();
            assert_eq!((kept.email, kept.version), (None, order.version + 1));
        }
    }
    let kept = orders.store.order(bobs.id).await.unwrap().unwrap();
    assert_eq!(kept, bobs);
}

#[tokio::test]
async fn an_export_has_all_orders_of_a_user_and_no_others() {
    let orders = orders().await;
    for number in 0..AT_ONCE + 3 {
        orders.store.put_order(&over(number, "ann")).await;
    }
    orders.store.put_order(&over(1_000, "bob")).await;
    let held = orders.held_on(user("ann")).await.unwrap();
    assert_eq!(held["orders"].as_array().unwrap().len(), AT_ONCE + 3);
    assert_eq!(held["cart"], json!([]));
    let held = orders.held_on(user("nobody")).await.unwrap();
    assert_eq!(held["orders"], json!([]));
}
