//! The function `payments-differences`.

fn main() {
    edge::run::<payments::api::ListDifferences>();
}
