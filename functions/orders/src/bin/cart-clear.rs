//! The function `cart-clear`.

fn main() {
    edge::run::<orders::api::ClearCart>();
}
