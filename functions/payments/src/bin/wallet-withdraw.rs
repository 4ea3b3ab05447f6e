//! The function `wallet-withdraw`.

fn main() {
    edge::run::<payments::api::Withdraw>();
}
