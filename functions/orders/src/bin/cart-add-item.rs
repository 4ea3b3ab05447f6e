//! The function `cart-add-item`.

fn main() {
    edge::run::<orders::api::AddCartItem>();
}
