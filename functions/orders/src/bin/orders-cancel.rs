//! The function `orders-cancel`.

fn main() {
    edge::run::<orders::api::CancelOrder>();
}
