//! The function `payments-refund`.

fn main() {
    edge::run::<payments::api::RefundPayment>();
}
