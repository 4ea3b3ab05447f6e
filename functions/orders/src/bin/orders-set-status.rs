//! The function `orders-set-status`.

fn main() {
    edge::run::<orders::api::SetOrderStatus>();
}
