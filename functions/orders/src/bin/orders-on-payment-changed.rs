//! The function `orders-on-payment-changed`.

fn main() {
    edge::run_consumer::<orders::on::PaymentChanged>();
}
