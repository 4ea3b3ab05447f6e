//! The function `wallet-get`.

fn main() {
    edge::run::<payments::api::GetWallet>();
}
