//! Expiry, on a table with the real protocol.

use std::time::Duration;

use aws::testing::told;

use super::*;
use crate::testing::{self, NOW, UNITS, free, fulfilment, placed};

#[tokio::test]
async fn what_is_due_expires_once_and_nothing_else_does() {
    let shop = fulfilment().await;
    let end = NOW.plus(crate::TIME_TO_PAY);
    let mut orders = Vec::new();
    for number in 0..20 {
        orders.push(placed(&shop, &format!("E{number}")).await);
    }
    let early = end.minus(Duration::from_millis(1));
    assert_eq!(shop.orders.expire_unpaid(early).await.unwrap(), 0);
    assert_eq!(shop.orders.expire_unpaid(end).await.unwrap(), 20);
    assert_eq!(shop.orders.expire_unpaid(end).await.unwrap(), 0);
    for order in &orders {
        let expired = testing::now(&shop, order).await;
        assert_eq!((expired.status, expired.version), (OrderStatus::Expired, 2));
        shop.settle(order.id).await.unwrap();
        assert_eq!(free(&shop, order).await, UNITS);
    }
    let told = told(shop.orders.store.table()).await.unwrap();
    assert_eq!(told, ["orders.order-expired.v1"; 20]);
}
