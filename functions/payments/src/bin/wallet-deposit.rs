//! The function `wallet-deposit`.

fn main() {
    edge::run::<payments::api::Deposit>();
}
