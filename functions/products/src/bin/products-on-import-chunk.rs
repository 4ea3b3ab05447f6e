//! The function `products-on-import-chunk`.

fn main() {
    edge::run_worker::<products::on::ImportChunk>();
}
