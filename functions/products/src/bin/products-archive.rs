//! The function `products-archive`.

fn main() {
    edge::run::<products::api::ArchiveProduct>();
}
