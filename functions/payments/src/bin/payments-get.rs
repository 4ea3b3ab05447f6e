//! The function `payments-get`.

fn main() {
    edge::run::<payments::api::GetPayment>();
}
