//! The function `inventory-on-product-changed`.

fn main() {
    edge::run_consumer::<inventory::on::ProductChanged>();
}
