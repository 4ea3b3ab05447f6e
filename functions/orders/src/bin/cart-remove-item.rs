//! The function `cart-remove-item`.

fn main() {
    edge::run::<orders::api::RemoveCartItem>();
}
