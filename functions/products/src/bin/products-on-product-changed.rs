//! The function `products-on-product-changed`.

fn main() {
    edge::run_consumer::<products::on::ProductChanged>();
}
