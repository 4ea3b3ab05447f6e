//! The function `orders-place`.

fn main() {
    edge::run::<orders::api::PlaceOrder>();
}
