//! The function `payments-void`.

fn main() {
    edge::run::<payments::api::VoidPayment>();
}
