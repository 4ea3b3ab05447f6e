//! The function `products-on-import-requested`.

fn main() {
    edge::run_consumer::<products::on::ImportRequested>();
}
