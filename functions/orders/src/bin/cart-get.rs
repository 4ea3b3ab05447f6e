//! The function `cart-get`.

fn main() {
    edge::run::<orders::api::GetCart>();
}
