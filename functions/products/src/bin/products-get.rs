//! The function `products-get`.

fn main() {
    edge::run::<products::api::GetProduct>();
}
