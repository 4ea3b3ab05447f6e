//! The function `search-on-product-changed`.

fn main() {
    edge::run_batch_consumer::<search::on::ProductChanged>();
}
