//! The function `products-update`.

fn main() {
    edge::run::<products::api::UpdateProduct>();
}
