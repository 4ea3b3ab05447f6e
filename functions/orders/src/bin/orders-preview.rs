//! The function `orders-preview`.

fn main() {
    edge::run::<orders::api::PreviewOrder>();
}
