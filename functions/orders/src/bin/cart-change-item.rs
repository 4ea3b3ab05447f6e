//! The function `cart-change-item`.

fn main() {
    edge::run::<orders::api::ChangeCartItem>();
}
