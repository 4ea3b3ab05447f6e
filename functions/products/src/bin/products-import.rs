//! The function `products-import`.

fn main() {
    edge::run::<products::api::ImportProducts>();
}
