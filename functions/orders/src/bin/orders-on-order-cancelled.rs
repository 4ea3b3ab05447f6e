//! The function `orders-on-order-cancelled`.

fn main() {
    edge::run_consumer::<orders::on::OrderCancelled>();
}
