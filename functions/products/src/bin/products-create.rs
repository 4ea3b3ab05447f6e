//! The function `products-create`.

fn main() {
    edge::run::<products::api::CreateProduct>();
}
