//! The function `wallet-transactions`.

fn main() {
    edge::run::<payments::api::ListWalletTransactions>();
}
