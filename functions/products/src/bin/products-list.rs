//! The function `products-list`.

fn main() {
    edge::run::<products::api::ListProducts>();
}
