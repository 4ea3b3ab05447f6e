//! The function `orders-create`.

fn main() {
    edge::run::<orders::api::CreateOrder>();
}
