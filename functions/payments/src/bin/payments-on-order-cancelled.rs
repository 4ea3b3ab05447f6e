//! The function `payments-on-order-cancelled`.

fn main() {
    edge::run_consumer::<payments::on::OrderCancelled>();
}
