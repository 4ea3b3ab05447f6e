//! The function `orders-get`.

fn main() {
    edge::run::<orders::api::GetOrder>();
}
